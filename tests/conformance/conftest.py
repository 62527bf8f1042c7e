import pytest

from tests.conformance.paypal import PayPalSalesShop, PayPalShop
from tests.conformance.shop import ProviderShop
from tests.conformance.stripe import StripeShop

PROVIDERS = (StripeShop, PayPalShop)
"""A third provider is one name more here."""
PAYMENTS = (*PROVIDERS, PayPalSalesShop)
"""Each kind of payment that can be refunded."""


@pytest.fixture(params=PROVIDERS, ids=lambda kind: kind.__name__)
def shop(request: pytest.FixtureRequest) -> ProviderShop:
    made: ProviderShop = request.param()
    return made


@pytest.fixture(params=PAYMENTS, ids=lambda kind: kind.__name__)
def till(request: pytest.FixtureRequest) -> ProviderShop:
    made: ProviderShop = request.param()
    return made
