"""Whoever changes a payment method may die at every step: the webhook shows what has become of
it, and the same request again finishes it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.breaking import BreakOff
from tests.fakes.api_gateway import Answer
from tests.paying import CONFIRM, DEFAULT, EDIT, REMOVE, PayPalWalletRig, StripeWalletRig
from tests.stories import DEATHS
from tests.workers import Died, Fate

type Rig = StripeWalletRig | PayPalWalletRig


@dataclass(frozen=True)
class Story[R: Rig]:
    """`prepared` answers a rig and the order, which can be given again; `is_done` looks at the
    provider alone."""

    prepared: Callable[[], tuple[R, Callable[[], Answer]]]
    is_done: Callable[[R], bool]


def _default() -> tuple[StripeWalletRig, Callable[[], Answer]]:
    rig = StripeWalletRig()
    rig.stripe.post(f"subscriptions/{rig.provider_id}", default_payment_method=rig.card_id)
    card = rig.new_card()
    method_id = rig.id_of(card)
    return rig, lambda: rig.me(DEFAULT, method_id)


def _is_default(rig: StripeWalletRig) -> bool:
    chosen = rig.stripe_customer["invoice_settings"]["default_payment_method"]
    return chosen != rig.card_id and rig.at_stripe["default_payment_method"] is None


def _edit() -> tuple[StripeWalletRig, Callable[[], Answer]]:
    rig = StripeWalletRig()
    row = rig.me.listed()[rig.card_id]
    body = {"expiry": {"month": 1, "year": 2033}, "billing_address": {"city": "Odense"}}

    def order() -> Answer:
        """With the version of the moment, as somebody who reads before trying again."""
        version = rig.me.listed()[rig.card_id]["version"]
        return rig.me(EDIT, row["id"], body, version=version)

    return rig, order


def _is_edited(rig: StripeWalletRig) -> bool:
    method = rig.stripe.get(f"payment_methods/{rig.card_id}")
    address = method["billing_details"]["address"]
    return (method["card"]["exp_month"], address["city"]) == (1, "Odense")


def _remove() -> tuple[StripeWalletRig, Callable[[], Answer]]:
    rig = StripeWalletRig()
    rig.new_card()
    (spare,) = (row for row in rig.me.listed().values() if not row["is_default"])
    return rig, lambda: rig.me(REMOVE, spare["id"])


def _is_removed(rig: StripeWalletRig) -> bool:
    return len(_attached(rig)) == 1


def _confirm() -> tuple[StripeWalletRig, Callable[[], Answer]]:
    rig = StripeWalletRig()
    made = rig.stripe.post(
        "setup_intents", customer=rig.customer, payment_method="pm_card_amex", confirm=True
    )
    body = {"provider": "stripe", "setup_id": made["id"]}
    return rig, lambda: rig.me(CONFIRM, body=body)


def _save_wallet() -> tuple[PayPalWalletRig, Callable[[], Answer]]:
    rig = PayPalWalletRig()
    setup = rig.set_up()
    rig.approve(setup)
    return rig, lambda: rig.confirm(setup)


def _is_saved(rig: PayPalWalletRig) -> bool:
    return len(list(rig.standin.account.store.of_kind("payment_token"))) == 1


def _remove_wallet() -> tuple[PayPalWalletRig, Callable[[], Answer]]:
    rig = PayPalWalletRig()
    saved = rig.new_wallet()
    method_id = rig.me.listed()[saved]["id"]
    return rig, lambda: rig.me(REMOVE, method_id)


STORIES: dict[str, Story[StripeWalletRig] | Story[PayPalWalletRig]] = {
    "default": Story(_default, _is_default),
    "edit": Story(_edit, _is_edited),
    "remove": Story(_remove, _is_removed),
    "confirm": Story(_confirm, lambda rig: len(_attached(rig)) == 2),
    "save a wallet": Story(_save_wallet, _is_saved),
    "remove a wallet": Story(_remove_wallet, lambda rig: not _is_saved(rig)),
}


def steps_of(name: str) -> int:
    rig, order = STORIES[name].prepared()
    counting = BreakOff()
    counting.watch_wires(rig.gateway, rig.wire)
    assert order().status in (200, 204)
    return counting.steps


def died(name: str, step: int, fate: Fate) -> tuple[Rig, Callable[[], Answer]]:
    rig, order = STORIES[name].prepared()
    breaking = BreakOff(step=step, fate=fate)
    breaking.watch_wires(rig.gateway, rig.wire)
    with pytest.raises(Died):
        order()
    breaking.leave(rig.gateway, rig.wire)
    return rig, order


def is_done(name: str, rig: Rig) -> bool:
    story = STORIES[name]
    return story.is_done(rig)  # type: ignore[arg-type]  # each story has its own rig


def shown(rig: Rig) -> dict[str, tuple[bool, bool]]:
    """By the provider's id: whether it is the default, and whether it pays something."""
    rows = rig.me.listed()
    return {n: (row["is_default"], bool(row["subscriptions"])) for n, row in rows.items()}


def true(rig: Rig) -> dict[str, tuple[bool, bool]]:
    """The same as the provider has it."""
    if isinstance(rig, PayPalWalletRig):
        saved = rig.standin.account.store.of_kind("payment_token")
        return {rig.payer: (False, True), **{one["id"]: (False, False) for one in saved}}
    default = rig.stripe_customer["invoice_settings"]["default_payment_method"]
    pays = rig.at_stripe["default_payment_method"] or default
    return {name: (name == default, name == pays) for name in _attached(rig)}


@pytest.mark.parametrize("fate", DEATHS)
@pytest.mark.parametrize("name", STORIES)
class TestDeathAtEachStep:
    def test_the_webhook_shows_what_has_become_of_it(self, name: str, fate: Fate) -> None:
        for step in range(steps_of(name)):
            rig, _ = died(name, step, fate)

            rig.follow()

            assert shown(rig) == true(rig), step

    def test_the_same_request_again_finishes_it(self, name: str, fate: Fate) -> None:
        for step in range(steps_of(name)):
            rig, order = died(name, step, fate)

            answer = order()

            # What was taken away before the death is not there to be taken away again.
            assert answer.status in (200, 204) or (answer.status == 404 and "remove" in name), step
            assert is_done(name, rig), step
            assert shown(rig) == true(rig), step


def _attached(rig: StripeWalletRig) -> list[str]:
    methods = rig.standin.account.store.newest_first("payment_method")
    return [str(one["id"]) for one in methods if one["customer"] == rig.customer]
