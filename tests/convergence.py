"""C1: a history is delivered shuffled, doubled and delayed to sixteen workers at once, and once in
order to a single one; both must leave the same tables.

What legitimately depends on when something was looked at is left out: the ledger entries of a
payment that is captured or given away in several steps, refunds that fail without a trace, and what
a customer was called last before it was deleted. The state machine covers those by their sums.
"""

import os
import queue
import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from frontdesk.adapters.dynamodb.operations import Item, Key
from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.provider_event import ProviderEvent
from frontdesk.domain.snapshot import CustomerSnapshot, PauseBehavior, PaymentStatus, RefundStatus
from frontdesk.ports.provider import ProviderUnavailableError
from tests.fakes.provider import FakeProvider
from tests.mirrored import MirrorRig, differences, own_traces_aside

WORKERS = 16
_SCRIPTS = ["Ann Lee", "Łucja Ørsted", "李 小龍", "Мария", "O'Neil-Smith", "محمد علي", None]


@dataclass(frozen=True, slots=True)
class Size:
    events: int
    objects: int


class LongHistory:
    """A seeded history in phases; objects are made in the first third, then mostly changed."""

    def __init__(self, provider: FakeProvider, *, seed: int, size: Size) -> None:
        self.provider = provider
        self.chance = random.Random(seed)
        self.size = size
        self.customers: list[str] = []
        self.deletable: list[str] = []
        self.payments: list[str] = []
        self.subscriptions: list[str] = []
        self.methods: list[str] = []
        self.invoices: list[str] = []
        self.products: list[str] = []

    def go_on(self, until: int) -> None:
        """Changes things until this many events have been told in all."""
        while len(self.provider.events) < until:
            if self.chance.random() < 0.2:  # the rest are bursts within a second
                self.provider.pass_time(self.chance.randint(1, 300))
            is_young = len(self.provider.objects) < self.size.objects
            if is_young and self.chance.random() < 0.6:
                self._make()
            else:
                self._change()

    def allow_deletions(self) -> None:
        """Of customers whose events were all delivered: they have been seen."""
        self.deletable = list(self.customers)

    def _make(self) -> None:
        chance, provider = self.chance, self.provider
        if not self.customers or chance.random() < 0.2:
            name = chance.choice(_SCRIPTS)
            email = f"c{len(self.customers)}@example.com"
            self.customers.append(provider.add_customer(name=name, email=email))
            return
        owner = chance.choice(self.customers)
        match chance.randrange(6):
            case 0 | 1 | 2:
                self._pay(owner)
            case 3:
                if len(self.products) < 10:
                    self.products.append(provider.add_product(f"Plan {len(self.products)}"))
                product = chance.choice(self.products)
                self.subscriptions.append(provider.subscribe(owner, product=product))
            case 4:
                self.methods.append(provider.add_payment_method(owner))
            case _:
                self.invoices.append(provider.add_invoice(owner))

    def _pay(self, owner: str) -> None:
        chance = self.chance
        self.payments.append(
            self.provider.pay(
                owner if chance.random() < 0.9 else None,
                amount_minor=chance.randint(100, 90_000),
                currency=chance.choice(["usd", "usd", "eur", "jpy"]),
                status=chance.choice([PaymentStatus.SUCCEEDED, PaymentStatus.PENDING]),
                guest_name="Guest",
            )
        )

    def _change(self) -> None:
        chance = self.chance
        changes = [self._change_customer, self._change_subscription, self._change_documents]
        chance.choice([*changes, self._change_payment, self._change_payment])()

    def _change_customer(self) -> None:
        if not self.customers:
            return
        owner = self.chance.choice(self.customers)
        if owner in self.deletable and self.chance.random() < 0.05:
            self.provider.delete_customer(owner)
            self.customers.remove(owner)
            return
        self.provider.change_customer(owner, name=self.chance.choice(_SCRIPTS))

    def _change_subscription(self) -> None:
        if not self.subscriptions:
            return
        subscription = self.chance.choice(self.subscriptions)
        match self.chance.randrange(4):
            case 0:
                status = self.chance.choice(["active", "past_due", "canceled"])
                self.provider.change_subscription(subscription, status=status)
            case 1:
                behavior = self.chance.choice([None, *PauseBehavior])
                self.provider.change_subscription(subscription, pause=behavior)
            case 2:
                self.provider.change_subscription(subscription, cancels_at_period_end=True)
            case _:
                amount = self.chance.randint(100, 9900)
                self.provider.change_subscription(subscription, amount_minor=amount)

    def _change_documents(self) -> None:
        chance, provider = self.chance, self.provider
        if self.methods and self.customers and chance.random() < 0.5:
            owner = chance.choice([None, chance.choice(self.customers)])
            provider.change_payment_method(chance.choice(self.methods), customer=owner)
        elif self.invoices and chance.random() < 0.1:
            invoice = chance.choice(self.invoices)
            self.invoices.remove(invoice)
            provider.delete_invoice(invoice)
        elif self.invoices:
            status = chance.choice(["open", "paid", "void"])
            provider.change_invoice(chance.choice(self.invoices), status=status)

    def _change_payment(self) -> None:
        if not self.payments:
            return
        chance, provider = self.chance, self.provider
        found = provider.payment(chance.choice(self.payments))
        payment, left = found.provider_id, provider.refundable_minor(found.provider_id)
        pending = [r for r in found.refunds if r.status is RefundStatus.PENDING]
        if found.status is PaymentStatus.PENDING:
            if chance.random() < 0.8:
                provider.capture(payment, found.amount_minor)
            else:
                provider.fail(payment)
        elif pending:
            end = chance.choice([RefundStatus.SUCCEEDED, RefundStatus.FAILED])
            provider.end_refund(payment, pending[0].provider_id, end)
        elif found.disputes:
            self._move_dispute(payment)
        elif left > 0 and chance.random() < 0.15:
            provider.dispute(payment, left)
        elif left > 0:
            status = chance.choice([RefundStatus.SUCCEEDED, RefundStatus.PENDING])
            provider.refund(payment, chance.randint(1, left), status=status)

    def _move_dispute(self, payment: str) -> None:
        dispute = self.provider.payment(payment).disputes[-1]
        balance = sum(movement.amount_minor for movement in dispute.movements)
        if balance:
            self.provider.move_disputed(payment, dispute.provider_id, -balance)
        else:
            self.provider.move_disputed(payment, dispute.provider_id, -dispute.amount_minor)


PHASES = 20


def phases(size: Size) -> list[int]:
    return [size.events * (number + 1) // PHASES for number in range(PHASES)]


def in_order(*, seed: int, size: Size) -> MirrorRig:
    """Each event is followed as soon as it is told."""
    rig = MirrorRig()
    history = LongHistory(rig.provider, seed=seed, size=size)
    followed = 0
    for number, until in enumerate(phases(size)):
        if number == 1:
            history.allow_deletions()
        while len(rig.provider.events) < until:
            history.go_on(len(rig.provider.events) + 1)
            rig.follow(rig.provider.events[followed:])
            followed = len(rig.provider.events)
    return rig


def shuffled(*, seed: int, size: Size) -> MirrorRig:
    """Each event one to three times, in any order, while the next changes already happen."""
    rig = MirrorRig()
    history = LongHistory(rig.provider, seed=seed, size=size)
    chance = random.Random(-seed - 1)
    waiting: list[ProviderEvent] = []
    told = 0
    with crowd(rig) as inbound:
        for number, until in enumerate(phases(size)):
            if number == 1:
                history.allow_deletions()
            history.go_on(until)
            fresh = rig.provider.events[told:]
            told = len(rig.provider.events)
            waiting += [event for event in fresh for _ in range(chance.randint(1, 3))]
            chance.shuffle(waiting)
            # A part is delayed; what the first phase told has to arrive in it.
            kept = len(waiting) // 3 if number else 0
            waiting, sent = waiting[:kept], waiting[kept:]
            for event in sent:
                inbound.put(event)
            if not number:
                inbound.join()
        for event in waiting:
            inbound.put(event)
        inbound.join()
    return rig


@contextmanager
def crowd(rig: MirrorRig) -> Iterator[queue.Queue[ProviderEvent | None]]:
    """Sixteen workers that are forced to let each other go first at every call."""
    inbound: queue.Queue[ProviderEvent | None] = queue.Queue()
    failures: list[BaseException] = []
    threads = [
        threading.Thread(target=_work, args=(rig, inbound, failures), daemon=True)
        for _ in range(WORKERS)
    ]
    with forced_switches(rig):
        for thread in threads:
            thread.start()
        yield inbound
        for _ in threads:
            inbound.put(None)
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def _work(
    rig: MirrorRig,
    inbound: queue.Queue[ProviderEvent | None],
    failures: list[BaseException],
) -> None:
    while (event := inbound.get()) is not None:
        try:
            rig.follow([event])
        except (UnavailableError, ProviderUnavailableError):
            inbound.put(event)  # visible again
        except BaseException as error:  # a bug: it ends the run
            failures.append(error)
        inbound.task_done()


@contextmanager
def forced_switches(rig: MirrorRig) -> Iterator[None]:
    def yield_turn(name: str) -> None:
        os.sched_yield()

    rig.gateway.before_call = rig.gateway.after_call = yield_turn
    rig.provider.before_fetch = rig.provider.after_fetch = yield_turn
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        rig.gateway.before_call = rig.gateway.after_call = lambda name: None
        rig.provider.before_fetch = rig.provider.after_fetch = lambda name: None


def comparable(rig: MirrorRig) -> dict[Key, Item]:
    """Without versions, which count how many states were seen, and last words of the deleted."""
    rows = own_traces_aside(rig.gateway.items)
    deleted = {i["customer_id"] for i in rows.values() if i.get("status") == "deleted"}
    return {
        key: {
            name: value
            for name, value in item.items()
            if name != "version" and not (item.get("status") == "deleted" and name in _CONTACT)
        }
        for key, item in rows.items()
        if item["entity"] not in _FOUND_BY or item["customer_id"] not in deleted
    }


_CONTACT = frozenset(("name", "email", "mirrored", "words", "name_key"))
_FOUND_BY = frozenset(("search_token", "email_owner"))


def unequal_rows(*, seed: int, size: Size) -> list[str]:
    """Every row in which the two runs differ, and in which the second differs from the truth."""
    ordered, mixed = in_order(seed=seed, size=size), shuffled(seed=seed, size=size)
    assert len(ordered.provider.events) >= size.events
    assert len(ordered.provider.all_of(CustomerSnapshot)) > 0
    one, other = (comparable(rig) for rig in (ordered, mixed))
    rows = [
        f"{key}: {one.get(key)} / {other.get(key)}"
        for key in one.keys() | other.keys()
        if one.get(key) != other.get(key)
    ]
    return [*rows, *differences(mixed)]
