"""Who lives a random life at which provider, and what people do there by themselves."""

import random
from datetime import timedelta
from typing import Any

from frontdesk.domain.subscription import SubscriptionStatus
from tests.subscribing import SubscriptionRig
from tests.subscribing_paypal import PayPalSubscriptionRig
from tests.subscription_histories import History, People


def _at_stripe(method: str, **params: Any) -> People:
    def act(rig: SubscriptionRig, _: random.Random) -> None:
        path = f"/v1/subscriptions/{rig.provider_id}"
        rig.standin.api.as_dashboard(method, path, params)

    act.__name__ = f"{method} {params}"
    return act


def _at_paypal(person: str) -> People:
    def act(rig: SubscriptionRig, _: random.Random) -> None:
        assert isinstance(rig, PayPalSubscriptionRig)
        rig.paypal.act(person, subscription=rig.provider_id)

    act.__name__ = person
    return act


class InstallmentRig(SubscriptionRig):
    """A plan of five payments, of which one is made."""

    total = 5

    def _furnish(self) -> None:
        super()._furnish()
        self.sell_in_installments(self.total)


AT_STRIPE: tuple[People, ...] = (
    _at_stripe("POST", cancel_at_period_end="true"),
    _at_stripe("POST", cancel_at_period_end="false"),
    _at_stripe("POST", pause_collection={"behavior": "void"}),
    _at_stripe("POST", pause_collection=""),
    _at_stripe("DELETE"),
)
LIVES: dict[str, tuple[type[SubscriptionRig], tuple[People, ...]]] = {
    "stripe": (SubscriptionRig, AT_STRIPE),
    "stripe, in instalments": (InstallmentRig, AT_STRIPE),
    "paypal": (
        PayPalSubscriptionRig,
        (
            _at_paypal("suspend"),
            _at_paypal("reactivate"),
            _at_paypal("approve_revision"),
            _at_paypal("decline_revision"),
            _at_paypal("cancel"),
        ),
    ),
}


def lived(provider: str, *, seed: int, steps: int) -> History:
    make, people = LIVES[provider]
    history = History(make(), seed=seed, people=people)
    history.live(steps=steps)
    return history


def paid_in_the_end(*, seed: int, steps: int) -> tuple[int, list[str]]:
    """Payments of a plan that nobody but us touches, when all that was called off or paused in
    its life is taken back; none where it was ended at once. And what happened."""
    history = History(InstallmentRig(), seed=seed, people=(_nobody,))
    history.live(steps=steps)
    rig = history.rig
    if rig.subscription.is_over:
        return 0, history.told
    pending = rig.subscription.pending
    if pending is not None and pending.kind == "cancel":
        assert rig.order("undo-cancel").status == 200, history.told
    if rig.subscription.status is SubscriptionStatus.PAUSED:
        assert rig.order("resume").status == 200, history.told
    rig.advance(timedelta(days=1000))
    return rig.paid_installments, history.told


def _nobody(_: SubscriptionRig, __: random.Random) -> None:
    pass
