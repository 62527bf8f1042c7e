"""The shop whose client holds every request and answer against PayPal's descriptions."""

from frontdesk.adapters.paypal.client import PayPalClient
from frontdesk.adapters.paypal.http import exchange
from frontdesk.adapters.paypal.oauth import AccessTokens
from tests import paypal_shop
from tests.contract.paypal.client import Client
from tests.fakes.clock import FakeClock
from tests.unit.adapters.paypal.fakes import CREDENTIALS, FakeSecrets


class Shop(paypal_shop.Shop[Client]):
    """Nothing of its own."""


def client_for(shop: Shop) -> PayPalClient:
    """The product's own."""
    base = shop.client.server.api_base
    tokens = AccessTokens(
        api_base=base,
        http=exchange,
        secrets=FakeSecrets(CREDENTIALS),
        secret_name="paypal",
        clock=FakeClock(),
    )
    return PayPalClient(api_base=base, http=exchange, tokens=tokens)
