"""Who lives a random life at which provider, and what people do there by themselves."""

import random
from typing import Any

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


LIVES: dict[str, tuple[type[SubscriptionRig], tuple[People, ...]]] = {
    "stripe": (
        SubscriptionRig,
        (
            _at_stripe("POST", cancel_at_period_end="true"),
            _at_stripe("POST", cancel_at_period_end="false"),
            _at_stripe("POST", pause_collection={"behavior": "void"}),
            _at_stripe("POST", pause_collection=""),
            _at_stripe("DELETE"),
        ),
    ),
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
