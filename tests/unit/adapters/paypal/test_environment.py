"""Which PayPal a deployment may talk to."""

import pytest

from frontdesk.adapters.paypal.environment import (
    Environment,
    checked_base,
    environment_of,
    funding_page,
)
from frontdesk.config import MissingSettingError


@pytest.mark.parametrize(
    ("base", "environment"),
    [
        ("https://api-m.paypal.com", Environment.LIVE),
        ("https://api.paypal.com", Environment.LIVE),
        ("https://api-m.sandbox.paypal.com", Environment.SANDBOX),
        ("https://api.sandbox.paypal.com", Environment.SANDBOX),
        ("https://paypal.example.com", Environment.OTHER),
        ("https://api-m.paypal.com.evil.io", Environment.OTHER),
        ("http://127.0.0.1:9123/paypal/api", Environment.OTHER),
    ],
)
def test_the_address_tells_the_environment(base: str, environment: Environment) -> None:
    assert environment_of(base) is environment


@pytest.mark.parametrize(
    ("base", "livemode"),
    [
        ("https://api-m.paypal.com", True),
        ("https://api-m.sandbox.paypal.com/", False),
        ("https://paypal.example.com/x", False),
        ("http://127.0.0.1:9123/paypal/api/", False),
        ("http://localhost:9123", False),
        ("http://[::1]:9123", False),
    ],
)
def test_a_safe_address_of_the_right_mode(base: str, livemode: bool) -> None:
    assert checked_base(base, livemode=livemode) == base.rstrip("/")


@pytest.mark.parametrize(
    ("base", "livemode"),
    [
        ("https://api-m.paypal.com", False),
        ("https://api-m.sandbox.paypal.com", True),
        ("http://127.0.0.1:9123", True),
        ("https://paypal.example.com", True),
        ("http://api-m.sandbox.paypal.com", False),
        ("http://10.0.0.7:9123", False),
        ("http://127.0.0.1.evil.io", False),
        ("ftp://api-m.sandbox.paypal.com", False),
        ("api-m.sandbox.paypal.com", False),
        ("https://user@api-m.sandbox.paypal.com", False),
        ("https://api-m.sandbox.paypal.com?x=1", False),
        ("", False),
    ],
)
def test_another_one_closes_the_address(base: str, livemode: bool) -> None:
    with pytest.raises(MissingSettingError):
        checked_base(base, livemode=livemode)


@pytest.mark.parametrize(
    ("base", "page"),
    [
        ("https://api-m.paypal.com", "https://www.paypal.com/myaccount/autopay/"),
        ("https://api-m.sandbox.paypal.com", "https://www.sandbox.paypal.com/myaccount/autopay/"),
        ("https://paypal.example.com", None),
    ],
)
def test_buyers_see_to_their_accounts_on_pages_of_the_same_paypal(
    base: str, page: str | None
) -> None:
    assert funding_page(base) == page
