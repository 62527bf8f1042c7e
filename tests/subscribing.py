"""Everything between an order to change a subscription and a local provider, without a network.

The rig is Stripe's; `tests/subscribing_paypal.py` has PayPal's.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.catalog import ProductNames
from frontdesk.adapters.dynamodb.due_subscriptions import DynamoDueSubscriptions
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.offers import DynamoOffers, offer_item
from frontdesk.adapters.dynamodb.operation_item import operation_from
from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
from frontdesk.adapters.dynamodb.operations import Absent, Gateway, Put
from frontdesk.adapters.dynamodb.paid_subscriptions import DynamoPaidSubscriptions
from frontdesk.adapters.dynamodb.refunds import DynamoRefunds
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.adapters.dynamodb.subscriptions import DynamoSubscriptions
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.adapters.stripe.commands import StripeCommands
from frontdesk.adapters.stripe.events import object_of
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.domain.customer import customer_id_of
from frontdesk.domain.ids import derived_id
from frontdesk.domain.operation import Operation
from frontdesk.domain.principal import Kind, Principal
from frontdesk.domain.settings import Settings
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.domain.subscription import Subscription, subscription_of
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.plans import Plans
from frontdesk.entrypoints.subscription_commands import Desk, answer_command
from frontdesk.entrypoints.subscriptions import subscription_handlers
from frontdesk.ports.commands import ProviderCommands
from frontdesk.ports.offers import Offer, OfferPrice
from frontdesk.ports.provider import Provider
from frontdesk.use_cases.mirror import Mirror, mirror_object
from frontdesk.use_cases.operation_sweep import SweepReport, tend
from frontdesk.use_cases.operations import OperationWorld
from frontdesk.use_cases.refunds import RefundWorld
from frontdesk.use_cases.scheduled_changes import carry_out_due
from infra.local.stripe.standin import StandIn
from tests.fakes.api_gateway import STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.fakes.settings import FixedSettings
from tests.stripe_in_process import StripeInProcess

STRIPE = ProviderName.STRIPE
START = datetime(2026, 11, 1, 12, tzinfo=UTC)
DROP = "pending-change"
SECRET = "a secret of this test, long enough"


def offer_id_of(amount: int) -> str:
    return derived_id("off", origin=f"offer:{amount}")


def no_world() -> OperationWorld:
    raise AssertionError("Nothing is to be done at a provider.")


def refund_world(gateway: Gateway, *, doing: OperationWorld) -> RefundWorld:
    return RefundWorld(
        transactions=DynamoTransactions(gateway),
        subscriptions=DynamoPaidSubscriptions(gateway),
        refunds=DynamoRefunds(gateway),
        doing=doing,
    )


def subscription_function(
    gateway: MemoryGateway,
    *,
    clock: FakeClock,
    settings: Settings | None = None,
    world: Callable[[], OperationWorld] = no_world,
) -> Any:
    """The whole function, as it is deployed, over tables in memory."""
    subscriptions = DynamoSubscriptions(gateway, names=ProductNames(gateway, clock=clock))
    requests = DynamoRequests(gateway, clock=clock, ids=CountingIds())
    read_settings = FixedSettings(settings)
    desk = Desk(
        subscriptions=subscriptions,
        settings=read_settings,
        offers=DynamoOffers(gateway),
        plans=Plans(lambda: SECRET, clock=clock),
        clock=clock,
        world=world,
        refunding=lambda: refund_world(gateway, doing=world()),
    )
    handlers = subscription_handlers(
        subscriptions=lambda: subscriptions,
        cursors=Cursors(lambda: SECRET),
        clock=clock,
        command=lambda request: answer_command(request, desk=desk),
    )
    return http_function(
        "subscriptions", handlers, settings=lambda: read_settings, requests=lambda: requests
    )


@dataclass
class SubscriptionRig:
    """A shop with one subscription of one customer, paid for the month that begins now."""

    name: ClassVar[ProviderName] = STRIPE
    card: str = "pm_card_visa"
    currency: str = "usd"
    settings: Settings = field(default_factory=lambda: Settings(currency="usd"))
    gateway: MemoryGateway = field(default_factory=MemoryGateway)
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    subscription_fields: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.standin: Any = self._opened()
        self.standin.clock.freeze(int(self.clock.now().timestamp()))
        self.provider, commands = self._adapters()
        store = DynamoMirrorStore(self.gateway, clock=self.clock, currency="usd")
        self.mirror = Mirror(provider=self.provider, store=store)
        self.world = OperationWorld(
            operations=DynamoOperations(self.gateway, clock=self.clock),
            commands={self.name: commands},
            mirror=self.mirror,
            clock=self.clock,
        )
        self.due = DynamoDueSubscriptions(self.gateway, clock=self.clock)
        self.handler = self._handler()
        self._furnish()

    # --- the provider's own ------------------------------------------------------------------

    def _opened(self) -> Any:
        return StandIn(seed=7)

    def _adapters(self) -> tuple[Provider, ProviderCommands]:
        self.stripe = StripeInProcess(self.standin)
        client: Any = lambda: self.stripe  # noqa: E731 - in the place of the SDK's
        return StripeProvider(client), StripeCommands(client, clock=self.clock)

    @property
    def wire(self) -> Any:
        """What the adapters ask, call by call."""
        return self.stripe

    @property
    def at_provider(self) -> Any:
        """The subscription as the provider prints it."""
        return self.at_stripe

    def approve(self) -> None:
        """The buyer consents, where the provider asks them."""
        raise AssertionError("Nobody is asked here.")

    def subject_of(self, event: Any) -> ObjectReference | None:
        """What an event is about; what it names beside that is remembered."""
        return object_of(event)

    def _handler(self) -> Any:
        return subscription_function(
            self.gateway, clock=self.clock, settings=self.settings, world=lambda: self.world
        )

    def _furnish(self) -> None:
        self.customer = self.stripe.post("customers", name="Zoë")["id"]
        method = self.stripe.post(f"payment_methods/{self.card}/attach", customer=self.customer)
        default = {"default_payment_method": method["id"]}
        self.stripe.post(f"customers/{self.customer}", invoice_settings=default)
        self.price = self.price_of(3000)
        made = self.stripe.post(
            "subscriptions",
            customer=self.customer,
            items=[{"price": self.price}],
            **self.subscription_fields,
        )
        self.provider_id = str(made["id"])
        self.follow()
        self.stripe.calls.clear()

    def price_of(self, amount: int, interval: str = "month") -> str:
        made = self.stripe.post(
            "prices",
            currency=self.currency,
            unit_amount=amount,
            recurring={"interval": interval},
            product_data={"name": f"Plan {amount}"},
        )
        return str(made["id"])

    def offer_of(self, amount: int) -> str:
        """An offer at a price of its own; its id."""
        offer_id = offer_id_of(amount)
        if keys.offer(offer_id) in self.gateway.items:
            return offer_id
        price = OfferPrice(self.price_of(amount), amount, self.currency, "month")
        item = offer_item(Offer(offer_id, f"Plan {amount}", {self.name: price}))
        self.gateway.write(Put(keys.offer(offer_id), item, Absent()))
        return offer_id

    def sell_in_installments(self, count: int) -> None:
        """The subscription becomes a plan of `count` monthly payments, as a shop makes one."""
        made = self.stripe.post("subscription_schedules", from_subscription=self.provider_id)
        (phase,) = made["phases"]
        items = [{"price": i["price"], "quantity": i["quantity"]} for i in phase["items"]]
        duration = {"interval": "month", "interval_count": count}
        self.stripe.post(
            f"subscription_schedules/{made['id']}",
            end_behavior="cancel",
            phases=[{"items": items, "start_date": phase["start_date"], "duration": duration}],
        )
        self.follow()
        self.stripe.calls.clear()

    @property
    def paid_installments(self) -> int:
        rows = self.standin.account.store.linked("invoice", "subscription", self.provider_id)
        return sum(row["status"] == "paid" and row["total"] > 0 for row in rows)

    # --- what the shop shows -----------------------------------------------------------------

    @property
    def id(self) -> str:
        (item,) = [i for i in self.gateway.items.values() if i["entity"] == "subscription"]
        return str(item["subscription_id"])

    @property
    def subscription(self) -> Subscription:
        return subscription_from(self.gateway.items[keys.subscription(self.id)])

    @property
    def at_stripe(self) -> Any:
        return self.stripe.get(f"subscriptions/{self.provider_id}")

    def operations(self) -> list[Operation]:
        return [
            operation_from(i) for i in self.gateway.items.values() if i["entity"] == "operation"
        ]

    def reserving(self) -> list[str]:
        """Payments of which something is still held for a refund."""
        items = self.gateway.items.values()
        payments = [item for item in items if item["entity"] == "transaction"]
        return [str(item["transaction_id"]) for item in payments if item["reservations"]]

    def look(self) -> None:
        reference = ObjectReference(self.name, ObjectKind.SUBSCRIPTION, self.provider_id)
        mirror_object(reference, mirror=self.mirror)

    def follow(self) -> None:
        """Looks at the object of every event so far, as the webhooks would have us do."""
        for told in self.standin.events():
            found = self.subject_of(json.loads(json.dumps(told)))
            if found is not None:
                mirror_object(found, mirror=self.mirror)

    def advance(self, delta: timedelta) -> None:
        self.clock.advance(delta)
        self.standin.advance_to(int(self.clock.now().timestamp()))

    def janitor(self, *, later: timedelta = timedelta(minutes=2)) -> SweepReport:
        """What a minute's run does, `later` than now."""
        self.advance(later)
        until = self.clock.now() + timedelta(seconds=1)
        report = tend(world=self.world, until=until)
        carry_out_due(due=self.due, world=self.world, until=until)
        return report

    # --- orders ------------------------------------------------------------------------------

    def order(
        self,
        verb: str,
        body: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        preview: bool = False,
        me: bool = False,
        somebody: str | None = None,
        staff: Principal = STAFF,
    ) -> Answer:
        owner = somebody or customer_id_of(self.name, self.customer)
        caller = Principal(Kind.CUSTOMER, owner, "ses_1") if me or somebody else staff
        place = "/v1/me/subscriptions" if caller.is_customer else "/v1/subscriptions"
        method = "DELETE" if verb == DROP else "POST"
        headers = {"content-type": "application/json"}
        if not preview:
            headers["idempotency-key"] = key or str(uuid4())
        return ask(
            self.handler,
            event(
                f"{method} {place}/{{id}}/{verb}",
                caller=caller,
                path={"id": self.id},
                query={"preview": "true"} if preview else None,
                headers=headers,
                body=json.dumps(body or {}) if method == "POST" else "",
            ),
        )

    def drop_change(self, *, me: bool = False) -> Answer:
        return self.order(DROP, me=me)

    # --- what has to hold when all is quiet ----------------------------------------------------

    def wrongs(self) -> Iterator[str]:
        if self.subscription.open_operation is not None:
            yield f"{self.subscription.open_operation.id} is marked and nobody is at it"
        reference = ObjectReference(self.name, ObjectKind.SUBSCRIPTION, self.provider_id)
        snapshot = self.provider.fetch(reference)
        shown = subscription_of(
            snapshot,  # type: ignore[arg-type]
            customer_id=self.subscription.customer_id,
            version=self.subscription.version,
        )
        wanted = replace(
            shown,
            scheduled=self.subscription.scheduled,
            access_revoked_at=self.subscription.access_revoked_at,
            open_operation=self.subscription.open_operation,
        )
        if wanted != self.subscription:
            yield f"{self.subscription} is shown, not {wanted}"
        for operation in self.operations():
            if not operation.state.is_over:
                yield f"{operation.id} is {operation.state}"
