"""Random lives of payments, and the books that are kept of them: ledger and commission."""

import random
from collections import Counter
from collections.abc import Iterator

from frontdesk.domain.commission import (
    Attribution,
    CommissionEntry,
    CommissionTerms,
    FixedTerms,
    RateTerms,
    commission_due,
    next_entry,
)
from frontdesk.domain.ledger import LedgerEntry, LedgerKind, new_entries, totals
from frontdesk.domain.snapshot import PaymentSnapshot, PaymentStatus, RefundStatus
from frontdesk.domain.transaction import transaction_of
from tests.fakes.provider import OPENED_AT, FakeProvider

_PAID_AND_REFUNDED = (LedgerKind.PAYMENT, LedgerKind.REFUND, LedgerKind.REFUND_FAILED)
_OPEN = (RefundStatus.SUCCEEDED, RefundStatus.PENDING)
_WAITING = (RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION)


class Book:
    """What the mirror keeps: the entries, and what was captured when it last looked.

    With `terms`, each entry is told to the affiliate's account as well, some of them twice.
    """

    def __init__(self, currency: str = "usd", *, terms: CommissionTerms | None = None) -> None:
        self.entries: list[LedgerEntry] = []
        self.captured = 0
        self.currency = currency
        self.terms = terms
        self.commission: list[CommissionEntry] = []

    def look_at(self, payment: PaymentSnapshot) -> None:
        booked = frozenset(entry.key for entry in self.entries)
        found = new_entries(payment, booked=booked, captured_before=self.captured)
        self.captured = payment.captured_minor
        for entry in found:
            self.entries.append(entry)
            self._tell(entry)

    def _tell(self, entry: LedgerEntry) -> None:
        if self.terms is None:
            return
        attribution = Attribution(
            affiliate_id="aff_1",
            terms=self.terms,
            currency=self.currency,
            attributed_at=OPENED_AT,
        )
        for _ in range(2):
            made = next_entry(
                attribution,
                cause=entry.key,
                occurred_at=entry.occurred_at,
                captured_minor=self.captured,
                net_minor=self.balance,
                booked=self.commission,
            )
            self.commission += [made] if made else []

    @property
    def balance(self) -> int:
        return totals(self.entries).get(self.currency, 0)

    @property
    def earned(self) -> int:
        return totals(self.commission).get(self.currency, 0)


class Life:
    """A payment's life in steps drawn by a seeded generator; `seen` now and then."""

    def __init__(self, seed: int, *, looks: float, terms: CommissionTerms | None = None) -> None:
        self.chance = random.Random(seed)
        self.provider = FakeProvider()
        self.currency = self.chance.choice(("usd", "jpy", "kwd"))
        self.book = Book(self.currency, terms=terms)
        self.looks = looks
        amount = self.chance.randint(1, 10_000)
        status = self.chance.choice(list(PaymentStatus))
        self.payment = self.provider.pay(
            None, amount_minor=amount, currency=self.currency, status=status
        )

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self._step()
            if self.chance.random() < self.looks:
                self.see()
        self.see()

    def see(self) -> None:
        self.book.look_at(self.found)

    def give_everything_back(self) -> None:
        """In parts; what a dispute holds is withdrawn instead."""
        for refund in self.found.refunds:
            if refund.status is RefundStatus.PENDING:
                self._end(refund.provider_id, RefundStatus.SUCCEEDED)
        while (left := self.provider.refundable_minor(self.payment)) and not self.found.disputes:
            self.provider.refund(self.payment, self.chance.randint(1, left))
            self.see()
        for dispute in self.found.disputes:
            held = -sum(movement.amount_minor for movement in dispute.movements)
            left = self.provider.refundable_minor(self.payment)
            if held != left:
                self.provider.move_disputed(self.payment, dispute.provider_id, held - left)
        self.see()

    @property
    def found(self) -> PaymentSnapshot:
        return self.provider.payment(self.payment)

    @property
    def truth(self) -> int:
        return sum(movement.amount_minor for movement in self.provider.movements)

    def _step(self) -> None:
        found = self.found
        left = self.provider.refundable_minor(self.payment)
        open_refunds = [r for r in found.refunds if r.status in _OPEN]
        match self.chance.randrange(5):
            case 0 if found.status is PaymentStatus.PENDING:
                self.provider.capture(self.payment, self.chance.randint(1, found.amount_minor))
            case 1 if left > 0:
                status = self.chance.choice([RefundStatus.SUCCEEDED, RefundStatus.PENDING])
                self.provider.refund(self.payment, self.chance.randint(1, left), status=status)
            case 2 if open_refunds:
                refund = self.chance.choice(open_refunds)
                end = RefundStatus.FAILED
                if refund.status is RefundStatus.PENDING and self.chance.random() < 0.5:
                    end = RefundStatus.SUCCEEDED
                self._end(refund.provider_id, end)
            case 3 if left > 0 and not found.disputes:
                dispute = self.provider.dispute(self.payment, left)
                self.provider.move_disputed(self.payment, dispute, -left)
            case 4 if found.disputes and len(found.disputes[0].movements) == 1:
                dispute, taken = found.disputes[0].provider_id, found.disputes[0].amount_minor
                self.provider.move_disputed(self.payment, dispute, taken)

    def _end(self, refund: str, status: RefundStatus) -> None:
        trace = self.chance.random() < 0.5
        self.provider.end_refund(self.payment, refund, status, leaves_trace=trace)

    # --- what has to hold once it was seen ---------------------------------------------------

    def wrongs(self) -> list[str]:
        return [*self._in_ledger(), *self._in_commission()]

    def _in_ledger(self) -> Iterator[str]:
        entries = self.book.entries
        if self.book.balance != self.truth:
            yield f"booked {self.book.balance}, moved {self.truth}"
        if set(Counter(entry.key for entry in entries).values()) - {1}:
            yield "an entry is booked twice"
        kept = sum(e.amount_minor for e in entries if e.kind in _PAID_AND_REFUNDED)
        shown = transaction_of(self.found, customer_id="cus_1", booked=frozenset(), version=1)
        waiting = sum(r.amount_minor for r in shown.refunds if r.status in _WAITING)
        if not 0 <= shown.refunded_minor <= shown.captured_minor:
            yield f"refunded {shown.refunded_minor} of {shown.captured_minor}"
        if shown.captured_minor - shown.refunded_minor + waiting != kept:
            yield f"shown {shown.captured_minor} less {shown.refunded_minor}, booked {kept}"

    def _in_commission(self) -> Iterator[str]:
        if self.book.terms is None:
            return
        due = commission_due(
            self.book.terms, captured_minor=self.book.captured, net_minor=self.book.balance
        )
        if self.book.earned != due:
            yield f"{self.book.earned} of commission booked, {due} due"
        if set(Counter(entry.key for entry in self.book.commission).values()) - {1}:
            yield "a commission entry is booked twice"


def random_terms(seed: int) -> CommissionTerms:
    chance = random.Random(seed)
    if chance.random() < 0.5:
        return RateTerms(chance.randint(0, 10_000))
    return FixedTerms(chance.randint(0, 5_000))


def looks_of(seed: int) -> float:
    """How often a life is looked at: at its end only, now and then, at each step."""
    return random.Random(seed).choice([0, 0.3, 1])
