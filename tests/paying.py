"""Everything between a customer's order about a payment method and the local providers."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from frontdesk.adapters.contact.checks import LibraryContactChecks
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.adapters.dynamodb.wallet import DynamoWallets
from frontdesk.adapters.paypal.events import subject_of
from frontdesk.adapters.paypal.payment_method_commands import PayPalPaymentMethodCommands
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.adapters.stripe.payment_method_commands import StripePaymentMethodCommands
from frontdesk.domain.customer import customer_id_of
from frontdesk.domain.principal import Kind, Principal
from frontdesk.domain.settings import FEATURES, Settings
from frontdesk.domain.snapshot import ProviderName
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.payment_methods import payment_method_handlers
from frontdesk.ports.payment_methods import PaymentMethodCommands
from frontdesk.ports.settings import SettingsReader
from frontdesk.use_cases.mirror import Mirror, mirror_object
from frontdesk.use_cases.wallets import WalletWorld
from infra.local.paypal.standin import StandIn
from tests.fakes.api_gateway import Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.fakes.settings import FixedSettings
from tests.paypal_in_process import PayPalInProcess
from tests.paypal_shop import START, Shop
from tests.subscribing import SECRET, STRIPE, SubscriptionRig

PAYPAL = ProviderName.PAYPAL
BACK = "https://shop.example.com/account"

METHODS = "/v1/me/payment-methods"
SETUP = f"POST {METHODS}/setup"
CONFIRM = f"POST {METHODS}/setup/confirm"
DEFAULT = f"POST {METHODS}/{{id}}/default"
EDIT = f"PATCH {METHODS}/{{id}}"
REMOVE = f"DELETE {METHODS}/{{id}}"
LIST = f"GET {METHODS}"
FUNDING_PAGE = "https://www.sandbox.paypal.com/myaccount/autopay/"


def no_world() -> WalletWorld:
    raise AssertionError("Nothing is to be done at a provider.")


def without(*features: str) -> Settings:
    """With these switched off."""
    switches = {name: name not in features for name in FEATURES}
    return Settings(currency="usd", features=switches)


def wallet_world(
    gateway: MemoryGateway,
    *,
    commands: dict[Any, PaymentMethodCommands],
    mirror: Mirror,
    settings: SettingsReader,
    clock: FakeClock,
) -> WalletWorld:
    return WalletWorld(
        wallets=DynamoWallets(gateway),
        commands=commands,
        mirror=mirror,
        settings=settings,
        checks=LibraryContactChecks(),
        clock=clock,
    )


def wallet_function(
    gateway: MemoryGateway,
    *,
    clock: FakeClock,
    settings: SettingsReader | None = None,
    world: Callable[[], WalletWorld] = no_world,
) -> Any:
    """The whole function, as it is deployed, over tables in memory."""
    read_settings = settings or FixedSettings()
    handlers = payment_method_handlers(
        wallets=lambda: DynamoWallets(gateway),
        settings=lambda: read_settings,
        world=world,
        funding_page=lambda name: FUNDING_PAGE,
        cursors=Cursors(lambda: SECRET),
    )
    requests = DynamoRequests(gateway, clock=clock, ids=CountingIds())
    return http_function(
        "payment_methods", handlers, settings=lambda: read_settings, requests=lambda: requests
    )


class Wallet:
    """Asks the function as one customer."""

    def __init__(self, handler: Any, customer_id: str) -> None:
        self._handler = handler
        self._caller = Principal(Kind.CUSTOMER, customer_id, "ses_1")

    def __call__(
        self,
        key: str,
        method_id: str = "",
        body: dict[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
        version: int | None = None,
        request_id: str = "request-1",
        **query: str,
    ) -> Answer:
        headers = {"content-type": "application/json"}
        if idempotency_key:
            headers["idempotency-key"] = idempotency_key
        if version is not None:
            headers["if-match"] = f'"{version}"'
        made = event(
            key,
            caller=self._caller,
            path={"id": method_id} if "{id}" in key else None,
            headers=headers,
            query=query,
            body=None if body is None else json.dumps(body),
            request_id=request_id,
        )
        return ask(self._handler, made)

    def listed(self) -> dict[str, Any]:
        """What is in the wallet, by the provider's id."""
        return {row["provider"]["id"]: row for row in self(LIST).json["data"]}


@dataclass
class StripeWalletRig(SubscriptionRig):
    """A shop with one customer, whose subscription is paid with the default card."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.shop_settings = FixedSettings(self.settings)
        self.wallet_world = wallet_world(
            self.gateway,
            commands={STRIPE: StripePaymentMethodCommands(lambda: self.stripe)},  # type: ignore[arg-type, return-value]
            mirror=self.mirror,
            settings=self.shop_settings,
            clock=self.clock,
        )
        self.me = self.wallet_of(self.customer)
        self.card_id = str(self.stripe_customer["invoice_settings"]["default_payment_method"])

    def wallet_of(self, customer: str) -> Wallet:
        handler = wallet_function(
            self.gateway,
            clock=self.clock,
            settings=self.shop_settings,
            world=lambda: self.wallet_world,
        )
        return Wallet(handler, customer_id_of(STRIPE, customer))

    @property
    def stripe_customer(self) -> Any:
        return self.stripe.get(f"customers/{self.customer}")

    def new_card(self, card: str = "pm_card_mastercard") -> str:
        """Another one of the customer's, as Stripe names it."""
        made = self.stripe.post(f"payment_methods/{card}/attach", customer=self.customer)
        self.follow()
        self.stripe.calls.clear()
        return str(made["id"])

    def id_of(self, provider_id: str) -> str:
        return str(self.me.listed()[provider_id]["id"])


@dataclass
class PayPalWalletRig:
    """A shop with one buyer, whose subscription is paid from their account at PayPal."""

    gateway: MemoryGateway = field(default_factory=MemoryGateway)
    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime.fromtimestamp(START, UTC)))

    def __post_init__(self) -> None:
        self.standin = StandIn(seed=7)
        self.standin.clock.freeze(START)
        self.paypal = PayPalInProcess(self.standin, self.clock)
        self.shop = Shop(self.paypal)
        self.shop_settings = FixedSettings(Settings(currency="usd", return_addresses=(BACK,)))
        refunds = DynamoRefundIndex(self.gateway, clock=self.clock)
        provider = PayPalProvider(lambda: self.paypal.client, refunds=refunds)
        store = DynamoMirrorStore(self.gateway, clock=self.clock, currency="usd")
        self.mirror = Mirror(provider=provider, store=store)
        self.wallet_world = wallet_world(
            self.gateway,
            commands={PAYPAL: PayPalPaymentMethodCommands(lambda: self.paypal.client)},
            mirror=self.mirror,
            settings=self.shop_settings,
            clock=self.clock,
        )
        self.subscription = self.subscribe("zoe@example.com")
        self.payer = self.payer_of(self.subscription)
        self.me = self.wallet_of(self.payer)
        self.paypal.calls.clear()

    @property
    def wire(self) -> PayPalInProcess:
        """What the adapters ask, call by call."""
        return self.paypal

    def subscribe(self, email: str) -> str:
        made = self.shop.subscription(buyer={"email_address": email})
        self.follow()
        return made

    def payer_of(self, subscription: str) -> str:
        return str(self.shop.get(subscription)["subscriber"]["payer_id"])

    def wallet_of(self, payer: str) -> Wallet:
        handler = wallet_function(
            self.gateway,
            clock=self.clock,
            settings=self.shop_settings,
            world=lambda: self.wallet_world,
        )
        return Wallet(handler, customer_id_of(PAYPAL, payer))

    def follow(self) -> None:
        """Looks at the object of every event so far, as the webhooks would have us do."""
        for told in self.standin.events():
            subject = subject_of(json.loads(json.dumps(told)))
            if subject is not None:
                mirror_object(subject.reference, mirror=self.mirror)

    def set_up(self, **body: Any) -> str:
        """A setup of mine, as PayPal names it."""
        made = self.me(SETUP, body={"provider": "paypal", **body})
        return str(made.json["provider"]["id"])

    def approve(self, setup: str, *, email: str = "zoe@example.com") -> None:
        """On PayPal's page."""
        self.paypal.act("approve", setup_token=setup, buyer={"email_address": email})

    def confirm(self, setup: str) -> Answer:
        return self.me(CONFIRM, body={"provider": "paypal", "setup_id": setup})

    def new_wallet(self, **buyer: Any) -> str:
        """Mine and saved, as PayPal names it."""
        setup = self.set_up()
        self.approve(setup, **buyer)
        saved = self.confirm(setup)
        self.paypal.calls.clear()
        return str(saved.json["provider"]["id"])
