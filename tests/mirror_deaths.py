"""A worker may die, and another may come between, at every step of the mirror."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from frontdesk.adapters.dynamodb.operations import Item, Key
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, PaymentStatus, RefundStatus
from frontdesk.use_cases.mirror import MirrorOutcome
from tests.fakes.provider import FakeProvider, reference
from tests.mirrored import MirrorRig, differences, over_refunded, own_traces_aside
from tests.workers import Died, Fate, Worker, Workshop

type Story = Callable[[MirrorRig], ObjectReference]


def new_customer(rig: MirrorRig) -> ObjectReference:
    return of_customer(rig.provider.add_customer(name="Ann Lee", email="ann@example.com"))


def changed_customer(rig: MirrorRig) -> ObjectReference:
    owner = rig.provider.add_customer(name="Ann Lee", email="ann@example.com")
    rig.follow()
    rig.provider.change_customer(owner, name="Anna Li", email="anna@example.com")
    return of_customer(owner)


def deleted_customer(rig: MirrorRig) -> ObjectReference:
    owner = rig.provider.add_customer(name="Ann Lee", email="ann@example.com")
    rig.follow()
    rig.provider.delete_customer(owner)
    return of_customer(owner)


def payment_of_an_unknown_customer(rig: MirrorRig) -> ObjectReference:
    payment = rig.provider.pay(rig.provider.add_customer(name="Ann"))
    rig.provider.refund(payment, 400)
    return reference(ObjectKind.PAYMENT, payment)


def payment_with_many_refunds(rig: MirrorRig) -> ObjectReference:
    payment = rig.provider.pay(rig.provider.add_customer(name="Ann"))
    for _ in range(45):  # more than fit into one transaction
        rig.provider.refund(payment, 5)
    return reference(ObjectKind.PAYMENT, payment)


def guest_payment(rig: MirrorRig) -> ObjectReference:
    return reference(ObjectKind.PAYMENT, rig.provider.pay(None, guest_name="Ann"))


def guest_payment_that_got_an_owner(rig: MirrorRig) -> ObjectReference:
    payment = rig.provider.pay(None, guest_name="Ann")
    refund = rig.provider.refund(payment, 300)
    rig.follow()
    rig.provider.attach_guest(payment, rig.provider.add_customer(name="Ann"))
    rig.provider.end_refund(payment, refund, RefundStatus.FAILED)
    return reference(ObjectKind.PAYMENT, payment)


def later_capture(rig: MirrorRig) -> ObjectReference:
    payment = rig.provider.pay(rig.provider.add_customer(), captured_minor=300)
    rig.follow()
    rig.provider.capture(payment, 700)
    return reference(ObjectKind.PAYMENT, payment)


def subscription_to_an_unknown_product(rig: MirrorRig) -> ObjectReference:
    owner, product = rig.provider.add_customer(name="Ann"), rig.provider.add_product()
    return reference(
        ObjectKind.SUBSCRIPTION, rig.provider.subscribe(owner, product=product, status="trialing")
    )


def payment_method_with_a_new_owner(rig: MirrorRig) -> ObjectReference:
    method = rig.provider.add_payment_method(rig.provider.add_customer())
    rig.follow()
    rig.provider.change_payment_method(method, customer=rig.provider.add_customer())
    return reference(ObjectKind.PAYMENT_METHOD, method)


def detached_payment_method(rig: MirrorRig) -> ObjectReference:
    method = rig.provider.add_payment_method(rig.provider.add_customer())
    rig.follow()
    rig.provider.change_payment_method(method, customer=None)
    return reference(ObjectKind.PAYMENT_METHOD, method)


def deleted_invoice(rig: MirrorRig) -> ObjectReference:
    invoice = rig.provider.add_invoice(rig.provider.add_customer())
    rig.follow()
    rig.provider.delete_invoice(invoice)
    return reference(ObjectKind.INVOICE, invoice)


STORIES: list[Story] = [
    new_customer,
    changed_customer,
    deleted_customer,
    payment_of_an_unknown_customer,
    payment_with_many_refunds,
    guest_payment,
    guest_payment_that_got_an_owner,
    later_capture,
    subscription_to_an_unknown_product,
    payment_method_with_a_new_owner,
    detached_payment_method,
    deleted_invoice,
]
FATES = [fate for fate in Fate if fate is not Fate.GO_ON]


def of_customer(customer: str) -> ObjectReference:
    return reference(ObjectKind.CUSTOMER, customer)


def told(story: Story) -> tuple[MirrorRig, Workshop, ObjectReference]:
    """The story up to the change that is to be mirrored; everything else is mirrored already."""
    rig = MirrorRig()
    looked_at = story(rig)
    for event in rig.provider.events[-3:]:
        rig.accept(event)
    return rig, Workshop(rig), looked_at


def work_on(rig: MirrorRig, looked_at: ObjectReference) -> Callable[[], object]:
    events = [e.id for e in rig.provider.events[-3:] if e.reference == looked_at]
    return lambda: rig.look_at(looked_at, *events)


def steps_of(story: Story) -> int:
    rig, workshop, looked_at = told(story)
    worker = workshop.start(work_on(rig, looked_at))
    count = 0
    workshop.step(worker)
    while not worker.is_done:
        workshop.step(worker)
        count += 1
    return count


def divergence_after_death(story: Story, *, step: int, fate: Fate) -> list[object]:
    """Whoever looks next must end as if nothing had happened."""
    rig, workshop, looked_at = told(story)
    worker = workshop.start(work_on(rig, looked_at))
    for _ in range(step + 1):
        workshop.step(worker)
    workshop.step(worker, fate)
    workshop.finish(worker)
    assert worker.error is not None
    assert isinstance(worker.error, Died) is (fate in (Fate.DIE_BEFORE, Fate.DIE_AFTER))
    too_much = list(over_refunded(rig.gateway.items.values()))
    work_on(rig, looked_at)()
    found = without_versions(own_traces_aside(rig.gateway.items))
    return [*too_much, *unequal(found, smooth_end(story)), *open_events_of(rig, looked_at)]


@cache
def smooth_end(story: Story) -> dict[Key, object]:
    rig, _, looked_at = told(story)
    rig.look_at(looked_at)
    return without_versions(own_traces_aside(rig.gateway.items))


def unequal(found: dict[Key, object], expected: dict[Key, object]) -> list[object]:
    keys = found.keys() | expected.keys()
    return [key for key in keys if found.get(key) != expected.get(key)]


def without_versions(items: dict[Key, Item]) -> dict[Key, object]:
    """An interrupted move of many entries is written in more steps than a smooth one."""
    return {
        key: {name: value for name, value in item.items() if name != "version"}
        for key, item in items.items()
    }


def open_events_of(rig: MirrorRig, looked_at: ObjectReference) -> list[object]:
    return [
        item["event_id"]
        for item in rig.entities("provider_event")
        if item["status"] != "DONE" and item["provider_object_id"] == looked_at.provider_id
    ]


# --- two workers -------------------------------------------------------------------------------


def change_customer(provider: FakeProvider) -> None:
    (customer,) = {ref.provider_id for ref in provider.objects if ref.kind is ObjectKind.CUSTOMER}
    provider.change_customer(customer, name="Late Name", email="late@example.com")


def change_payment(provider: FakeProvider) -> None:
    (payment,) = (ref.provider_id for ref in provider.objects if ref.kind is ObjectKind.PAYMENT)
    refund = provider.refund(payment, 5)
    provider.end_refund(payment, refund, RefundStatus.FAILED, leaves_trace=False)
    provider.refund(payment, 7)


def attach_payment(provider: FakeProvider) -> None:
    (payment,) = (ref.provider_id for ref in provider.objects if ref.kind is ObjectKind.PAYMENT)
    provider.attach_guest(payment, provider.add_customer(name="Ann"))


def end_subscription(provider: FakeProvider) -> None:
    (found,) = (ref for ref in provider.objects if ref.kind is ObjectKind.SUBSCRIPTION)
    provider.change_subscription(found.provider_id, status="canceled", ended_at=provider.now)


def detach(provider: FakeProvider) -> None:
    (found,) = (ref for ref in provider.objects if ref.kind is ObjectKind.PAYMENT_METHOD)
    provider.change_payment_method(found.provider_id, customer=None)


def fail_payment(provider: FakeProvider) -> None:
    (found,) = (ref for ref in provider.objects if ref.kind is ObjectKind.PAYMENT)
    provider.fail(found.provider_id)


def pending_payment(rig: MirrorRig) -> ObjectReference:
    owner = rig.provider.add_customer()
    return reference(ObjectKind.PAYMENT, rig.provider.pay(owner, status=PaymentStatus.PENDING))


PAIRS: list[tuple[Story, Callable[[FakeProvider], None]]] = [
    (new_customer, change_customer),
    (changed_customer, change_customer),
    (payment_of_an_unknown_customer, change_payment),
    (payment_with_many_refunds, change_payment),
    (guest_payment, attach_payment),
    (pending_payment, fail_payment),
    (subscription_to_an_unknown_product, end_subscription),
    (payment_method_with_a_new_owner, detach),
]


def schedules(steps: int, *, stride: int) -> Iterator[tuple[int, int, int]]:
    """(steps of the first before the change, before the second starts, steps of the second before
    the first goes on): all of them with a stride of one."""
    for before_change in range(steps + 1):
        for before_second in range(before_change, steps + 1, stride):
            for of_second in range((before_change + before_second) % stride, steps + 3, stride):
                yield before_change, before_second, of_second


def walk(workshop: Workshop, worker: Worker, steps: int) -> None:
    for _ in range(steps):
        if not worker.is_done:
            workshop.step(worker)


@dataclass
class Visit:
    """A message's way through the queue: what its first try leaves comes again."""

    rig: MirrorRig
    looked_at: ObjectReference
    events: list[str]
    is_first_try: bool
    outcome: MirrorOutcome | None = None

    def __call__(self) -> None:
        fresh, tried = (self.events, []) if self.is_first_try else ([], self.events)
        self.outcome = self.rig.handle(self.looked_at, fresh, tried)
        self.is_first_try = False


def divergence(
    story: Story,
    change: Callable[[FakeProvider], None],
    schedule: tuple[int, int, int],
    *,
    is_first_try: bool,
) -> list[object]:
    """Of a second worker that is in its message's first try, or in a later one."""
    before_change, before_second, of_second = schedule
    rig, workshop, looked_at = told(story)
    first = workshop.start(work_on(rig, looked_at))
    walk(workshop, first, before_change)
    known = len(rig.provider.events)
    change(rig.provider)
    fresh = [e for e in rig.provider.events[known:] if e.reference == looked_at]
    for event in fresh:
        rig.accept(event)
    walk(workshop, first, before_second - before_change)
    visit = Visit(rig, looked_at, [event.id for event in fresh], is_first_try)
    second = workshop.start(visit)
    walk(workshop, second, of_second)
    workshop.finish(first)
    workshop.finish(second)
    if visit.outcome is MirrorOutcome.LEFT:
        visit()
    rig.follow([e for e in rig.provider.events if e.reference != looked_at])
    errors = [worker.error for worker in (first, second) if worker.error]
    return [*errors, *differences(rig), *open_events_of(rig, looked_at)]
