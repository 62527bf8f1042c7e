"""A small payment provider: it knows its present state, and says what has changed.

Like a real one it answers a fetch with what stands *now*, keeps no history for us, and its events
are only hints. Beside the objects it keeps a log of every movement of money, from which the truth
about lifetime values comes without any of the product's code.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk.domain.provider_event import ProviderEvent
from frontdesk.domain.snapshot import (
    CreditMemoSnapshot,
    CustomerSnapshot,
    DisputeMovement,
    DisputeSnapshot,
    InvoiceLine,
    InvoiceSnapshot,
    ObjectKind,
    ObjectReference,
    PaymentMethodSnapshot,
    PaymentSnapshot,
    PaymentStatus,
    PriceSnapshot,
    ProductSnapshot,
    ProviderName,
    RefundSnapshot,
    RefundStatus,
    Snapshot,
    SubscriptionSnapshot,
)

STRIPE = ProviderName.STRIPE
OPENED_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Movement:
    """Money of a payment: positive towards the shop."""

    payment: str
    currency: str
    amount_minor: int


def reference(kind: ObjectKind, provider_id: str) -> ObjectReference:
    return ObjectReference(STRIPE, kind, provider_id)


class FakeProvider:
    """`before_fetch` and `after_fetch` may raise: no answer, or an answer that was lost."""

    def __init__(self) -> None:
        self.before_fetch: Callable[[str], None] = lambda name: None
        self.after_fetch: Callable[[str], None] = lambda name: None
        self.objects: dict[ObjectReference, Snapshot] = {}
        self.movements: list[Movement] = []
        self.events: list[ProviderEvent] = []
        self.fetched: list[ObjectReference] = []
        self.now = OPENED_AT
        self._ids = (f"{number:05d}" for number in itertools.count(1))

    # --- what the product asks for -----------------------------------------------------------

    def fetch(self, reference: ObjectReference) -> Snapshot | None:
        self.before_fetch("fetch")
        self.fetched.append(reference)
        found = self.objects.get(reference)
        self.after_fetch("fetch")
        return found

    # --- what a test asks for ----------------------------------------------------------------

    def all_of[S: Snapshot](self, kind: type[S]) -> list[S]:
        return [found for found in self.objects.values() if isinstance(found, kind)]

    def customer(self, customer: str) -> CustomerSnapshot:
        found = self.objects[reference(ObjectKind.CUSTOMER, customer)]
        assert isinstance(found, CustomerSnapshot)
        return found

    def payment(self, payment: str) -> PaymentSnapshot:
        found = self.objects[reference(ObjectKind.PAYMENT, payment)]
        assert isinstance(found, PaymentSnapshot)
        return found

    def lifetime_values(self) -> dict[str, dict[str, int]]:
        """By owner and currency, from the log of movements; a guest owns one payment."""
        sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for movement in self.movements:
            sums[self.owner_of(movement.payment)][movement.currency] += movement.amount_minor
        return {owner: dict(by_currency) for owner, by_currency in sums.items()}

    def owner_of(self, payment: str) -> str:
        return self.payment(payment).customer or f"guest:{payment}"

    def pass_time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    # --- customers and payment methods -------------------------------------------------------

    def add_customer(self, **fields: Any) -> str:
        customer = f"cus_{next(self._ids)}"
        self._put(
            ObjectKind.CUSTOMER, CustomerSnapshot(STRIPE, customer, self.now, **fields), "created"
        )
        return customer

    def change_customer(self, customer: str, **fields: Any) -> None:
        self._put(ObjectKind.CUSTOMER, replace(self.customer(customer), **fields), "updated")

    def delete_customer(self, customer: str) -> None:
        """Its payment methods are detached; its payments stay."""
        for method in self.all_of(PaymentMethodSnapshot):
            if method.customer == customer:
                self.change_payment_method(method.provider_id, customer=None)
        self._drop(ObjectKind.CUSTOMER, customer)

    def add_payment_method(self, customer: str, **fields: Any) -> str:
        method = f"pm_{next(self._ids)}"
        made = PaymentMethodSnapshot(
            STRIPE, method, customer, self.now, "card", "visa", "4242", 12, 2030
        )
        self._put(ObjectKind.PAYMENT_METHOD, replace(made, **fields), "attached")
        return method

    def change_payment_method(self, method: str, **fields: Any) -> None:
        """With `customer=None` it is detached, with another customer it is theirs from now on."""
        self._change(ObjectKind.PAYMENT_METHOD, method, **fields)

    # --- products, prices, subscriptions -----------------------------------------------------

    def add_product(self, name: str = "Plan") -> str:
        product = f"prod_{next(self._ids)}"
        made = ProductSnapshot(STRIPE, product, self.now, name, True)
        self._put(ObjectKind.PRODUCT, made, "created")
        return product

    def change_product(self, product: str, **fields: Any) -> None:
        self._change(ObjectKind.PRODUCT, product, **fields)

    def delete_product(self, product: str) -> None:
        self._drop(ObjectKind.PRODUCT, product)

    def add_price(self, product: str) -> str:
        price = f"price_{next(self._ids)}"
        made = PriceSnapshot(STRIPE, price, product, self.now, "usd", 900, "month", 1, None, True)
        self._put(ObjectKind.PRICE, made, "created")
        return price

    def subscribe(self, customer: str, *, product: str | None, **fields: Any) -> str:
        subscription = f"sub_{next(self._ids)}"
        made = SubscriptionSnapshot(
            STRIPE,
            subscription,
            customer,
            created_at=self.now,
            started_at=self.now,
            status="active",
            amount_minor=900,
            currency="usd",
            interval="month",
            interval_count=1,
            quantity=1,
            product=product,
            price=None,
            current_period_start=self.now,
            current_period_end=self.now + timedelta(days=30),
        )
        self._put(ObjectKind.SUBSCRIPTION, replace(made, **fields), "created")
        return subscription

    def subscription(self, subscription: str) -> SubscriptionSnapshot:
        found = self.objects[reference(ObjectKind.SUBSCRIPTION, subscription)]
        assert isinstance(found, SubscriptionSnapshot)
        return found

    def change_subscription(self, subscription: str, **fields: Any) -> None:
        self._change(ObjectKind.SUBSCRIPTION, subscription, **fields)

    # --- payments ----------------------------------------------------------------------------

    def pay(
        self,
        customer: str | None,
        *,
        amount_minor: int = 1000,
        currency: str = "usd",
        status: PaymentStatus = PaymentStatus.SUCCEEDED,
        captured_minor: int | None = None,
        **fields: Any,
    ) -> str:
        payment = f"ch_{next(self._ids)}"
        is_paid = status is PaymentStatus.SUCCEEDED
        captured = captured_minor if captured_minor is not None else amount_minor if is_paid else 0
        made = PaymentSnapshot(
            STRIPE, payment, customer, self.now, status, amount_minor, captured, currency, **fields
        )
        self._move(payment, currency, captured if is_paid else 0)
        self._put(ObjectKind.PAYMENT, made, status.value)
        return payment

    def capture(self, payment: str, amount_minor: int) -> None:
        """Takes (more of) what was authorized; several captures are possible."""
        found = self.payment(payment)
        captured = found.captured_minor + amount_minor
        self._move(payment, found.currency, amount_minor)
        self._change(
            ObjectKind.PAYMENT, payment, captured_minor=captured, status=PaymentStatus.SUCCEEDED
        )

    def fail(self, payment: str) -> None:
        self._change(
            ObjectKind.PAYMENT, payment, status=PaymentStatus.FAILED, failure_code="card_declined"
        )

    def attach_guest(self, payment: str, customer: str) -> None:
        """A charge without a customer may be given one afterwards, once."""
        assert self.payment(payment).customer is None
        self._change(ObjectKind.PAYMENT, payment, customer=customer)

    def refundable_minor(self, payment: str) -> int:
        over = (RefundStatus.FAILED, RefundStatus.CANCELED)
        found = self.payment(payment)
        refunded = sum(r.amount_minor for r in found.refunds if r.status not in over)
        return found.captured_minor - refunded

    def has_refund(self, refund: str, amount_minor: int) -> bool:
        refunds = (r for payment in self.all_of(PaymentSnapshot) for r in payment.refunds)
        return any((r.provider_id, r.amount_minor) == (refund, amount_minor) for r in refunds)

    def refund(
        self,
        payment: str,
        amount_minor: int,
        *,
        status: RefundStatus = RefundStatus.SUCCEEDED,
        operation_id: str | None = None,
    ) -> str:
        found, refund = self.payment(payment), f"re_{next(self._ids)}"
        has_moved = status is RefundStatus.SUCCEEDED
        made = RefundSnapshot(
            refund,
            amount_minor,
            found.currency,
            status,
            self.now,
            has_moved_money=has_moved,
            operation_id=operation_id,
        )
        self._move(payment, found.currency, -amount_minor if has_moved else 0)
        self._change(ObjectKind.PAYMENT, payment, refunds=(*found.refunds, made))
        self._tell(ObjectKind.PAYMENT, payment, "refunded")
        return refund

    def end_refund(
        self, payment: str, refund: str, status: RefundStatus, *, leaves_trace: bool = True
    ) -> None:
        """Succeeds, fails or is canceled; one that had succeeded gives the money back.

        Without a trace, nothing at the provider says any more that the money was ever away.
        """
        found = self.payment(payment)
        before = next(r for r in found.refunds if r.provider_id == refund)
        was_out, is_out = (s is RefundStatus.SUCCEEDED for s in (before.status, status))
        self._move(payment, found.currency, before.amount_minor * (was_out - is_out))
        after = replace(
            before,
            status=status,
            has_moved_money=is_out or (before.has_moved_money and leaves_trace),
        )
        refunds = tuple(after if r is before else r for r in found.refunds)
        self._change(ObjectKind.PAYMENT, payment, refunds=refunds)

    def rename_refund(self, payment: str, refund: str, *, operation_id: str | None) -> None:
        """Somebody edits its metadata."""
        found = self.payment(payment)
        refunds = tuple(
            replace(r, operation_id=operation_id) if r.provider_id == refund else r
            for r in found.refunds
        )
        self._change(ObjectKind.PAYMENT, payment, refunds=refunds)

    def dispute(self, payment: str, amount_minor: int, *, status: str = "needs_response") -> str:
        found, dispute = self.payment(payment), f"dp_{next(self._ids)}"
        made = DisputeSnapshot(dispute, amount_minor, found.currency, status, self.now)
        self._change(
            ObjectKind.PAYMENT, payment, disputes=(*found.disputes, made), is_disputed=True
        )
        return dispute

    def move_disputed(self, payment: str, dispute: str, amount_minor: int) -> None:
        """Withdraws (negative) or reinstates (positive) money of a dispute."""
        found = self.payment(payment)
        movement = DisputeMovement(f"txn_{next(self._ids)}", amount_minor, self.now)
        self._move(payment, found.currency, amount_minor)
        self._change_dispute(found, dispute, lambda d: {"movements": (*d.movements, movement)})

    def end_dispute(self, payment: str, dispute: str, status: str) -> None:
        self._change_dispute(self.payment(payment), dispute, lambda d: {"status": status})

    def _change_dispute(
        self,
        payment: PaymentSnapshot,
        dispute: str,
        changes: Callable[[DisputeSnapshot], dict[str, Any]],
    ) -> None:
        disputes = tuple(
            replace(d, **changes(d)) if d.provider_id == dispute else d for d in payment.disputes
        )
        self._change(ObjectKind.PAYMENT, payment.provider_id, disputes=disputes)

    # --- invoices and credit memos -----------------------------------------------------------

    def add_invoice(self, customer: str | None, *, status: str = "draft") -> str:
        invoice = f"in_{next(self._ids)}"
        made = InvoiceSnapshot(
            STRIPE,
            invoice,
            customer,
            self.now,
            status=status,
            number=None,
            currency="usd",
            total_minor=900,
            due_minor=900,
            paid_minor=0,
            remaining_minor=900,
            lines=(InvoiceLine("Plan", 900, "usd", 1),),
        )
        self._put(ObjectKind.INVOICE, made, "created")
        return invoice

    def change_invoice(self, invoice: str, **fields: Any) -> None:
        self._change(ObjectKind.INVOICE, invoice, **fields)

    def invoice(self, invoice: str) -> InvoiceSnapshot:
        found = self.objects[reference(ObjectKind.INVOICE, invoice)]
        assert isinstance(found, InvoiceSnapshot)
        return found

    def delete_invoice(self, invoice: str) -> None:
        self._drop(ObjectKind.INVOICE, invoice)

    def add_credit_memo(self, customer: str, **fields: Any) -> str:
        memo = f"cn_{next(self._ids)}"
        made = CreditMemoSnapshot(
            STRIPE, memo, customer, self.now, "issued", "post_payment", "CN-1", "usd", 100
        )
        self._put(ObjectKind.CREDIT_MEMO, replace(made, **fields), "created")
        return memo

    def issue_memo(
        self, invoice: str, amount_minor: int, *, operation_id: str | None = None
    ) -> str:
        """Of an invoice, which shows it from then on."""
        found = self.invoice(invoice)
        assert found.customer is not None
        memo = self.add_credit_memo(
            found.customer, amount_minor=amount_minor, invoice=invoice, operation_id=operation_id
        )
        self.change_invoice(invoice, credit_memos=(*found.credit_memos, memo))
        return memo

    # --- inside ------------------------------------------------------------------------------

    def _change(self, kind: ObjectKind, provider_id: str, **fields: Any) -> None:
        found: Any = self.objects[reference(kind, provider_id)]
        self._put(kind, replace(found, **fields), "updated")

    def _put(self, kind: ObjectKind, snapshot: Snapshot, what: str) -> None:
        self.objects[reference(kind, snapshot.provider_id)] = snapshot
        self._tell(kind, snapshot.provider_id, what)

    def _drop(self, kind: ObjectKind, provider_id: str) -> None:
        del self.objects[reference(kind, provider_id)]
        self._tell(kind, provider_id, "deleted")

    def _move(self, payment: str, currency: str, amount_minor: int) -> None:
        if amount_minor:
            self.movements.append(Movement(payment, currency, amount_minor))

    def _tell(self, kind: ObjectKind, provider_id: str, what: str) -> None:
        self.events.append(
            ProviderEvent(
                provider=STRIPE,
                id=f"evt_{len(self.events):05d}",
                type=f"{kind}.{what}",
                created_at=self.now,
                api_version=None,
                reference=reference(kind, provider_id),
                raw_body=b"{}",
            )
        )
