"""Deployed shops for the whole run: the real build on a local AWS, and providers beside each."""

from collections.abc import Iterator

import pytest

from infra.local.paypal import server as paypal_server
from infra.local.paypal import standin as paypal_standin
from infra.local.stack_file import Stack
from infra.local.stripe.server import Server, running
from infra.local.stripe.standin import StandIn
from tests.e2e.calls import Api, wait_until
from tests.e2e.market import Market, open_market
from tests.e2e.shops import WEBHOOK_SECRET, standing_shop

__all__ = ("WEBHOOK_SECRET", "Api", "wait_until")


@pytest.fixture(scope="session")
def stand_in() -> StandIn:
    return StandIn(seed=7)


@pytest.fixture(scope="session")
def stripe(stand_in: StandIn) -> Iterator[Server]:
    """Behind a path prefix, as somebody else's Stripe may be."""
    with running(stand_in, port=0, prefix="/stripe") as server:
        yield server


@pytest.fixture(scope="session")
def paypal() -> Iterator[paypal_server.Server]:
    with paypal_server.running(paypal_standin.StandIn(seed=7), prefix="/paypal") as server:
        yield server


@pytest.fixture(scope="session")
def shop(
    stripe: Server, paypal: paypal_server.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    with standing_shop(stripe, paypal, tmp_path_factory.mktemp("shop")) as stack:
        yield stack


@pytest.fixture(scope="session")
def owner(shop: Stack) -> Api:
    assert shop.owner_key is not None
    return Api(shop.api_url, shop.owner_key)


@pytest.fixture(scope="session")
def anyone(shop: Stack) -> Api:
    return Api(shop.api_url)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """A shop of each module's own: what a module does to it is nobody else's affair."""
    with open_market(tmp_path_factory.mktemp("market")) as opened:
        yield opened
