"""A shop and its providers for tests that change them, with buyers who came by signed webhooks."""

import itertools
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stripe import StripeClient

from frontdesk.domain.sso import SsoKey
from infra.local.aws import process
from infra.local.paypal import server as paypal_server
from infra.local.paypal import standin as paypal_standin
from infra.local.provider.faults import Fault
from infra.local.stack_file import Stack
from infra.local.stripe.dashboard import DASHBOARD
from infra.local.stripe.posting import signature_header
from infra.local.stripe.server import running
from infra.local.stripe.standin import StandIn
from infra.local.stripe.webhooks import Endpoint
from infra.local.stripe.wire import Json
from tests import sso
from tests.e2e import tables
from tests.e2e.calls import Answer, Api, wait_until
from tests.e2e.paypal_site import Site
from tests.e2e.shops import WEBHOOK_SECRET, standing_shop
from tests.paypal_shop import Shop as PayPalShop

DELIVERING_SECONDS = 600
SETTLING_SECONDS = 180
_FUNCTION_PREFIX = "frontdesk-"


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer with everything that a customer of today can have, signed in."""

    id: str
    name: str
    email: str
    provider_id: str
    charge_id: str
    """At the provider: the one-off payment, a part of which was given back."""
    api: Api

    @property
    def marks(self) -> frozenset[str]:
        """What nobody else may ever be shown."""
        return frozenset((self.id, self.name, self.email, self.provider_id, self.charge_id))


@dataclass(frozen=True, slots=True)
class Market:
    shop: Stack
    stand_in: StandIn
    stripe: StripeClient
    paypal: PayPalShop[Site]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def anyone(self) -> Api:
        return Api(self.shop.api_url)

    @property
    def owner(self) -> Api:
        return Api(self.shop.api_url, self.shop.owner_key)

    @property
    def sso_key(self) -> SsoKey:
        known: dict[str, Any] = dict(self.shop.sso)
        return SsoKey(**known)

    # -- who comes -------------------------------------------------------------------------

    def sign_in(self, subject: str, *, key: SsoKey | None = None, **claims: Any) -> Answer:
        token = sso.mint(key or self.sso_key, subject=subject, **claims)
        return self.anyone("POST", "/v1/sessions/sso", {"token": token})

    def signed_in(self, subject: str) -> Api:
        opened = self.sign_in(subject)
        assert opened.status == 201, opened.raw
        return Api(self.shop.api_url, opened.body["token"])

    def new_buyer(self, name: str, *, subscriptions: int = 1) -> Buyer:
        """With a card, subscriptions and a payment of which a part was given back."""
        number = next(self._numbers)
        email = f"buyer{number}@market.example"
        customer = self._customer(f"{name} {number}", email=email)
        for _ in range(subscriptions):
            self._subscribe(customer)
        charge = self.pay(customer)
        self.stripe.v1.refunds.create({"charge": charge, "amount": 300})
        self.settle()
        (known,) = self.owner("GET", f"/v1/customers?search=buyer{number}").body["data"]
        api = self.signed_in(known["id"])
        return Buyer(known["id"], f"{name} {number}", email, customer, charge, api)

    def _customer(self, name: str, *, email: str) -> str:
        customer = self.stripe.v1.customers.create({"name": name, "email": email})
        method = self.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
        default: Any = {"invoice_settings": {"default_payment_method": method.id}}
        self.stripe.v1.customers.update(customer.id, default)
        return customer.id

    def subscribe_with_tax(self, customer: str) -> str:
        """With a fifth of tax on top; the invoice that was paid."""
        rate = self.stripe.v1.tax_rates.create(
            {"display_name": "VAT", "percentage": 20, "inclusive": False}
        )
        made = self._subscribe(customer, default_tax_rates=[rate.id])
        return str(made.latest_invoice)

    def _subscribe(self, customer: str, **fields: Any) -> Any:
        product = self.stripe.v1.products.create({"name": "Membership"})
        price: Any = {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 2900,
            "recurring": {"interval": "month"},
        }
        offer = self.stripe.v1.prices.create(price)
        made: Any = {"customer": customer, "items": [{"price": offer.id}], **fields}
        return self.stripe.v1.subscriptions.create(made)

    def pay(self, customer: str) -> str:
        """The charge of a new payment of 1900."""
        methods = self.stripe.v1.payment_methods.list({"customer": customer}).data
        intent: Any = {
            "amount": 1900,
            "currency": "usd",
            "customer": customer,
            "payment_method": methods[0].id,
            "confirm": True,
            "off_session": True,
        }
        return str(self.stripe.v1.payment_intents.create(intent).latest_charge)

    # -- what the provider does ------------------------------------------------------------

    def dashboard(self, action: str, **body: Any) -> Json:
        """What somebody does at the provider, without us."""
        return DASHBOARD[action](self.stand_in.api, body)

    def break_provider(self, **fault: Any) -> None:
        self.stand_in.api.faults.add(Fault(**fault))

    def deliver(self, event: Mapping[str, Any]) -> Answer:
        """A delivery as Stripe makes one, to be sent again until it is answered with 2xx."""
        return self.post(json.dumps(event).encode())

    def post(
        self,
        body: bytes,
        *,
        signature: str | None = None,
        media_type: str = "application/json; charset=utf-8",
    ) -> Answer:
        signed = signature_header(body, [WEBHOOK_SECRET], at_epoch_seconds=int(time.time()))
        return self.anyone(
            "POST",
            "/webhooks/stripe",
            raw=body,
            Stripe_Signature=signature or signed,
            Content_Type=media_type,
        )

    def settle(self) -> None:
        """Every event was delivered, and everything that follows from them is done."""
        for stand_in in (self.stand_in, self.paypal.standin):
            assert stand_in.dispatcher.drain(DELIVERING_SECONDS)
        wait_until(
            lambda: tables.unsettled(self.shop) == 0,
            seconds=SETTLING_SECONDS,
            what="the queue, the stream and the exports",
        )

    # -- what the cloud does ---------------------------------------------------------------

    def invoke(self, function: str) -> Any:
        answer = self._functions.invoke(FunctionName=_FUNCTION_PREFIX + function, Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()
        return json.load(answer["Payload"])

    @contextmanager
    def without(self, service: str, *, function: str) -> Iterator[None]:
        """One function cannot reach one service: nobody listens where it is sent.

        `service` is as botocore spells it in AWS_ENDPOINT_URL_…: secrets_manager, sfn.
        """
        nowhere = {f"AWS_ENDPOINT_URL_{service.upper()}": f"http://127.0.0.1:{process.free_port()}"}
        with self.changed_environment(function, nowhere):
            yield

    @contextmanager
    def changed_environment(self, function: str, changes: Mapping[str, str]) -> Iterator[None]:
        name = _FUNCTION_PREFIX + function
        read = self._functions.get_function_configuration(FunctionName=name)
        usual = read["Environment"]["Variables"]
        self._configure(name, usual | dict(changes))
        try:
            yield
        finally:
            self._configure(name, usual)

    def restart(self, function: str) -> None:
        """New instances, which remember nothing."""
        with self.changed_environment(function, {"RESTART": uuid.uuid4().hex}):
            pass

    def _configure(self, name: str, variables: Mapping[str, str]) -> None:
        environment = {"Variables": variables}
        self._functions.update_function_configuration(FunctionName=name, Environment=environment)
        wait_until(lambda: self._is_updated(name), seconds=30, what=f"the change of {name}")

    def _is_updated(self, name: str) -> bool:
        state = self._functions.get_function_configuration(FunctionName=name)
        return bool(state["LastUpdateStatus"] == "Successful")

    @property
    def _functions(self) -> Any:
        return process.client("lambda", endpoint=self.shop.aws_endpoint)


@contextmanager
def open_market(folder: Path) -> Iterator[Market]:
    stand_in, paypal = StandIn(seed=7), paypal_standin.StandIn(seed=7)
    with (
        running(stand_in, port=0, prefix="/stripe") as server,
        paypal_server.running(paypal, prefix="/paypal") as paypal_at,
        standing_shop(server, paypal_at, folder) as shop,
    ):
        client = StripeClient("sk_test_market", base_addresses={"api": server.api_base})
        stand_in.dispatcher.set_endpoints([Endpoint(shop.webhook_url, (WEBHOOK_SECRET,))])
        yield Market(shop, stand_in, client, PayPalShop(Site(paypal)))
