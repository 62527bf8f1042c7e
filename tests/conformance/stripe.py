"""Stripe, for the suite."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
import requests

from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.commands import StripeCommands
from frontdesk.adapters.stripe.payment_method_commands import StripePaymentMethodCommands
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import ObjectKind, ProviderName
from infra.local.stripe.standin import StandIn
from tests.conformance.shop import CAPTURED, DeadNetwork, ProviderShop
from tests.fakes.clock import FakeClock
from tests.stripe_in_process import StripeInProcess

_ACTIONS = {
    OperationKind.PAUSE: "pause",
    OperationKind.RESUME: "resume",
    OperationKind.CANCEL: "cancel",
}


class StripeShop(ProviderShop):
    name: ClassVar[ProviderName] = ProviderName.STRIPE
    missing: ClassVar[Mapping[ObjectKind, str]] = {
        ObjectKind.CUSTOMER: "cus_NffrFeUfNV2Hib",
        ObjectKind.PAYMENT_METHOD: "pm_1MqLiJLkdIwHu7ixUEgbFdYF",
        ObjectKind.PRODUCT: "prod_NWjs8kKbJWmuuc",
        ObjectKind.PRICE: "price_1MoBy5LkdIwHu7ixZhnattbh",
        ObjectKind.SUBSCRIPTION: "sub_1MowQVLkdIwHu7ixeRlqHVzs",
        ObjectKind.INVOICE: "in_1MtHbELkdIwHu7ixl4OzzPMv",
        ObjectKind.PAYMENT: "ch_3MmlLrLkdIwHu7ix0snN0B15",
        ObjectKind.CREDIT_MEMO: "cn_1MxvRqLkdIwHu7ixY0xbUcxk",
    }

    def _open(self) -> None:
        self.standin = StandIn(seed=7)
        self.stripe = StripeInProcess(self.standin)
        self.beside = StripeInProcess(self.standin)
        client: Any = self.stripe
        self.provider = StripeProvider(lambda: client)
        self.commands = StripeCommands(lambda: client, clock=FakeClock())
        self.methods = StripePaymentMethodCommands(lambda: client)

    def objects(self) -> Mapping[ObjectKind, str]:
        subscription = self.beside.get(f"subscriptions/{self.paid_subscription()}")
        invoice = self.beside.get(f"invoices/{subscription['latest_invoice']}")
        price = subscription["items"]["data"][0]["price"]
        memo = self.beside.post(
            "credit_notes", invoice=invoice["id"], amount=100, credit_amount=100
        )
        return {
            ObjectKind.CUSTOMER: subscription["customer"],
            ObjectKind.PAYMENT_METHOD: self._card_of(subscription["customer"]),
            ObjectKind.PRODUCT: price["product"],
            ObjectKind.PRICE: price["id"],
            ObjectKind.SUBSCRIPTION: subscription["id"],
            ObjectKind.INVOICE: invoice["id"],
            ObjectKind.PAYMENT: self.captured_payment(),
            ObjectKind.CREDIT_MEMO: memo["id"],
        }

    def captured_payment(self, amount_minor: int = CAPTURED, currency: str | None = None) -> str:
        customer = self._customer()
        intent = self.beside.post(
            "payment_intents",
            amount=amount_minor,
            currency=currency or self.currency,
            customer=customer,
            payment_method=self._card_of(customer),
            confirm=True,
        )
        return str(intent["latest_charge"])

    def paid_subscription(self) -> str:
        items = [{"price": self.other_price(CAPTURED)}]
        made = self.beside.post("subscriptions", customer=self._customer(), items=items)
        return str(made["id"])

    def other_price(self, amount_minor: int) -> str:
        made = self.beside.post(
            "prices",
            currency=self.currency,
            unit_amount=amount_minor,
            recurring={"interval": "month"},
            product_data={"name": "Course"},
        )
        return str(made["id"])

    def buyer_agrees(self, subscription: str) -> None:
        raise AssertionError("Stripe asks no buyer.")

    def person(self) -> str:
        return self._customer()

    def agree_to_setup(self, setup_id: str) -> None:
        card = "pm_card_mastercard"
        self.beside.post(f"setup_intents/{setup_id}/confirm", payment_method=card)

    def act(self, verb: OperationKind, subscription: str) -> None:
        self.beside.act(_ACTIONS[verb], subscription=subscription)

    def dispute(self, payment: str) -> None:
        self.beside.act("dispute", charge=payment)

    def changes(self) -> list[tuple[str, str]]:
        return self.stripe.changes()

    def refunds_at_provider(self, payment: str) -> list[int]:
        found = self.standin.account.store.linked("refund", "charge", payment)
        return [int(refund["amount"]) for refund in found]

    @contextmanager
    def dead_network(self) -> Iterator[DeadNetwork]:
        time_outs: list[Any] = []

        def request(_: requests.Session, *__: Any, **options: Any) -> Any:
            time_outs.append(options.get("timeout"))
            raise requests.ConnectionError("a test says so")

        client = make_client("sk_test_x", api_base=None, retries=0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(requests.Session, "request", request)
            yield DeadNetwork(
                StripeProvider(lambda: client),
                StripeCommands(lambda: client, clock=FakeClock()),
                StripePaymentMethodCommands(lambda: client),
                time_outs,
            )

    def _customer(self) -> str:
        customer = str(self.beside.post("customers", name="Zoë")["id"])
        method = self.beside.post("payment_methods/pm_card_visa/attach", customer=customer)
        default = {"default_payment_method": method["id"]}
        self.beside.post(f"customers/{customer}", invoice_settings=default)
        return customer

    def _card_of(self, customer: str) -> str:
        found = self.beside.get(f"customers/{customer}")
        return str(found["invoice_settings"]["default_payment_method"])
