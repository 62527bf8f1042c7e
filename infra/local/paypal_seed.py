"""Fills the account of the local PayPal: plans, and buyers with months of history behind them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from infra.local.history import Historian, Planned
from infra.local.paypal.money import money
from infra.local.paypal.times import written
from infra.local.paypal_shop import SOLD, STORIES, Story
from infra.local.provider.exchange import Json
from infra.local.shop import OFFERS, Offer

_NUMBERS_FROM = 101
"""Apart from those of Stripe's customers, so that the two do not renew in one second."""
_DEFAULT_PURCHASE = "workshop_eur"
_URLS = {"return_url": "https://shop.example.com/back", "cancel_url": "https://shop.example.com/no"}


@dataclass(slots=True)
class Buyer:
    story: Story
    subscription_id: str = ""
    capture_id: str = ""


class PayPalSeeder(Historian):
    def __init__(self, paypal_base: str, *, seed: int = 1) -> None:
        super().__init__(paypal_base, seed=seed)
        self.plans: dict[str, str] = {}

    def make_offers(self) -> None:
        products: dict[str, str] = {}
        for name in SOLD:
            offer = OFFERS[name]
            if offer.product not in products:
                body = {"name": offer.product, "type": "DIGITAL"}
                products[offer.product] = self._call("POST", "/v1/catalogs/products", body)["id"]
            plan = _plan(name, offer, product_id=products[offer.product])
            self.plans[name] = self._call("POST", "/v1/billing/plans", plan)["id"]

    def lived(self, now: int) -> Iterator[Planned]:
        for number, story in enumerate(STORIES, start=_NUMBERS_FROM):
            buyer = Buyer(story)
            joined = self.at(story.joined_days_ago, now=now, number=number)
            yield Planned(joined, number, partial(self._join, buyer))
            for step in story.then:
                at = self.at(step.days_ago, now=now, number=number)
                yield Planned(at, number, partial(_VERBS[step.verb], self, buyer, step.detail))

    # -- what happens ----------------------------------------------------------------------

    def _join(self, buyer: Buyer) -> None:
        story = buyer.story
        if story.offer is None:
            return
        body = {
            "plan_id": self.plans[story.offer],
            "application_context": _URLS,
            "subscriber": {"email_address": story.payer.email},
        }
        buyer.subscription_id = self._call("POST", "/v1/billing/subscriptions", body)["id"]
        if not story.awaits_approval:
            self._approve(buyer, subscription=buyer.subscription_id)

    def _approve(self, buyer: Buyer, **what: str) -> None:
        payer = buyer.story.payer
        said = {
            "email_address": payer.email,
            "name": {"given_name": payer.given_name, "surname": payer.surname},
            "address": {"country_code": payer.country},
            "conduct": buyer.story.conduct,
        }
        self.dashboard("approve", buyer=said, **what)

    def _buy(self, buyer: Buyer, name: str) -> None:
        offer = OFFERS[name or _DEFAULT_PURCHASE]
        unit = {
            "amount": money(offer.amount_minor, offer.currency.upper()),
            "description": offer.product,
        }
        order = self._call(
            "POST", "/v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": [unit]}
        )["id"]
        self._approve(buyer, order=order)
        made = self._call("POST", f"/v2/checkout/orders/{order}/capture")
        buyer.capture_id = made["purchase_units"][0]["payments"]["captures"][0]["id"]

    def _refund(self, buyer: Buyer, value: str) -> None:
        """All of it where no value is named."""
        amount: Json = {}
        if value:
            currency = OFFERS[buyer.story.offer or _DEFAULT_PURCHASE].currency.upper()
            amount = {"amount": {"currency_code": currency, "value": value}}
        self.dashboard("refund", payment=self._latest_payment(buyer), **amount)

    def _suspend(self, buyer: Buyer, _detail: str) -> None:
        path = f"/v1/billing/subscriptions/{buyer.subscription_id}/suspend"
        self._call("POST", path, {"reason": "The customer asked for a pause."})

    def _cancel(self, buyer: Buyer, _detail: str) -> None:
        path = f"/v1/billing/subscriptions/{buyer.subscription_id}/cancel"
        self._call("POST", path, {"reason": "The customer does not need it any more."})

    def _latest_payment(self, buyer: Buyer) -> str:
        if not buyer.subscription_id:
            return buyer.capture_id
        path = f"/v1/billing/subscriptions/{buyer.subscription_id}/transactions"
        ever = {"start_time": "2020-01-01T00:00:00Z", "end_time": written(self.now())}
        return str(self._call("GET", path, query=ever)["transactions"][0]["id"])

    def _call(self, method: str, path: str, body: Json | None = None, **more: Json) -> Any:
        return self.dashboard("call", method=method, path=path, body=body, **more)


type Verb = Callable[[PayPalSeeder, Buyer, str], object]

_VERBS: dict[str, Verb] = {
    "buy": PayPalSeeder._buy,
    "cancel": PayPalSeeder._cancel,
    "cancel_by_buyer": lambda s, b, _: s.dashboard("cancel", subscription=b.subscription_id),
    "dispute": lambda s, b, _: s.dashboard("dispute", payment=s._latest_payment(b)),
    "money_runs_out": lambda s, b, _: s.dashboard(
        "buyer", subscription=b.subscription_id, conduct="declines"
    ),
    "refund": PayPalSeeder._refund,
    "suspend": PayPalSeeder._suspend,
    "suspend_by_buyer": lambda s, b, _: s.dashboard("suspend", subscription=b.subscription_id),
}


def _plan(name: str, offer: Offer, *, product_id: str) -> Json:
    cycle = {
        "frequency": {"interval_unit": str(offer.interval).upper(), "interval_count": 1},
        "tenure_type": "REGULAR",
        "sequence": 1,
        "total_cycles": 0,
        "pricing_scheme": {"fixed_price": money(offer.amount_minor, offer.currency.upper())},
    }
    return {
        "product_id": product_id,
        "name": f"{offer.product}, by the {offer.interval}",
        "description": name,
        "billing_cycles": [cycle],
        "payment_preferences": {"payment_failure_threshold": 1},
    }
