"""E7: one customer who pays in four currencies, from the provider to answers and files."""

import itertools
import json
import re
from typing import Any

import pytest

from frontdesk.adapters.contact.checks import LibraryContactChecks
from frontdesk.adapters.dynamodb.codec import encode_item
from frontdesk.adapters.dynamodb.customer_rows import page_of, profile_attributes
from frontdesk.adapters.dynamodb.customers import DynamoCustomers
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.domain.customer import customer_id_of
from frontdesk.domain.export import ExportFilter, ExportFormat
from frontdesk.domain.export_rows import customer_lines
from frontdesk.domain.money import exponent
from frontdesk.domain.settings import Settings
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.customers import customer_handlers
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.transactions import transaction_handlers
from frontdesk.use_cases.customers import Editing
from tests.fakes.api_gateway import STAFF, ask, event
from tests.fakes.ids import CountingIds
from tests.fakes.provider import STRIPE
from tests.fakes.settings import FixedSettings
from tests.mirrored import MirrorRig

PAID = {"usd": 1_000_003, "eur": 300_017, "jpy": 20_011, "kwd": 7_000_130}
REFUNDED = {"usd": 101, "eur": 1_009, "jpy": 11, "kwd": 10_010}
KEPT = {currency: PAID[currency] - REFUNDED[currency] for currency in PAID}
FOREIGN = frozenset(
    # Every sum of amounts of two or more currencies, paid, refunded or kept.
    sum(amounts)
    for size in range(2, len(PAID) + 1)
    for some in itertools.combinations(PAID, size)
    for amounts in itertools.product(*[(PAID[c], REFUNDED[c], KEPT[c]) for c in some])
)


class Shop:
    def __init__(self) -> None:
        self.rig = MirrorRig()
        owner = self.rig.provider.add_customer(name="Ann")
        for currency in PAID:
            payment = self.rig.provider.pay(owner, amount_minor=PAID[currency], currency=currency)
            self.rig.provider.refund(payment, REFUNDED[currency])
        self.rig.follow()
        self.customer = customer_id_of(STRIPE, owner)
        self.profile = self.rig.profile_item(owner)

    def answers(self, *, currency: str) -> dict[str, Any]:
        """What the API says of the customer, by route; `currency` is the shop's."""
        cursors, gateway = Cursors(lambda: "a secret of the deployment"), self.rig.gateway
        store = DynamoCustomers(gateway, ids=CountingIds())
        editing = Editing(
            customers=store,
            checks=LibraryContactChecks(),
            clock=self.rig.clock,
            settings=FixedSettings(Settings(currency=currency)),
        )
        customers = customer_handlers(
            customers=lambda: store,
            editing=lambda: editing,
            cursors=cursors,
            currency=lambda: currency,
        )
        payments = transaction_handlers(
            transactions=lambda: DynamoTransactions(gateway), cursors=cursors
        )
        functions = {
            "GET /v1/customers/{id}": http_function("customers", customers),
            "GET /v1/customers": http_function("customers", customers),
            "GET /v1/customers/{id}/transactions": http_function("transactions", payments),
        }
        return {
            route: ask(function, event(route, caller=STAFF, path={"id": self.customer})).json
            for route, function in functions.items()
        }

    def file(self, format: ExportFormat, *, currency: str) -> str:
        read = {name: self.profile.get(name) for name in profile_attributes(currency)}
        content = json.dumps({"Items": [encode_item(read)]}).encode()
        page = page_of(content, currency=currency, wanted=ExportFilter())
        return customer_lines(page.rows, format=format, currency=currency).decode()


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


def numbers(node: Any) -> set[int]:
    if isinstance(node, dict):
        return {found for one in node.values() for found in numbers(one)}
    if isinstance(node, list):
        return {found for one in node for found in numbers(one)}
    return {node} if type(node) is int else set()


@pytest.mark.case("E7")
@pytest.mark.parametrize("currency", PAID)
def test_no_answer_adds_two_currencies(shop: Shop, currency: str) -> None:
    answers = shop.answers(currency=currency)
    one = answers["GET /v1/customers/{id}"]

    assert one["lifetime_value"] == {"amount": KEPT[currency], "currency": currency}
    assert {money["currency"]: money["amount"] for money in one["lifetime_values"]} == KEPT
    assert [row["lifetime_value"] for row in answers["GET /v1/customers"]["data"]] == [
        one["lifetime_value"]
    ]
    assert len(answers["GET /v1/customers/{id}/transactions"]["data"]) == len(PAID)
    for route, answer in answers.items():
        assert not numbers(answer) & FOREIGN, route


@pytest.mark.case("E7")
@pytest.mark.parametrize("currency", PAID)
def test_no_file_adds_two_currencies(shop: Shop, currency: str) -> None:
    csv = shop.file(ExportFormat.CSV, currency=currency)
    line = json.loads(shop.file(ExportFormat.JSONL, currency=currency))
    (value,) = re.findall(r",(-?[0-9.]+)\r\n$", csv)

    assert int(value.replace(".", "")) == KEPT[currency]
    assert len(value.partition(".")[2]) == exponent(currency)
    assert line["lifetime_value"] == {"amount": KEPT[currency], "currency": currency}
    assert not numbers(line) & FOREIGN
