"""An object as a provider's API answered it, in words of our own.

A snapshot is one moment of the provider's truth. Adapters make them; the mirror turns them into
projections and ledger entries. Amounts are minor units; moments are aware, in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProviderName(StrEnum):
    STRIPE = "stripe"
    PAYPAL = "paypal"


class ObjectKind(StrEnum):
    CUSTOMER = "customer"
    PAYMENT_METHOD = "payment_method"
    PRODUCT = "product"
    PRICE = "price"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CREDIT_MEMO = "credit_memo"


@dataclass(frozen=True, slots=True)
class ObjectReference:
    """Names one object at one provider."""

    provider: ProviderName
    kind: ObjectKind
    provider_id: str


type AddressParts = tuple[
    str | None, str | None, str | None, str | None, str | None, str | None
]  # line1, line2, city, state, postal_code, country


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    provider: ProviderName
    provider_id: str
    created_at: datetime
    is_deleted: bool = False
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: AddressParts = (None, None, None, None, None, None)
    company_name: str | None = None
    tax_id: str | None = None
    vat_number: str | None = None
    locale: str | None = None
    default_payment_method: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentMethodSnapshot:
    """`customer` is None once detached."""

    provider: ProviderName
    provider_id: str
    customer: str | None
    created_at: datetime
    type: str
    brand: str | None = None
    last4: str | None = None
    expiry_month: int | None = None
    expiry_year: int | None = None
    payer_email: str | None = None
    billing_address: AddressParts = (None, None, None, None, None, None)
    payer: CustomerSnapshot | None = None


@dataclass(frozen=True, slots=True)
class ProductSnapshot:
    provider: ProviderName
    provider_id: str
    created_at: datetime
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class PriceSnapshot:
    provider: ProviderName
    provider_id: str
    product: str
    created_at: datetime
    currency: str
    unit_amount_minor: int | None
    interval: str | None
    interval_count: int | None
    nickname: str | None
    is_active: bool


class PauseBehavior(StrEnum):
    """What happens to invoices while collection is paused (Stripe's `pause_collection`)."""

    KEEP_AS_DRAFT = "keep_as_draft"
    MARK_UNCOLLECTIBLE = "mark_uncollectible"
    VOID = "void"


class Suspension(StrEnum):
    """Why a provider holds a subscription back (PayPal's `SUSPENDED`)."""

    REQUESTED = "requested"
    PAYMENT_FAILED = "payment_failed"


@dataclass(frozen=True, slots=True)
class PendingChange:
    """What the provider will sell instead from `at` on; `amount_minor` as a cycle's price.
    `is_ours` where it was ordered here: all others the shop has planned at the provider."""

    at: datetime
    price: str
    amount_minor: int | None
    quantity: int = 1
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Installments:
    """Of a plan of `total` payments, which is over when all are `paid`. `completes_at` is when
    the last one's time is over, where the provider tells: None while it is paused."""

    paid: int
    total: int
    completes_at: datetime | None = None

    @property
    def are_paid(self) -> bool:
        return self.paid >= self.total


@dataclass(frozen=True, slots=True)
class SubscriptionSnapshot:
    """`status` is the provider's own word; `amount_minor` is one cycle's price, all items."""

    provider: ProviderName
    provider_id: str
    customer: str
    created_at: datetime
    started_at: datetime
    status: str
    amount_minor: int | None
    currency: str
    interval: str | None
    interval_count: int | None
    quantity: int
    product: str | None
    price: str | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    cancels_at_period_end: bool = False
    cancel_at: datetime | None = None
    canceled_at: datetime | None = None
    ended_at: datetime | None = None
    trial_end: datetime | None = None
    pause: PauseBehavior | None = None
    resumes_at: datetime | None = None
    suspension: Suspension | None = None
    payment_method: str | None = None
    payer: CustomerSnapshot | None = None
    paid_until: datetime | None = None
    """The end of what was paid for, where the provider tells; it may be behind us."""
    pending_change: PendingChange | None = None
    has_lost_change: bool = False
    """A change that the shop had planned was dropped for the end that is pending."""
    installments: Installments | None = None
    operation_id: str | None = None
    """Of the operation of ours that changed it last, as the subscription itself says."""


class RefundStatus(StrEnum):
    """https://docs.stripe.com/api/refunds/object#refund_object-status"""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    """`has_moved_money` says that the amount left our balance, even if it came back since."""

    provider_id: str
    amount_minor: int
    currency: str
    status: RefundStatus
    created_at: datetime
    has_moved_money: bool
    reason: str | None = None
    operation_id: str | None = None
    """Of the operation of ours that made it, as the refund itself says."""
    failure_reason: str | None = None
    """The provider's word."""


@dataclass(frozen=True, slots=True)
class DisputeMovement:
    """Money that a dispute took (negative) or gave back (positive), fees apart."""

    provider_id: str
    amount_minor: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class DisputeSnapshot:
    provider_id: str
    amount_minor: int
    currency: str
    status: str
    created_at: datetime
    movements: tuple[DisputeMovement, ...] = ()
    reason: str | None = None


class PaymentStatus(StrEnum):
    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """One payment with everything that happened to its money. `customer` is None for a guest.

    `subscription` is what it was for, where the payment itself says so and no invoice does.
    """

    provider: ProviderName
    provider_id: str
    customer: str | None
    created_at: datetime
    status: PaymentStatus
    amount_minor: int
    captured_minor: int
    currency: str
    refunds: tuple[RefundSnapshot, ...] = ()
    disputes: tuple[DisputeSnapshot, ...] = ()
    is_disputed: bool = False
    description: str | None = None
    payment_intent: str | None = None
    invoice: str | None = None
    subscription: str | None = None
    method_type: str | None = None
    method_brand: str | None = None
    method_last4: str | None = None
    failure_code: str | None = None
    guest_name: str | None = None
    guest_email: str | None = None
    payer: CustomerSnapshot | None = None


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    description: str | None
    amount_minor: int
    currency: str
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class InvoiceSnapshot:
    """`payments` names the payments (or payment intents) that settled it, where known, and
    `credit_memos` what was issued about it. `tax_minor` is what of the total is tax."""

    provider: ProviderName
    provider_id: str
    customer: str | None
    created_at: datetime
    status: str
    number: str | None
    currency: str
    total_minor: int
    due_minor: int
    paid_minor: int
    remaining_minor: int
    subscription: str | None = None
    due_at: datetime | None = None
    finalized_at: datetime | None = None
    paid_at: datetime | None = None
    lines: tuple[InvoiceLine, ...] = ()
    payments: tuple[str, ...] = ()
    payer: CustomerSnapshot | None = None
    tax_minor: int = 0
    credit_memos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditMemoSnapshot:
    provider: ProviderName
    provider_id: str
    customer: str
    created_at: datetime
    status: str
    type: str
    number: str | None
    currency: str
    amount_minor: int
    invoice: str | None = None
    reason: str | None = None
    payer: CustomerSnapshot | None = None
    operation_id: str | None = None
    """Of the operation of ours that made it, as the memo itself says."""


type Snapshot = (
    CustomerSnapshot
    | PaymentMethodSnapshot
    | ProductSnapshot
    | PriceSnapshot
    | SubscriptionSnapshot
    | PaymentSnapshot
    | InvoiceSnapshot
    | CreditMemoSnapshot
)
