"""Which object an event is a hint about; nothing else of an event is believed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.adapters.stripe.events import object_of
from frontdesk.domain.snapshot import ObjectKind, ObjectReference
from tests.fakes.provider import reference


def about(**thing: Any) -> ObjectReference | None:
    return object_of({"type": "x.y", "data": {"object": thing}})


@pytest.mark.parametrize(
    ("thing", "kind", "provider_id"),
    [
        ({"object": "customer", "id": "cus_1"}, ObjectKind.CUSTOMER, "cus_1"),
        ({"object": "subscription", "id": "sub_1"}, ObjectKind.SUBSCRIPTION, "sub_1"),
        ({"object": "invoice", "id": "in_1"}, ObjectKind.INVOICE, "in_1"),
        ({"object": "charge", "id": "ch_1"}, ObjectKind.PAYMENT, "ch_1"),
        ({"object": "payment_method", "id": "pm_1"}, ObjectKind.PAYMENT_METHOD, "pm_1"),
        ({"object": "product", "id": "prod_1"}, ObjectKind.PRODUCT, "prod_1"),
        ({"object": "price", "id": "price_1"}, ObjectKind.PRICE, "price_1"),
        ({"object": "credit_note", "id": "cn_1"}, ObjectKind.CREDIT_MEMO, "cn_1"),
        ({"object": "refund", "id": "re_1", "charge": "ch_1"}, ObjectKind.PAYMENT, "ch_1"),
        (
            {"object": "refund", "id": "re_1", "charge": {"id": "ch_1"}},
            ObjectKind.PAYMENT,
            "ch_1",
        ),
        ({"object": "dispute", "id": "dp_1", "charge": "ch_1"}, ObjectKind.PAYMENT, "ch_1"),
        ({"object": "tax_id", "id": "txi_1", "customer": "cus_1"}, ObjectKind.CUSTOMER, "cus_1"),
        ({"object": "discount", "customer": "cus_1"}, ObjectKind.CUSTOMER, "cus_1"),
        (
            {"object": "payment_intent", "id": "pi_1", "latest_charge": "ch_1"},
            ObjectKind.PAYMENT,
            "ch_1",
        ),
        (
            {"object": "checkout.session", "id": "cs_1", "customer": "cus_1"},
            ObjectKind.CUSTOMER,
            "cus_1",
        ),
        (
            {"object": "setup_intent", "id": "seti_1", "payment_method": "pm_1"},
            ObjectKind.PAYMENT_METHOD,
            "pm_1",
        ),
        (
            {"object": "invoice_payment", "id": "inpay_1", "invoice": "in_1"},
            ObjectKind.INVOICE,
            "in_1",
        ),
        (
            {"object": "subscription_schedule", "id": "sub_s", "subscription": "sub_1"},
            ObjectKind.SUBSCRIPTION,
            "sub_1",
        ),
    ],
)
def test_an_event_names_the_object_that_is_mirrored(
    thing: dict[str, Any], kind: ObjectKind, provider_id: str
) -> None:
    assert about(**thing) == reference(kind, provider_id)


@pytest.mark.parametrize(
    "thing",
    [
        {"object": "invoice"},  # an upcoming one has no id
        {"object": "invoice", "id": None},
        {"object": "payment_intent", "id": "pi_1", "latest_charge": None},
        {"object": "checkout.session", "id": "cs_1", "customer": None},
        {"object": "refund", "id": "re_1", "charge": None},
        {"object": "balance", "livemode": False},
        {"object": "a_new_one", "id": "x_1"},
        {"id": "cus_1"},
        {"object": ["customer"], "id": "cus_1"},
        {"object": "customer", "id": "cus_1/../charges/ch_1"},
        {"object": "customer", "id": "cus_1?expand[]=x"},
        {"object": "customer", "id": "cus 1"},
        {"object": "customer", "id": "cus_1\n"},
        {"object": "customer", "id": "cus_é"},
        {"object": "customer", "id": ""},
        {"object": "customer", "id": "x" * 256},
        {"object": "customer", "id": 5},
    ],
)
def test_what_names_nothing_of_ours_is_about_nothing(thing: dict[str, Any]) -> None:
    """Ids go into addresses: nothing that could leave its place may stand in one."""
    assert about(**thing) is None


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["customer", "charge", "refund", "cus_1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "object", "id", "charge"]), inner, max_size=4)
    ),
)


@given(event=st.dictionaries(st.sampled_from(["data", "object", "type"]), ANYTHING))
@settings(max_examples=40)
def test_no_shape_at_all_raises(event: dict[str, Any]) -> None:
    found = object_of(event)

    assert found is None or found.provider_id.isascii()


def test_a_paid_invoice_has_its_subscription_looked_at_too() -> None:
    def told(event_type: str, **invoice: Any) -> ObjectReference | None:
        thing = {"object": "invoice", "id": "in_1", **invoice}
        return object_of({"type": event_type, "data": {"object": thing}})

    of_one = {"parent": {"subscription_details": {"subscription": "sub_1"}}}
    subscription, invoice = (
        reference(ObjectKind.SUBSCRIPTION, "sub_1"),
        reference(ObjectKind.INVOICE, "in_1"),
    )
    assert told("invoice.payment_succeeded", **of_one) == subscription
    assert told("invoice.paid", **of_one) == invoice
    assert told("invoice.payment_succeeded", parent=None) == invoice
    assert told("invoice.payment_succeeded", parent={"subscription_details": []}) == invoice


def test_a_schedule_that_let_its_subscription_go_still_names_it() -> None:
    released = {"object": "subscription_schedule", "id": "sub_s", "subscription": None}

    found = about(**released, released_subscription="sub_1")
    assert found == reference(ObjectKind.SUBSCRIPTION, "sub_1")
