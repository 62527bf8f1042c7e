"""E1 to E4 in full: every currency, and a hundred thousand lives of payments."""

import json
import random

import pytest

from frontdesk.adapters.paypal.amounts import amount_of as to_paypal
from frontdesk.adapters.paypal.amounts import money_of as from_paypal
from frontdesk.adapters.stripe.amounts import amount_of as to_stripe
from frontdesk.adapters.stripe.amounts import minor_units as from_stripe
from frontdesk.domain.money import AmountRefusedError, Money, ensure_exact
from tests.currencies import EVERY, STEPS
from tests.ledger_lives import Life, looks_of, random_terms

pytestmark = pytest.mark.soak

CASES = 100_000


@pytest.mark.case("E1")
def test_every_currency_there_and_back() -> None:
    chance, count = random.Random(1), 0
    for provider, currency in EVERY:
        step = STEPS.get((provider, currency), 1)
        for digits in range(1, 15):
            for _ in range(50):
                money = Money(chance.randrange(10**digits) * step, currency)
                if provider == "stripe":
                    written = json.loads(json.dumps(to_stripe(money)))
                    back = Money(from_stripe(written), currency)
                else:
                    back = from_paypal(json.loads(json.dumps(to_paypal(money))))
                count += 1

                assert back == money
    print(f"{count} amounts in {len(EVERY)} currencies of 2 providers: 0 differ")


@pytest.mark.case("E2")
def test_every_amount_that_is_too_fine_is_refused() -> None:
    chance, count = random.Random(2), 0
    for (provider, currency), step in STEPS.items():
        for _ in range(10_000):
            rest = chance.randrange(1, step)
            money = Money(chance.randrange(10**9) * step + rest, currency)
            count += 1

            with pytest.raises(AmountRefusedError):
                ensure_exact(money, provider=provider)
    print(f"{count} amounts too fine for {len(STEPS)} currencies: {count} refused")


@pytest.mark.case("E3")
def test_a_hundred_thousand_ledgers() -> None:
    entries = 0
    for seed in range(CASES):
        life = Life(seed, looks=looks_of(seed))
        life.live(seed % 30)
        assert life.wrongs() == [], seed
        life.give_everything_back()
        entries += len(life.book.entries)

        assert life.wrongs() == [], seed
        assert life.book.balance == life.truth == 0, seed
    print(f"{CASES} lives, {entries} ledger entries: 0 differ, 0 left after everything went back")


@pytest.mark.case("E4")
def test_a_hundred_thousand_commissions() -> None:
    entries = 0
    for seed in range(CASES, 2 * CASES):
        life = Life(seed, looks=looks_of(seed), terms=random_terms(seed))
        life.live(seed % 30)
        assert life.wrongs() == [], seed
        life.give_everything_back()
        entries += len(life.book.commission)

        assert life.wrongs() == [], seed
        assert life.book.earned == 0, seed
    print(f"{CASES} payments, {entries} commission entries: 0 left after everything went back")
