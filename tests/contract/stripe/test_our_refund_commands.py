"""What the product tells Stripe to give back, and to put on paper, held against its description."""

from collections.abc import Iterator

import pytest

from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.commands import StripeCommands
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import (
    CreditMemoSnapshot,
    InvoiceSnapshot,
    ObjectKind,
    ObjectReference,
    ProviderName,
)
from frontdesk.ports.commands import Accepted, CreditMemoCommand, RefundCommand
from tests.contract.stripe.conftest import Shop
from tests.contract.stripe.openapi import recorded_requests, validate_request
from tests.fakes.clock import FakeClock


class Till:
    """A subscription at 49.00 and 20 % tax, paid; and how the product sees and commands it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        client = make_client("sk_test_x", api_base=shop.server.api_base)
        self.commands = StripeCommands(lambda: client, clock=FakeClock())
        self.provider = StripeProvider(lambda: client)
        rate = shop.v1.tax_rates.create(
            {"display_name": "VAT", "percentage": 20, "inclusive": False}
        )
        self.customer = shop.customer()
        made = shop.subscription(self.customer, shop.price(4900), default_tax_rates=[rate.id])
        self.invoice = str(made.latest_invoice)

    def seen(self, kind: ObjectKind, name: str) -> object:
        return self.provider.fetch(ObjectReference(ProviderName.STRIPE, kind, name))

    def refund(self, amount_minor: int) -> str:
        charge = self.shop.charge(self.customer).id
        answer = self.commands.refund(
            RefundCommand(operation("refund"), charge, amount_minor, "usd", "duplicate")
        )
        assert isinstance(answer, Accepted)
        return str(answer.result_id)

    def issue(self, refund: str, amount_minor: int) -> str:
        answer = self.commands.issue_credit_memo(
            CreditMemoCommand(
                operation_id=operation("memo"),
                invoice=self.invoice,
                refund=refund,
                amount_minor=amount_minor,
                currency="usd",
                reason="duplicate",
            )
        )
        assert isinstance(answer, Accepted)
        return str(answer.result_id)


def operation(name: str) -> str:
    return derived_id("op", origin=f"contract:{name}")


@pytest.fixture
def till(shop: Shop) -> Iterator[Till]:
    till = Till(shop)
    shop.standin.api.log.clear()
    yield till
    for method, path, params in recorded_requests(shop.standin.api.log):
        validate_request(method, path, params)


@pytest.mark.parametrize("amount_minor", [1000, 5880], ids=["a part", "all"])
def test_a_refund_of_tax_is_put_on_paper(till: Till, amount_minor: int) -> None:
    before = till.seen(ObjectKind.INVOICE, till.invoice)
    memo = till.issue(till.refund(amount_minor), amount_minor)
    after, paper = (
        till.seen(ObjectKind.INVOICE, till.invoice),
        till.seen(ObjectKind.CREDIT_MEMO, memo),
    )

    assert isinstance(before, InvoiceSnapshot)
    assert isinstance(after, InvoiceSnapshot)
    assert isinstance(paper, CreditMemoSnapshot)
    assert (before.total_minor, before.tax_minor, before.remaining_minor) == (5880, 980, 0)
    assert (before.credit_memos, after.credit_memos) == ((), (memo,))
    assert (paper.amount_minor, paper.invoice) == (amount_minor, till.invoice)
    assert paper.operation_id == operation("memo")


def test_the_same_paper_is_issued_once(till: Till) -> None:
    refund = till.refund(1000)

    assert till.issue(refund, 1000) == till.issue(refund, 1000)
