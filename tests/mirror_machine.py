"""Random histories, deliveries, deaths and interleavings of the mirror, as a state machine.

The provider changes; its events are accepted, lost on the way, doubled and delayed; workers take
hints, stop before every call, die there or behind it; rows expire; people edit profiles; the
sweeper runs. When all has become quiet, the tables are what the provider says.
"""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Key
from frontdesk.adapters.dynamodb.profile_item import profile_steps
from frontdesk.domain.customer import customer_id_of
from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.provider_event import Hint, ProviderEvent
from frontdesk.domain.snapshot import (
    CustomerSnapshot,
    InvoiceSnapshot,
    ObjectReference,
    PauseBehavior,
    PaymentMethodSnapshot,
    PaymentSnapshot,
    PaymentStatus,
    ProductSnapshot,
    RefundStatus,
    Snapshot,
    SubscriptionSnapshot,
)
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.use_cases.mirror import MirrorOutcome
from tests.fakes.provider import STRIPE, FakeProvider
from tests.mirrored import MirrorRig, differences, over_refunded
from tests.workers import Died, Fate, Worker, Workshop

NAMES = [None, "Ann Lee", "ann lee", "Łucja Ørsted", "李 小龍", "Ann-Marie O'Neil", "🦄"]
EMAILS = [None, "ann@example.com", "Ann@Example.com", "łucja+shop@example.pl"]
LATEST_SWEEPS = 60
"""Enough for everything that was ever put off to be looked at again."""


class History:
    """What may happen at a provider, one change at a time, chosen by a seeded generator.

    Most changes are to what is in `focus`, so that histories are deep rather than wide.
    """

    def __init__(self, provider: FakeProvider) -> None:
        self.provider = provider
        self.focus: set[str] = set()

    def change(self, chance: random.Random) -> None:
        """Makes some change that is possible now."""
        if chance.random() < 0.3:  # most changes share their second with another
            self.provider.pass_time(chance.randint(1, 90))
        changes = [getattr(self, name) for name in dir(self) if name.startswith("_do_")]
        while not chance.choice(changes)(chance):
            continue

    def _one[S: Snapshot](self, chance: random.Random, kind: type[S]) -> S | None:
        found = self.provider.all_of(kind)
        focused = [one for one in found if one.provider_id in self.focus]
        if focused and chance.random() < 0.8:
            found = focused
        return chance.choice(found) if found else None

    def _customer(self, chance: random.Random) -> str | None:
        found = self._one(chance, CustomerSnapshot)
        return found.provider_id if found else None

    def _payment(self, chance: random.Random) -> PaymentSnapshot | None:
        return self._one(chance, PaymentSnapshot)

    def _do_new_customer(self, chance: random.Random) -> bool:
        if len(self.provider.all_of(CustomerSnapshot)) >= 2:
            return False
        self.provider.add_customer(
            name=chance.choice(NAMES), email=chance.choice(EMAILS), phone="+1"
        )
        return True

    def _do_change_customer(self, chance: random.Random) -> bool:
        customer = self._customer(chance)
        if customer:
            self.provider.change_customer(
                customer, name=chance.choice(NAMES), email=chance.choice(EMAILS)
            )
        return customer is not None

    def _do_delete_customer(self, chance: random.Random) -> bool:
        customer = self._customer(chance)
        if customer and chance.random() < 0.2:
            self.provider.delete_customer(customer)
            return True
        return False

    def _do_pay(self, chance: random.Random) -> bool:
        if len(self.provider.all_of(PaymentSnapshot)) >= 3 and chance.random() < 0.8:
            return False
        status = chance.choice([PaymentStatus.SUCCEEDED, *PaymentStatus])
        amount = chance.randint(1, 5000)
        is_partial = status is PaymentStatus.SUCCEEDED and chance.random() < 0.3
        self.provider.pay(
            self._customer(chance) if chance.random() < 0.8 else None,
            amount_minor=amount,
            captured_minor=chance.randint(1, amount) if is_partial else None,
            currency=chance.choice(["usd", "usd", "eur", "jpy"]),
            status=status,
            guest_name="Guest",
            guest_email="guest@example.com",
        )
        return True

    def _do_capture_or_fail(self, chance: random.Random) -> bool:
        payment = self._payment(chance)
        if payment is None or payment.status is PaymentStatus.FAILED:
            return False
        left = payment.amount_minor - payment.captured_minor
        if left and chance.random() < 0.7:
            self.provider.capture(payment.provider_id, chance.randint(1, left))
        elif payment.status is PaymentStatus.PENDING:
            self.provider.fail(payment.provider_id)
        else:
            return False
        return True

    def _do_attach_guest(self, chance: random.Random) -> bool:
        payment, customer = self._payment(chance), self._customer(chance)
        if payment is None or payment.customer is not None or customer is None:
            return False
        self.provider.attach_guest(payment.provider_id, customer)
        return True

    def _do_refund(self, chance: random.Random) -> bool:
        payment = self._payment(chance)
        left = self.provider.refundable_minor(payment.provider_id) if payment else 0
        if payment is None or left <= 0 or any(d.movements for d in payment.disputes):
            return False
        statuses = [RefundStatus.SUCCEEDED, RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION]
        # Now and then so many that they do not fit into one transaction.
        for _ in range(45 if left > 500 and chance.random() < 0.1 else 1):
            amount = chance.randint(1, max(1, min(left, 10)))
            self.provider.refund(payment.provider_id, amount, status=chance.choice(statuses))
        return True

    def _do_end_refund(self, chance: random.Random) -> bool:
        payment = self._payment(chance)
        over = (RefundStatus.FAILED, RefundStatus.CANCELED)
        running = [r for r in payment.refunds if r.status not in over] if payment else []
        if payment is None or not running:
            return False
        refund = chance.choice(running)
        ends = [RefundStatus.FAILED]
        if refund.status is not RefundStatus.SUCCEEDED:
            ends += [RefundStatus.SUCCEEDED, RefundStatus.CANCELED]
        self.provider.end_refund(
            payment.provider_id,
            refund.provider_id,
            chance.choice(ends),
            leaves_trace=chance.random() < 0.7,
        )
        return True

    def _do_dispute(self, chance: random.Random) -> bool:
        payment = self._payment(chance)
        if payment is None or payment.status is not PaymentStatus.SUCCEEDED:
            return False
        running = [d for d in payment.disputes if d.status != "lost"]
        if not running:
            left = self.provider.refundable_minor(payment.provider_id)
            if left <= 0:
                return False
            self.provider.dispute(payment.provider_id, left)
            return True
        dispute, payment_id = chance.choice(running), payment.provider_id
        balance = sum(movement.amount_minor for movement in dispute.movements)
        match chance.choice(["move", "end"]):
            case "move" if balance == 0:
                self.provider.move_disputed(payment_id, dispute.provider_id, -dispute.amount_minor)
            case "move":
                self.provider.move_disputed(payment_id, dispute.provider_id, -balance)
            case _:
                status = chance.choice(["lost", "won", "under_review"])
                self.provider.end_dispute(payment_id, dispute.provider_id, status)
        return True

    def _do_subscribe(self, chance: random.Random) -> bool:
        customer = self._customer(chance)
        products = self.provider.all_of(ProductSnapshot)
        if customer is None or len(self.provider.all_of(SubscriptionSnapshot)) >= 2:
            return False
        product = chance.choice([None, *(p.provider_id for p in products)])
        self.provider.subscribe(
            customer, product=product, status=chance.choice(["active", "incomplete", "trialing"])
        )
        return True

    def _do_change_subscription(self, chance: random.Random) -> bool:
        found = self._one(chance, SubscriptionSnapshot)
        if found is None:
            return False
        change: dict[str, Any] = chance.choice(
            [
                {"status": "past_due"},
                {"status": "canceled", "ended_at": self.provider.now},
                {"pause": PauseBehavior.VOID, "resumes_at": self.provider.now},
                {"pause": None, "resumes_at": None, "status": "active"},
                {"cancels_at_period_end": True, "canceled_at": self.provider.now},
                {"amount_minor": chance.randint(1, 999)},
            ]
        )
        self.provider.change_subscription(found.provider_id, **change)
        return True

    def _do_product(self, chance: random.Random) -> bool:
        found = self.provider.all_of(ProductSnapshot)
        if len(found) < 2:
            product = self.provider.add_product(f"Plan {chance.randint(1, 9)}")
            self.provider.add_price(product)
        elif chance.random() < 0.3:
            self.provider.delete_product(chance.choice(found).provider_id)
        else:
            name = f"Plan {chance.randint(1, 9)}"
            self.provider.change_product(chance.choice(found).provider_id, name=name)
        return True

    def _do_payment_method(self, chance: random.Random) -> bool:
        customer, found = self._customer(chance), self._one(chance, PaymentMethodSnapshot)
        if customer is None:
            return False
        if found is None or chance.random() < 0.2:
            self.provider.add_payment_method(customer)
            return True
        owner = chance.choice([None, customer, customer])
        year = chance.randint(2027, 2035)
        self.provider.change_payment_method(found.provider_id, customer=owner, expiry_year=year)
        return True

    def _do_invoice(self, chance: random.Random) -> bool:
        found = self._one(chance, InvoiceSnapshot)
        if found is None:
            self.provider.add_invoice(self._customer(chance))
        elif chance.random() < 0.3:
            self.provider.delete_invoice(found.provider_id)
        else:
            status = chance.choice(["open", "paid", "void"])
            self.provider.change_invoice(found.provider_id, status=status)
        return True

    def _do_credit_memo(self, chance: random.Random) -> bool:
        customer = self._customer(chance)
        if customer and chance.random() < 0.3:
            self.provider.add_credit_memo(customer)
            return True
        return False


@dataclass(eq=False)
class Message:
    """A hint in the queue; `tries` counts how often it was handed out."""

    hint: Hint
    tries: int = 0

    @property
    def reference(self) -> ObjectReference:
        return self.hint.reference

    @property
    def event_id(self) -> str:
        return self.hint.event_id


@dataclass(eq=False)
class Batch:
    worker: Worker
    messages: list[Message]
    outcome: MirrorOutcome | None = None


EXPECTED = (Died, UnavailableError, ProviderUnavailableError)
"""How a look may end that is made again later."""
TROUBLES = [fate for fate in Fate if fate is not Fate.GO_ON]
MOVES = {
    # How often each happens beside the others.
    "_provider_changes": 6,
    "_events_arrive": 8,
    "_an_old_event_comes_again": 2,
    "_a_worker_takes_messages_about_one_object": 10,
    "_a_worker_goes_on": 24,
    "_a_message_is_lost": 1,
    "_an_events_row_expires": 1,
    "_the_sweeper_runs": 2,
    "_somebody_edits_a_profile": 2,
}


def _once(events: list[str]) -> list[str]:
    return list(dict.fromkeys(events))


class MirrorMachine(RuleBasedStateMachine):
    """Hypothesis chooses how many moves there are and when all becomes quiet; which moves they are
    is drawn by weight, because what is rare in life must not be rare here, nor the other way
    round."""

    def __init__(self) -> None:
        super().__init__()
        self.rig = MirrorRig()
        self.history = History(self.rig.provider)
        self.workshop = Workshop(self.rig)
        self.undelivered: list[ProviderEvent] = []
        self.told = 0
        self.messages: list[Message] = []
        self.rowless: set[str] = set()
        self.batches: list[Batch] = []
        self.edited: dict[str, dict[str, Any]] = defaultdict(dict)
        self.edits = 0
        self.happened: Counter[str] = Counter()
        """How often what is rare in life has happened in this history."""

    @rule(seed=st.integers(0, 2**32 - 1), count=st.sampled_from([1, 5, 20, 40, 80]))
    def the_world_goes_on(self, seed: int, count: int) -> None:
        chance = random.Random(seed)
        for name in chance.choices(list(MOVES), list(MOVES.values()), k=count):
            getattr(self, name)(chance)
            # Holds at every moment: never more refunded than was captured.
            assert not list(over_refunded(self.rig.gateway.items.values()))

    # --- the provider ------------------------------------------------------------------------

    def _provider_changes(self, chance: random.Random) -> None:
        self.history.focus = self._in_work() or {
            event.reference.provider_id
            for event in self.rig.provider.events[-3:]
            if event.reference
        }
        for _ in range(chance.randint(1, 3)):
            self.history.change(chance)
            self.happened["a change"] += 1
        self.undelivered += self.rig.provider.events[self.told :]
        self.told = len(self.rig.provider.events)

    def _in_work(self) -> set[str]:
        return {hint.reference.provider_id for batch in self.batches for hint in batch.messages}

    def _events_arrive(self, chance: random.Random) -> None:
        for _ in range(min(chance.randint(1, 4), len(self.undelivered))):
            event = chance.choice(self.undelivered)
            self.undelivered.remove(event)
            dies = chance.choice([None] * 8 + ["before row", "after row", "before queue"])
            try:
                self._accept(event, dies)
            except (Died, UnavailableError):
                self.happened["a delivery that broke off"] += 1
                self.undelivered.append(event)  # no 2xx: the provider sends it again

    def _accept(self, event: ProviderEvent, dies: str | None = None) -> None:
        def die() -> None:
            raise Died if dies != "before queue" else UnavailableError

        if dies == "before queue":
            self.rig.queue.before_send = die
        elif dies == "before row":
            self.rig.gateway.before_call = lambda name: die()
        elif dies == "after row":
            self.rig.gateway.after_call = lambda name: die()
        try:
            self.rig.accept(event)
        finally:
            self.workshop.watch(self.rig)
            self.rig.queue.before_send = lambda: None
            self._take_from_queue()

    def _take_from_queue(self) -> None:
        self.messages += map(Message, self.rig.queue.taken())

    def _an_old_event_comes_again(self, chance: random.Random) -> None:
        if self.told:
            self._accept(chance.choice(self.rig.provider.events[: self.told]))

    # --- the queue and its workers -----------------------------------------------------------

    def _a_worker_takes_messages_about_one_object(self, chance: random.Random) -> None:
        if not self.messages or len(self.batches) >= 4:
            return
        in_work = self._in_work()
        contended = [one for one in self.messages if one.reference.provider_id in in_work]
        looked_at = chance.choice(contended or self.messages).reference
        self._start(looked_at, self._messages_about(looked_at)[: chance.choice([1, 1, 2, 10])])

    def _messages_about(self, looked_at: ObjectReference) -> list[Message]:
        return [message for message in self.messages if message.reference == looked_at]

    def _start(self, looked_at: ObjectReference, taken: list[Message]) -> Batch:
        for message in taken:
            self.messages.remove(message)
            message.tries += 1
        fresh = [one.event_id for one in taken if one.tries == 1]
        tried = [one.event_id for one in taken if one.tries > 1]

        def work() -> None:
            batch.outcome = self.rig.handle(looked_at, _once(fresh), _once(tried))

        batch = Batch(self.workshop.start(work), taken)
        self.batches.append(batch)
        return batch

    def _a_worker_goes_on(self, chance: random.Random) -> None:
        if not self.batches:
            return
        batch = chance.choice(self.batches)
        for _ in range(chance.choice([1, 1, 1, 2, 3, 9])):
            if not batch.worker.is_done:
                is_well = chance.random() < 0.95
                self.workshop.step(batch.worker, Fate.GO_ON if is_well else chance.choice(TROUBLES))
        self._end(batch)

    def _end(self, batch: Batch) -> None:
        if not batch.worker.is_done:
            return
        self.batches.remove(batch)
        error = batch.worker.error
        if error is not None and not isinstance(error, EXPECTED):
            raise error
        self.happened[type(error).__name__ if error else f"a look: {batch.outcome}"] += 1
        if error is not None:
            self.messages += batch.messages  # not deleted from the queue: visible again
        elif batch.outcome is MirrorOutcome.LEFT:
            self.messages += [one for one in batch.messages if one.tries == 1]

    def _a_message_is_lost(self, chance: random.Random) -> None:
        """The sweeper finds it by its row."""
        if found := [one for one in self.messages if one.event_id not in self.rowless]:
            self.messages.remove(chance.choice(found))

    def _an_events_row_expires(self, chance: random.Random) -> None:
        """While its message still waits: longer than any queue keeps one."""
        if self.messages:
            expired = chance.choice(self.messages).event_id
            self.rig.gateway.items.pop(keys.provider_event(STRIPE, expired), None)
            self.rowless.add(expired)

    def _the_sweeper_runs(self, chance: random.Random) -> None:
        self.rig.clock.advance(timedelta(minutes=chance.randint(1, 5)))
        self.rig.sweep()
        self._take_from_queue()

    # --- people --------------------------------------------------------------------------------

    def _somebody_edits_a_profile(self, chance: random.Random) -> None:
        """The phone: what the provider says about it never changes."""
        customers = [c.provider_id for c in self.rig.provider.all_of(CustomerSnapshot)]
        known = [c for c in customers if self._profile_key(c) in self.rig.gateway.items]
        if not known:
            return
        owner = chance.choice(known)
        self.edits += 1
        self.edited[owner] = {"phone": f"+49{self.edits}"}
        before = self.rig.profile(owner)
        steps = profile_steps(
            before, replace(before, **self.edited[owner]), at=self.rig.clock.now()
        )
        self.rig.gateway.transact(steps, token=f"edit-{self.edits}")

    def _profile_key(self, owner: str) -> Key:
        return keys.profile(customer_id_of(STRIPE, owner))

    # --- the end -----------------------------------------------------------------------------

    @rule(seed=st.integers(0, 2**32 - 1))
    def all_becomes_quiet(self, seed: int) -> None:
        chance = random.Random(seed)
        for batch in chance.sample(self.batches, chance.randint(0, len(self.batches))):
            self._finish(batch)
        for event in self.undelivered:
            self._accept(event)
        self.undelivered.clear()
        self._work_off()
        for batch in list(self.batches):
            self._finish(batch)  # those that were slowest write last
        for _ in range(LATEST_SWEEPS):
            self._work_off()
            if not self._has_open_events():
                break
            self.rig.clock.advance(timedelta(hours=1, minutes=1))
            self.rig.sweep()
            self._take_from_queue()
        assert not self._has_open_events()
        assert differences(self.rig, local=self.edited) == []

    def _finish(self, batch: Batch) -> None:
        self.workshop.finish(batch.worker)
        self._end(batch)

    def _has_open_events(self) -> bool:
        return any("open_shard" in item for item in self.rig.entities("provider_event"))

    def _work_off(self) -> None:
        while self.messages:  # what is left to another comes again, and then it is looked at
            looked_at = self.messages[0].reference
            batch = self._start(looked_at, self._messages_about(looked_at))
            self.workshop.finish(batch.worker)
            if batch.worker.error is not None:
                raise batch.worker.error
            self._end(batch)

    def teardown(self) -> None:
        try:
            self.all_becomes_quiet(self.told)
        finally:
            self.workshop.close()
