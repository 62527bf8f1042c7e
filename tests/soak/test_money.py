"""E1 to E5 in full: every currency, 100,000 lives of payments, every path of a dispute."""

import json
import random

import pytest

from frontdesk.adapters.paypal.amounts import amount_of as to_paypal
from frontdesk.adapters.paypal.amounts import money_of as from_paypal
from frontdesk.adapters.stripe.amounts import amount_of as to_stripe
from frontdesk.adapters.stripe.amounts import minor_units as from_stripe
from frontdesk.domain.money import AmountRefusedError, Money, ensure_exact
from tests import disputing_at_paypal, disputing_at_stripe
from tests.currencies import EVERY, IN_STEPS, STEPS
from tests.disputing import walk_every_path
from tests.disputing_at_paypal import PayPalCase
from tests.disputing_at_stripe import StripeCase
from tests.ledger_lives import Life, looks_of, random_terms

pytestmark = pytest.mark.soak

CASES = 100_000


@pytest.mark.case("E1")
@pytest.mark.parametrize(("provider", "currency"), EVERY)
def test_a_thousand_amounts_there_and_back(provider: str, currency: str) -> None:
    chance, step = random.Random(currency), STEPS.get((provider, currency), 1)
    for _ in range(1000):
        money = Money(chance.randrange(10 ** chance.randint(1, 14)) * step, currency)
        if provider == "stripe":
            written = json.dumps(to_stripe(money))
            back = Money(from_stripe(json.loads(written)), currency)
        else:
            written = json.dumps(to_paypal(money))
            back = from_paypal(json.loads(written))

        assert back == money, written


@pytest.mark.case("E2")
@pytest.mark.parametrize(("provider", "currency"), IN_STEPS)
def test_ten_thousand_amounts_that_are_too_fine_are_refused(provider: str, currency: str) -> None:
    chance, step = random.Random(currency), STEPS[provider, currency]
    for _ in range(10_000):
        money = Money(chance.randrange(10**9) * step + chance.randrange(1, step), currency)

        with pytest.raises(AmountRefusedError):
            ensure_exact(money, provider=provider)


@pytest.mark.case("E3")
def test_a_hundred_thousand_ledgers() -> None:
    for seed in range(CASES):
        life = Life(seed, looks=looks_of(seed))
        life.live(seed % 30)
        assert life.wrongs() == [], seed
        life.give_everything_back()

        assert life.wrongs() == [], seed
        assert life.book.balance == life.truth == 0, seed


@pytest.mark.case("E4")
def test_a_hundred_thousand_commissions() -> None:
    for seed in range(CASES, 2 * CASES):
        life = Life(seed, looks=looks_of(seed), terms=random_terms(seed))
        life.live(seed % 30)
        assert life.wrongs() == [], seed
        life.give_everything_back()

        assert life.wrongs() == [], seed
        assert life.book.earned == 0, seed


@pytest.mark.case("E5")
@pytest.mark.parametrize("first", disputing_at_stripe.FIRST_STEPS)
def test_every_path_of_five_steps_at_stripe(first: str) -> None:
    paths = walk_every_path(StripeCase, disputing_at_stripe.STEPS, length=5, begun=(first,))

    assert sum(1 for _ in paths) > 50


@pytest.mark.case("E5")
@pytest.mark.parametrize("first", disputing_at_paypal.FIRST_STEPS)
def test_every_path_of_four_steps_at_paypal(first: str) -> None:
    paths = walk_every_path(PayPalCase, disputing_at_paypal.STEPS, length=4, begun=(first,))

    assert sum(1 for _ in paths) > 50
