"""Which object an event is a hint about."""

from typing import Any

import pytest

from frontdesk.adapters.paypal.events import Subject, subject_of
from frontdesk.domain.snapshot import ObjectKind
from tests.unit.adapters.paypal.fakes import event, reference

API = "https://api.paypal.com"


def link(rel: str, path: str) -> dict[str, str]:
    return {"rel": rel, "href": f"{API}{path}", "method": "GET"}


V2_REFUND = {
    "id": "R1",
    "links": [
        link("self", "/v2/payments/refunds/R1"),
        link("up", "/v2/payments/captures/C1"),
    ],
}
CAPTURE = {
    "id": "C1",
    "links": [
        link("self", "/v2/payments/captures/C1"),
        link("up", "/v2/checkout/orders/O1"),
    ],
}
DISPUTE = {"dispute_id": "PP-D-1", "disputed_transactions": [{"seller_transaction_id": "S1"}]}
ORDER = {"id": "O1", "purchase_units": [{"payments": {"captures": [{"id": "C1"}]}}]}

PAYMENT = ObjectKind.PAYMENT
SUBSCRIPTION = ObjectKind.SUBSCRIPTION
KNOWN: list[tuple[str, dict[str, Any], ObjectKind, str, str | None]] = [
    ("BILLING.SUBSCRIPTION.CREATED", {"id": "I-1"}, SUBSCRIPTION, "I-1", None),
    ("BILLING.SUBSCRIPTION.ACTIVATED", {"id": "I-1"}, SUBSCRIPTION, "I-1", None),
    ("BILLING.SUBSCRIPTION.RE-ACTIVATED", {"id": "I-1"}, SUBSCRIPTION, "I-1", None),
    ("BILLING.SUBSCRIPTION.UPDATED", {"id": "I-1"}, SUBSCRIPTION, "I-1", None),
    ("BILLING.SUBSCRIPTION.EXPIRED", {"id": "I-1"}, SUBSCRIPTION, "I-1", None),
    ("BILLING.SUBSCRIPTION.CANCELLED", {"id": "I-1"}, SUBSCRIPTION, "I-1", None),
    ("BILLING.SUBSCRIPTION.SUSPENDED", {"id": "I-1"}, SUBSCRIPTION, "I-1", None),
    ("BILLING.SUBSCRIPTION.PAYMENT.FAILED", {"id": "I-1"}, SUBSCRIPTION, "I-1", None),
    ("BILLING.PLAN.PRICING-CHANGE.ACTIVATED", {"id": "P-1"}, ObjectKind.PRICE, "P-1", None),
    ("CATALOG.PRODUCT.UPDATED", {"id": "PROD-1"}, ObjectKind.PRODUCT, "PROD-1", None),
    ("PAYMENT.SALE.COMPLETED", {"id": "S1"}, PAYMENT, "S1", None),
    ("PAYMENT.SALE.PENDING", {"id": "S1"}, PAYMENT, "S1", None),
    ("PAYMENT.SALE.DENIED", {"id": "S1"}, PAYMENT, "S1", None),
    ("PAYMENT.SALE.REFUNDED", {"id": "R1", "sale_id": "S1"}, PAYMENT, "S1", "R1"),
    ("PAYMENT.SALE.REVERSED", {"id": "S1"}, PAYMENT, "S1", None),
    ("PAYMENT.SALE.REVERSED", {"id": "V1", "sale_id": "S1"}, PAYMENT, "S1", None),
    ("PAYMENT.CAPTURE.COMPLETED", CAPTURE, PAYMENT, "C1", None),
    ("PAYMENT.CAPTURE.PENDING", CAPTURE, PAYMENT, "C1", None),
    ("PAYMENT.CAPTURE.DECLINED", CAPTURE, PAYMENT, "C1", None),
    ("PAYMENT.CAPTURE.DENIED", CAPTURE, PAYMENT, "C1", None),
    ("PAYMENT.CAPTURE.REFUNDED", V2_REFUND, PAYMENT, "C1", "R1"),
    ("PAYMENT.CAPTURE.REFUNDED", {"id": "R1", "capture_id": "C1"}, PAYMENT, "C1", "R1"),
    ("PAYMENT.CAPTURE.REVERSED", V2_REFUND, PAYMENT, "C1", None),
    ("PAYMENT.REFUND.PENDING", V2_REFUND, PAYMENT, "C1", "R1"),
    ("PAYMENT.REFUND.FAILED", V2_REFUND, PAYMENT, "C1", "R1"),
    ("CUSTOMER.DISPUTE.CREATED", DISPUTE, PAYMENT, "S1", None),
    ("CUSTOMER.DISPUTE.UPDATED", DISPUTE, PAYMENT, "S1", None),
    ("CUSTOMER.DISPUTE.RESOLVED", DISPUTE, PAYMENT, "S1", None),
    ("RISK.DISPUTE.CREATED", DISPUTE, PAYMENT, "S1", None),
    ("CHECKOUT.ORDER.COMPLETED", ORDER, PAYMENT, "C1", None),
    (
        "VAULT.PAYMENT-TOKEN.CREATED",
        {"id": "8kk8451t"},
        ObjectKind.PAYMENT_METHOD,
        "8kk8451t",
        None,
    ),
    (
        "VAULT.PAYMENT-TOKEN.DELETED",
        {"id": "8kk8451t"},
        ObjectKind.PAYMENT_METHOD,
        "8kk8451t",
        None,
    ),
]


@pytest.mark.parametrize(
    ("event_type", "resource", "kind", "provider_id", "refund_id"),
    KNOWN,
    ids=[f"{number}-{row[0]}" for number, row in enumerate(KNOWN)],
)
def test_a_known_event_names_its_object(
    event_type: str,
    resource: dict[str, Any],
    kind: ObjectKind,
    provider_id: str,
    refund_id: str | None,
) -> None:
    found = subject_of(event(event_type, resource))

    assert found is not None
    assert (found.reference, found.refund_id) == (reference(kind, provider_id), refund_id)


@pytest.mark.case("B8")
@pytest.mark.parametrize(
    ("event_type", "minutes"),
    [
        ("BILLING.SUBSCRIPTION.ACTIVATED", [5, 60]),
        ("BILLING.SUBSCRIPTION.RE-ACTIVATED", [5, 60]),
        ("BILLING.SUBSCRIPTION.UPDATED", [5, 60]),
        ("BILLING.SUBSCRIPTION.SUSPENDED", []),
        ("BILLING.SUBSCRIPTION.CANCELLED", []),
        ("BILLING.PLAN.UPDATED", []),
    ],
)
def test_what_is_provisional_at_first_is_looked_at_again(
    event_type: str, minutes: list[int]
) -> None:
    found = subject_of(event(event_type, {"id": "I-1"}))

    assert found is not None
    assert [delay.total_seconds() / 60 for delay in found.look_again_after] == minutes


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"event_type": "PAYMENT.SALE.COMPLETED"},
        {"event_type": "PAYMENT.SALE.COMPLETED", "resource": None},
        {"event_type": "PAYMENT.SALE.COMPLETED", "resource": []},
        {"event_type": None, "resource": {"id": "S1"}},
        event("PAYMENT.SALE.COMPLETED", {}),
        event("PAYMENT.SALE.COMPLETED", {"id": ""}),
        event("PAYMENT.SALE.COMPLETED", {"id": 7}),
        event("PAYMENT.SALE.COMPLETED", {"id": {"x": 1}}),
        event("PAYMENT.SALE.COMPLETED", {"id": "../../v1/oauth2/token"}),
        event("PAYMENT.SALE.COMPLETED", {"id": "S1?x=1"}),
        event("PAYMENT.SALE.COMPLETED", {"id": "S1\n"}),
        event("PAYMENT.SALE.COMPLETED", {"id": "S" * 65}),
        event("PAYMENT.SALE.COMPLETED", {"id": "S1", "links": 7}),
        event("PAYMENT.CAPTURE.REFUNDED", {"id": "R1", "links": [{"rel": "up"}]}),
        event("PAYMENT.CAPTURE.REFUNDED", {"id": "R1", "links": ["up"]}),
        event("CUSTOMER.DISPUTE.CREATED", {"disputed_transactions": []}),
        event("CUSTOMER.DISPUTE.CREATED", {"disputed_transactions": {}}),
        event("CUSTOMER.DISPUTE.CREATED", {"disputed_transactions": [{}]}),
        event("CUSTOMER.DISPUTE.CREATED", {}),
        event("CHECKOUT.ORDER.APPROVED", {"id": "O1", "purchase_units": [{}]}),
        event("CHECKOUT.ORDER.APPROVED", {"id": "O1", "purchase_units": 7}),
        event("MERCHANT.PARTNER-CONSENT.REVOKED", {"id": "1"}),
        event("INVOICING.INVOICE.PAID", {"id": "1"}),
        event("SOMETHING.NEW", {"id": "1"}),
    ],
    ids=repr,
)
def test_what_names_nothing_of_ours_is_no_error(document: dict[str, Any]) -> None:
    assert subject_of(document) is None


def test_a_link_is_read_for_its_id_and_not_for_where_it_leads() -> None:
    foreign = {"id": "R1", "links": [{"rel": "up", "href": "http://169.254.169.254/captures/C1"}]}

    assert subject_of(event("PAYMENT.CAPTURE.REFUNDED", foreign)) == Subject(
        reference(PAYMENT, "C1"), "R1"
    )
