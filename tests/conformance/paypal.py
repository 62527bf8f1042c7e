"""PayPal, for the suite: its captures of orders, and the sales of its subscriptions."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
import urllib3

from frontdesk.adapters.paypal.amounts import amount_of
from frontdesk.adapters.paypal.client import PayPalClient
from frontdesk.adapters.paypal.commands import PayPalCommands
from frontdesk.adapters.paypal.http import exchange
from frontdesk.adapters.paypal.oauth import AccessTokens
from frontdesk.adapters.paypal.payment_method_commands import PayPalPaymentMethodCommands
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import ObjectKind, ProviderName
from infra.local.paypal.standin import StandIn
from tests.conformance.shop import CAPTURED, DeadNetwork, ProviderShop
from tests.paypal_in_process import BASE, Credentials, PayPalInProcess
from tests.paypal_shop import Shop, cycle
from tests.unit.adapters.paypal.fakes import MemoryRefundIndex

_ACTIONS = {
    OperationKind.PAUSE: "suspend",
    OperationKind.RESUME: "reactivate",
    OperationKind.CANCEL: "cancel",
}


class PayPalShop(ProviderShop):
    name: ClassVar[ProviderName] = ProviderName.PAYPAL
    missing: ClassVar[Mapping[ObjectKind, str]] = {
        ObjectKind.PAYMENT_METHOD: "8kk845",
        ObjectKind.PRODUCT: "PROD-XYAB12ABSB7868434",
        ObjectKind.PRICE: "P-5ML4271244454362WXNWU5NQ",
        ObjectKind.SUBSCRIPTION: "I-BW452GLLEP1G",
        ObjectKind.PAYMENT: "2GG279541U471931P",
    }

    def _open(self) -> None:
        self.standin = StandIn(seed=7)
        self.paypal = PayPalInProcess(self.standin, self.clock)
        self.shop = Shop(self.paypal)
        index = MemoryRefundIndex()
        self.provider = PayPalProvider(lambda: self.paypal.client, refunds=index)
        self.commands = PayPalCommands(lambda: self.paypal.client, refunds=index)
        self.methods = PayPalPaymentMethodCommands(lambda: self.paypal.client)
        self.product = self.shop.product()

    def objects(self) -> Mapping[ObjectKind, str]:
        return {
            ObjectKind.PAYMENT_METHOD: self._wallet(),
            ObjectKind.PRODUCT: self.product,
            ObjectKind.PRICE: self.other_price(CAPTURED),
            ObjectKind.SUBSCRIPTION: self.paid_subscription(),
            ObjectKind.PAYMENT: self.captured_payment(),
        }

    def captured_payment(self, amount_minor: int = CAPTURED, currency: str | None = None) -> str:
        value = amount_of(Money(amount_minor, currency or self.currency))
        return self.shop.capture(value["value"], value["currency_code"])

    def paid_subscription(self) -> str:
        return self.shop.subscription(self.other_price(CAPTURED))

    def other_price(self, amount_minor: int) -> str:
        return self._plan(Money(amount_minor, self.currency))

    def _plan(self, money: Money) -> str:
        value = amount_of(money)
        cycles = [cycle(value["value"], value["currency_code"])]
        return self.shop.plan(value["value"], product=self.product, billing_cycles=cycles)

    def buyer_agrees(self, subscription: str) -> None:
        self.paypal.act("approve_revision", subscription=subscription)

    def person(self) -> str:
        told = self.shop.get(self.paid_subscription())
        return str(told["subscriber"]["payer_id"])

    def agree_to_setup(self, setup_id: str) -> None:
        self.paypal.act("approve", setup_token=setup_id)

    def act(self, verb: OperationKind, subscription: str) -> None:
        self.paypal.act(_ACTIONS[verb], subscription=subscription)

    def dispute(self, payment: str) -> None:
        self.paypal.act("dispute", payment=payment)

    def changes(self) -> list[tuple[str, str]]:
        return self.paypal.changes()

    def refunds_at_provider(self, payment: str) -> list[int]:
        found = self.standin.account.store.linked("refund", "payment", payment)
        return [int(refund["amount_minor"]) for refund in found]

    @contextmanager
    def dead_network(self) -> Iterator[DeadNetwork]:
        time_outs: list[Any] = []

        def request(_: urllib3.PoolManager, __: str, url: str, **options: Any) -> Any:
            waits: urllib3.Timeout = options["timeout"]
            time_outs.append(_seconds(waits.connect_timeout) + _seconds(waits.read_timeout))
            if url.endswith("/v1/oauth2/token"):
                return _TokenAnswer()
            raise urllib3.exceptions.ProtocolError("a test says so")

        client = _deployed_client(self)
        index = MemoryRefundIndex()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(urllib3.PoolManager, "request", request)
            yield DeadNetwork(
                PayPalProvider(lambda: client, refunds=index),
                PayPalCommands(lambda: client, refunds=index),
                PayPalPaymentMethodCommands(lambda: client),
                time_outs,
            )

    def _wallet(self) -> str:
        source = {"paypal": {"usage_type": "MERCHANT"}}
        asked = self.paypal.ok("POST", "/v3/vault/setup-tokens", {"payment_source": source})
        self.paypal.act("approve", setup_token=asked["id"], buyer={})
        source = {"token": {"id": asked["id"], "type": "SETUP_TOKEN"}}
        made = self.paypal.ok("POST", "/v3/vault/payment-tokens", {"payment_source": source})
        return str(made["id"])


class PayPalSalesShop(PayPalShop):
    """Its payments are those of subscriptions."""

    def captured_payment(self, amount_minor: int = CAPTURED, currency: str | None = None) -> str:
        plan = self._plan(Money(amount_minor, currency or self.currency))
        return str(self.shop.payments(self.shop.subscription(plan))[0]["id"])


def _deployed_client(shop: PayPalShop) -> PayPalClient:
    tokens = AccessTokens(
        api_base=BASE,
        http=exchange,
        secrets=Credentials(),
        secret_name="paypal",
        clock=shop.clock,
    )
    return PayPalClient(api_base=BASE, http=exchange, tokens=tokens)


def _seconds(wait: Any) -> float:
    assert isinstance(wait, int | float)
    return wait


class _TokenAnswer:
    status = 200

    def __init__(self) -> None:
        self._left = json.dumps({"access_token": "t", "expires_in": 30_000}).encode()

    def read(self, _: int = -1) -> bytes:
        told, self._left = self._left, b""
        return told

    def close(self) -> None:
        return None
