"""The mirror over a table in memory, and how its tables must look beside a provider."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.document_items import document_item, document_key
from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.operations import Item, Key
from frontdesk.adapters.dynamodb.profile_item import customer_of, email_key
from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.adapters.dynamodb.transaction_item import transaction_from
from frontdesk.domain.customer import Customer, CustomerStatus, customer_id_of
from frontdesk.domain.provider_event import EventState, ProviderEvent
from frontdesk.domain.search import words_of
from frontdesk.domain.snapshot import (
    CreditMemoSnapshot,
    CustomerSnapshot,
    InvoiceSnapshot,
    ObjectKind,
    ObjectReference,
    PaymentMethodSnapshot,
    PaymentSnapshot,
    PriceSnapshot,
    ProductSnapshot,
    Snapshot,
    SubscriptionSnapshot,
)
from frontdesk.domain.subscription import subscription_of
from frontdesk.domain.transaction import transaction_of
from frontdesk.ports.mirror import Document
from frontdesk.use_cases.hints import follow_hints
from frontdesk.use_cases.inbox import accept_event, first_look_at, sweep
from frontdesk.use_cases.mirror import Mirror, MirrorOutcome, mirror_object
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.provider import STRIPE, FakeProvider
from tests.fakes.queue import MemoryQueue

CURRENCY = "usd"


@dataclass
class MirrorRig:
    """Everything between a provider's event and our tables, in one process and without time."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    gateway: MemoryGateway = field(default_factory=MemoryGateway)
    clock: FakeClock = field(default_factory=FakeClock)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    inbox: DynamoInbox = field(init=False)
    mirror: Mirror = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = DynamoInbox(self.gateway, clock=self.clock, first_look_at=first_look_at)
        store = DynamoMirrorStore(self.gateway, clock=self.clock, currency=CURRENCY)
        self.mirror = Mirror(provider=self.provider, store=store)

    def accept(self, event: ProviderEvent) -> EventState:
        return accept_event(event, inbox=self.inbox, queue=self.queue)

    def sweep(self) -> int:
        return sweep(inbox=self.inbox, queue=self.queue, clock=self.clock).sent_again

    def look_at(self, reference: ObjectReference, *events: str) -> MirrorOutcome:
        return mirror_object(reference, mirror=self.mirror, events=events)

    def handle(
        self, reference: ObjectReference, fresh: Sequence[str] = (), tried: Sequence[str] = ()
    ) -> MirrorOutcome:
        """As the queue's function does; what is left has to be tried again."""
        return follow_hints(reference, fresh=fresh, tried=tried, mirror=self.mirror)

    def follow(self, events: Iterable[ProviderEvent] | None = None) -> None:
        """Looks at the object of each event, of all events so far unless some are given."""
        for event in list(self.provider.events) if events is None else events:
            if event.reference is not None:
                self.look_at(event.reference)

    # --- what stands in the tables ---------------------------------------------------------

    def entities(self, entity: str) -> list[Item]:
        return [item for item in self.gateway.items.values() if item.get("entity") == entity]

    def profile(self, owner: str) -> Customer:
        item = self.gateway.items[keys.profile(customer_id_of(STRIPE, owner))]
        return customer_of(item)

    def profile_item(self, owner: str) -> Item:
        return self.gateway.items[keys.profile(customer_id_of(STRIPE, owner))]

    def ledger(self, owner: str | None = None) -> list[tuple[str, str, int]]:
        """Each entry's provider id, kind and amount, of one customer or of all."""
        wanted = customer_id_of(STRIPE, owner) if owner else None
        return sorted(
            (str(e["provider_id"]), str(e["kind"]), amount_of(e))
            for e in self.entities("ledger_entry")
            if wanted in (None, e["customer_id"])
        )


def amount_of(entry: Item) -> int:
    amount = entry["amount_minor"]
    assert isinstance(amount, int)
    return amount


def own_traces_aside(items: Mapping[Key, Item]) -> dict[Key, Item]:
    """Without tickets and our own moments, which differ from run to run."""
    own = ("ticket", "applied_ticket", "updated_at", "ledger_at", "recorded_at", "processed_at")
    return {
        key: {
            name: value
            for name, value in item.items()
            if name not in own and not (name == "created_at" and item["entity"] in _MADE_BY_US)
        }
        for key, item in items.items()
        if item["entity"] != "provider_event"
    }


_MADE_BY_US = frozenset(("mirror", "ledger_entry", "outbox", "transaction_pointer"))


# --- the truth -------------------------------------------------------------------------------


def differences(
    rig: MirrorRig, *, local: Mapping[str, Mapping[str, Any]] | None = None
) -> list[str]:
    """Everything in which the tables are not what the provider says, in sentences.

    `local` are fields edited here, by customer, that the provider has not changed since.
    """
    return [
        *_profiles(rig, local or {}),
        *_search(rig),
        *_money(rig),
        *_transactions(rig),
        *_subscriptions(rig),
        *_documents(rig),
    ]


def _profiles(rig: MirrorRig, local: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    known = {c.provider.id: c for c in map(customer_of, rig.entities("customer")) if c.provider}
    guests = {rig.provider.owner_of(p.provider_id) for p in rig.provider.all_of(PaymentSnapshot)}
    for snapshot in rig.provider.all_of(CustomerSnapshot):
        profile = known.get(snapshot.provider_id)
        if profile is None:
            yield f"{snapshot.provider_id} has no profile"
            continue
        expected = _contact(snapshot) | dict(local.get(snapshot.provider_id, {}))
        shown = {name: getattr(profile, name) for name in expected}
        if shown != expected:
            yield f"{snapshot.provider_id} is {shown}, not {expected}"
    for owner, profile in known.items():
        is_there = ObjectReference(STRIPE, ObjectKind.CUSTOMER, owner) in rig.provider.objects
        is_guest = owner.startswith("guest:")
        expected_status = CustomerStatus.ACTIVE if is_there or is_guest else CustomerStatus.DELETED
        if profile.status is not expected_status:
            yield f"{owner} is {profile.status}, not {expected_status}"
    yield from (f"{owner} has no profile" for owner in guests - known.keys())


def _contact(snapshot: CustomerSnapshot) -> dict[str, Any]:
    names = ("name", "email", "phone", "tax_id", "vat_number", "locale", "default_payment_method")
    return {name: getattr(snapshot, name) for name in names}


def _search(rig: MirrorRig) -> Iterator[str]:
    """Tokens and e-mail pointers are exactly those of the profiles."""
    expected: set[Key] = set()
    for profile in map(customer_of, rig.entities("customer")):
        words = words_of(profile.email, profile.name)
        expected |= {keys.search_token(word, profile.id) for word in words}
        if profile.email:
            expected.add(keys.email_owner(email_key(profile.email), profile.id))
        for word in words:
            token = rig.gateway.items.get(keys.search_token(word, profile.id), {})
            if token.get("words") != list(words):
                yield f"the token {word} of {profile.id} does not carry {words}"
    present = {
        key
        for key, item in rig.gateway.items.items()
        if item["entity"] in ("search_token", "email_owner")
    }
    if present != expected:
        yield f"search: {present - expected} too many, {expected - present} missing"


def _money(rig: MirrorRig) -> Iterator[str]:
    """Ledger, lifetime values and the provider's own log tell one story, by currency."""
    entries = rig.entities("ledger_entry")
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        sums[str(entry["customer_id"])][str(entry["currency"])] += amount_of(entry)
    truth = {
        customer_id_of(STRIPE, owner): values
        for owner, values in rig.provider.lifetime_values().items()
    }
    for item in rig.entities("customer"):
        customer = customer_of(item)
        shown = _nonzero(customer.lifetime_values)
        booked, due = _nonzero(sums[customer.id]), _nonzero(truth.get(customer.id, {}))
        if not shown == booked == due:
            yield f"{customer.provider}: shown {shown}, booked {booked}, true {due}"
        if item["lifetime_value_minor"] != customer.lifetime_values.get(CURRENCY, 0):
            yield f"{customer.provider}: the sorted figure is {item['lifetime_value_minor']!r}"
    twice = [
        one
        for one, count in Counter((e["provider_id"], e["kind"]) for e in entries).items()
        if count > 1
    ]
    if twice:
        yield f"booked twice: {twice}"
    announced = {
        keys.ledger_entry(str(item["customer_id"]), str(item["entry_key"]))
        for item in rig.entities("outbox")
    }
    if announced != {k for k, i in rig.gateway.items.items() if i["entity"] == "ledger_entry"}:
        yield "the outbox does not announce exactly what was booked"
    yield from over_refunded(rig.gateway.items.values())


def over_refunded(items: Iterable[Item]) -> Iterator[str]:
    """Holds at every moment: never more refunded than was captured."""
    balance: dict[str, int] = defaultdict(int)
    for item in items:
        if item["entity"] == "ledger_entry" and not str(item["kind"]).startswith("dispute"):
            balance[str(item["transaction_id"])] += amount_of(item)
    yield from (f"{payment} is at {rest}" for payment, rest in balance.items() if rest < 0)


def _nonzero(values: Mapping[str, int]) -> dict[str, int]:
    return {currency: amount for currency, amount in values.items() if amount}


def _transactions(rig: MirrorRig) -> Iterator[str]:
    present = [transaction_from(item) for item in rig.entities("transaction")]
    expected = [
        transaction_of(
            snapshot,
            customer_id=customer_id_of(STRIPE, rig.provider.owner_of(snapshot.provider_id)),
            booked=frozenset(),
            version=0,
        )
        for snapshot in rig.provider.all_of(PaymentSnapshot)
    ]
    for found in present:
        booked = {
            str(announced["entry_key"])
            for announced in rig.entities("outbox")
            if announced["transaction_id"] == found.id
        }
        if booked != found.booked:
            yield f"{found.provider_id}: booked {found.booked}, announced {booked}"
        pointer = rig.gateway.items[keys.transaction_pointer(found.id)]
        if pointer["customer_id"] != found.customer_id:
            yield f"the pointer to {found.provider_id} leads to {pointer['customer_id']!r}"
    yield from _unequal(
        "transactions", map(_without_bookkeeping, present), map(_without_bookkeeping, expected)
    )


def _subscriptions(rig: MirrorRig) -> Iterator[str]:
    present = [subscription_from(item) for item in rig.entities("subscription")]
    expected = [
        subscription_of(s, customer_id=customer_id_of(STRIPE, s.customer), version=0)
        for s in rig.provider.all_of(SubscriptionSnapshot)
    ]
    yield from _unequal(
        "subscriptions", map(_without_bookkeeping, present), map(_without_bookkeeping, expected)
    )
    statuses: dict[str, dict[str, str]] = defaultdict(dict)
    for subscription in expected:
        statuses[subscription.customer_id][subscription.id] = subscription.status.value
    for customer in map(customer_of, rig.entities("customer")):
        if customer.subscription_statuses != statuses[customer.id]:
            yield f"{customer.provider} counts {customer.subscription_statuses}"


def _documents(rig: MirrorRig) -> Iterator[str]:
    """Names of products that were deleted may stay; everything else is as at the provider."""
    entities = ("payment_method", "invoice", "credit_memo", "provider_product", "provider_price")
    present = {
        key: _comparable(item)
        for key, item in rig.gateway.items.items()
        if item["entity"] in entities
    }
    expected: dict[Key, Item] = {}
    for document in _documents_of(rig.provider.objects.values()):
        owner = _owner(document)
        at = rig.clock.now()
        item = document_item(document, customer_id=owner, at=at)
        expected[document_key(document, customer_id=owner)] = _comparable(item)
    kept = {k for k, item in present.items() if str(item["entity"]).startswith("provider_")}
    for key in present.keys() - expected.keys() - kept:
        yield f"{key} should be gone"
    for key, item in expected.items():
        if present.get(key) != item:
            yield f"{key} is {present.get(key)}, not {item}"


def _documents_of(objects: Iterable[Snapshot]) -> Iterator[Document]:
    for one in objects:
        match one:
            case PaymentMethodSnapshot(customer=None):
                continue
            case PaymentMethodSnapshot() | InvoiceSnapshot() | CreditMemoSnapshot():
                yield one
            case ProductSnapshot() | PriceSnapshot():
                yield one


def _owner(document: Document) -> str | None:
    match document:
        case ProductSnapshot() | PriceSnapshot():
            return None
        case _:
            owner = document.customer or f"guest:{document.provider_id}"
            return customer_id_of(STRIPE, owner)


def _comparable(item: Item) -> Item:
    return {n: v for n, v in item.items() if n not in ("pk", "sk", "updated_at")}


def _without_bookkeeping(found: Any) -> dict[str, Any]:
    ours = ("booked", "version", "access_revoked_at")
    names = [name for name in found.__dataclass_fields__ if name not in ours]
    return {name: getattr(found, name) for name in names}


def _unequal(
    what: str, present: Iterable[dict[str, Any]], expected: Iterable[dict[str, Any]]
) -> Iterator[str]:
    shown, due = ({one["id"]: one for one in some} for some in (present, expected))
    if shown.keys() != due.keys():
        yield f"{what}: {shown.keys() - due.keys()} too many, {due.keys() - shown.keys()} missing"
    for name in shown.keys() & due.keys():
        wrong = {f: (v, due[name][f]) for f, v in shown[name].items() if due[name][f] != v}
        if wrong:
            yield f"{what}: {name} {wrong}"
