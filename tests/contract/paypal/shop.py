"""The shop whose client holds every request and answer against PayPal's descriptions."""

from tests import paypal_shop
from tests.contract.paypal.client import Client


class Shop(paypal_shop.Shop[Client]):
    """Nothing of its own."""
