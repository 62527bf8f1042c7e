"""Fill a believable shop through the stand-in's API, with months of history behind it.

`python -m infra.local.seed --stripe http://127.0.0.1:PORT --progress`
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import stripe
from rich.progress import Progress

from infra.local.history import Historian, Planned, tell
from infra.local.shop import OFFERS, PEOPLE, STORIES, Person, Step, Story, email_of

_DAY_SECONDS = 86_400


@dataclass(slots=True)
class Buyer:
    person: Person
    story: Story
    customer_id: str = ""
    method_id: str = ""
    subscription_id: str = ""


class Seeder(Historian):
    def __init__(
        self, stripe_base: str, *, seed: int = 1, http_client: stripe.HTTPClient | None = None
    ) -> None:
        super().__init__(stripe_base, seed=seed)
        client = stripe.StripeClient(
            "sk_test_seed", base_addresses={"api": stripe_base}, http_client=http_client
        )
        self._stripe = client.v1
        self._keys = 0
        self.prices: dict[str, str] = {}

    def lived(self, now: int) -> Iterator[Planned]:
        for number, (person, story) in enumerate(zip(PEOPLE, STORIES, strict=True), start=1):
            yield from self._life(Buyer(person, story), number, now)

    def _life(self, buyer: Buyer, number: int, now: int) -> Iterator[Planned]:
        joined = self.at(buyer.story.joined_days_ago, now=now, number=number)
        yield Planned(joined, number, lambda: self._join(buyer, number))
        for step in buyer.story.then:
            at = self.at(step.days_ago, now=now, number=number)
            yield Planned(at, number, partial(self._do, buyer, step))

    def summary(self) -> dict[str, Any]:
        listed = self._stripe.subscriptions.list({"status": "all", "limit": 100})
        states = Counter(_state(subscription) for subscription in listed.auto_paging_iter())
        return {
            "objects": self._control.get("health")["objects"],
            "subscriptions": dict(sorted(states.items())),
        }

    # -- what happens ----------------------------------------------------------------------

    def make_offers(self) -> None:
        products: dict[str, str] = {}
        for name, offer in OFFERS.items():
            if offer.product not in products:
                made = self._stripe.products.create({"name": offer.product}, self._once())
                products[offer.product] = made.id
            params: Any = {
                "product": products[offer.product],
                "currency": offer.currency,
                "unit_amount": offer.amount_minor,
                "lookup_key": name,
                "metadata": {"offer": name},
            }
            if offer.interval:
                params["recurring"] = {"interval": offer.interval}
            self.prices[name] = self._stripe.prices.create(params, self._once()).id

    def _join(self, buyer: Buyer, number: int) -> None:
        customer = self._stripe.customers.create(
            _customer_params(buyer.person, number), self._once()
        )
        buyer.customer_id = customer.id
        method = self._stripe.payment_methods.attach(
            buyer.story.card, {"customer": customer.id}, self._once()
        )
        buyer.method_id = method.id
        settings: Any = {"invoice_settings": {"default_payment_method": method.id}}
        self._stripe.customers.update(customer.id, settings, self._once())
        offer = buyer.story.offer
        if offer and OFFERS[offer].interval is None:
            self._buy(buyer, offer)
        elif offer:
            params: Any = {
                "customer": customer.id,
                "items": [{"price": self.prices[offer]}],
                **buyer.story.subscribe,
            }
            created = self._stripe.subscriptions.create(params, self._once())
            buyer.subscription_id = created.id

    def _do(self, buyer: Buyer, step: Step) -> None:
        _VERBS[step.verb](self, buyer, step.detail)

    def _buy(self, buyer: Buyer, offer: str) -> None:
        params: Any = {
            "amount": OFFERS[offer].amount_minor,
            "currency": OFFERS[offer].currency,
            "customer": buyer.customer_id,
            "payment_method": buyer.method_id,
            "confirm": True,
            "off_session": True,
            "description": OFFERS[offer].product,
            "metadata": {"offer": offer},
        }
        self._stripe.payment_intents.create(params, self._once())

    def _refund(self, buyer: Buyer, percent: str) -> None:
        charge = self._latest_charge(buyer)
        amount = charge.amount * round(float(percent) * 10) // 1000
        # Three-decimal currencies: Stripe wants the last digit to be 0.
        amount -= amount % 10 if charge.currency == "kwd" else 0
        params: Any = {"charge": charge.id, "amount": amount, "reason": "requested_by_customer"}
        self._stripe.refunds.create(params, self._once())

    def _change_plan(self, buyer: Buyer, offer: str) -> None:
        subscription = self._stripe.subscriptions.retrieve(buyer.subscription_id)
        item = subscription["items"].data[0].id
        params: Any = {
            "items": [{"id": item, "price": self.prices[offer]}],
            "proration_behavior": "always_invoice",
        }
        self._stripe.subscriptions.update(buyer.subscription_id, params, self._once())

    def _credit_note(self, buyer: Buyer, _detail: str) -> None:
        invoice = self._stripe.invoices.list({"customer": buyer.customer_id, "limit": 1}).data[0]
        amount = invoice.total // 4
        params: Any = {
            "invoice": invoice.id,
            "amount": amount,
            "refund_amount": amount,
            "memo": "Sorry for the “downtime”",
        }
        self._stripe.credit_notes.create(params, self._once())

    def _pause_subscription(self, buyer: Buyer, _detail: str) -> None:
        self._stripe.subscriptions.pause(buyer.subscription_id, {}, self._once())

    def _update_address(self, buyer: Buyer, _detail: str) -> None:
        address: Any = {"address": {"line2": "Étage 3,\n«boîte» 7"}}
        self._stripe.customers.update(buyer.customer_id, address, self._once())

    def _dispute_won(self, buyer: Buyer, _detail: str) -> None:
        opened = self.dashboard("dispute", charge=self._latest_charge(buyer).id)
        self.dashboard("dispute_close", dispute=opened["id"], won=True)

    def _pause_until(self, buyer: Buyer, days: str) -> None:
        until = self.now() + int(days) * _DAY_SECONDS
        self.dashboard("pause", subscription=buyer.subscription_id, resumes_at=until)

    def _latest_charge(self, buyer: Buyer) -> stripe.Charge:
        return self._stripe.charges.list({"customer": buyer.customer_id, "limit": 1}).data[0]

    def _once(self) -> Any:
        """Keys that are the same in every run with the same seed."""
        self._keys += 1
        return {"idempotency_key": f"seed-{self._seed}-{self._keys:04d}"}


type Verb = Callable[[Seeder, Buyer, str], object]

_VERBS: dict[str, Verb] = {
    "buy": Seeder._buy,
    "cancel": lambda s, b, _: s.dashboard("cancel", subscription=b.subscription_id),
    "cancel_at_period_end": lambda s, b, _: s.dashboard(
        "cancel", subscription=b.subscription_id, at_period_end=True
    ),
    "card_starts_declining": lambda s, b, _: s.dashboard(
        "card", payment_method=b.method_id, conduct="generic_decline"
    ),
    "change_plan": Seeder._change_plan,
    "credit_note": Seeder._credit_note,
    "delete_customer": lambda s, b, _: s.dashboard("delete_customer", customer=b.customer_id),
    "dispute": lambda s, b, _: s.dashboard("dispute", charge=s._latest_charge(b).id),
    "dispute_won": Seeder._dispute_won,
    "pause": lambda s, b, how: s.dashboard("pause", subscription=b.subscription_id, behavior=how),
    "pause_subscription": Seeder._pause_subscription,
    "pause_until": Seeder._pause_until,
    "refund": Seeder._refund,
    "update_address": Seeder._update_address,
}


def _customer_params(person: Person, number: int) -> Any:
    address: dict[str, Any] = {
        "line1": person.line1,
        "city": person.city,
        "postal_code": person.postal_code,
        "country": person.country,
    }
    if person.line2:
        address["line2"] = person.line2
    params: dict[str, Any] = {
        "email": email_of(person, number),
        "address": address,
        "metadata": {"source": "seed"},
        "preferred_locales": [f"{person.country.lower()}"],
    }
    given = {"name": person.name, "phone": person.phone}
    return params | {name: value for name, value in given.items() if value}


def _state(subscription: stripe.Subscription) -> str:
    if subscription.status == "active" and subscription.pause_collection:
        return "active, collection paused"
    if subscription.status == "active" and subscription.cancel_at_period_end:
        return "active, ends with its period"
    return str(subscription.status)


def seed_shop(
    seeder: Seeder, *, on_step: Callable[[int, int], None] = lambda _d, _t: None
) -> dict[str, Any]:
    """Answers a summary; refuses an account that holds anything already."""
    tell(seeder, on_step=on_step)
    return seeder.summary()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.seed", description=__doc__)
    parser.add_argument("--stripe", required=True, help="the stand-in's base address")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--progress", action="store_true")
    arguments = parser.parse_args(argv)
    with Progress(transient=True) if arguments.progress else nullcontext() as progress:
        task = progress.add_task("Seeding the shop", total=None) if progress else None

        def on_step(done: int, total: int) -> None:
            if progress and task is not None:
                progress.update(task, completed=done, total=total)

        try:
            seeder = Seeder(arguments.stripe, seed=arguments.seed)
            summary = seed_shop(seeder, on_step=on_step)
        except ValueError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    sys.stdout.write(json.dumps(summary, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
