from collections.abc import Iterator

import pytest

from infra.local.paypal.certificates import Authority, new_authority
from infra.local.paypal.server import running
from infra.local.paypal.standin import StandIn
from tests.contract.paypal.client import Client
from tests.contract.paypal.openapi import AVAILABLE, WHY_SKIPPED
from tests.contract.paypal.shop import Shop
from tests.paypal_shop import PREFIX, START


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if AVAILABLE:
        return
    for item in items:
        if "contract/paypal" in item.nodeid:
            item.add_marker(pytest.mark.skip(reason=WHY_SKIPPED))


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Keys take their time: one set for all tests."""
    return new_authority()


@pytest.fixture
def shop(authority: Authority) -> Iterator[Shop]:
    standin = StandIn(seed=7, authority=authority)
    standin.clock.freeze(START)
    with running(standin, prefix=PREFIX) as server:
        yield Shop(Client(server))
