"""The one place that knows each provider by its adapter."""

from typing import Any

import pytest

from frontdesk.domain.snapshot import ProviderName
from frontdesk.entrypoints.provider_switch import ProviderSwitch, funding_page
from tests.fakes.clock import FakeClock


def test_every_provider_can_be_told_about_payment_methods_before_anybody_is_asked() -> None:
    def never() -> Any:
        raise AssertionError("Nothing is needed yet.")

    switch = ProviderSwitch(secrets=never, refunds=never, clock=FakeClock())

    assert set(switch.payment_methods) == set(ProviderName)


def test_only_accounts_have_a_page_to_see_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYPAL_API_BASE", "https://api-m.paypal.com")

    pages = {name: funding_page(name) for name in ProviderName}

    assert pages == {
        ProviderName.STRIPE: None,
        ProviderName.PAYPAL: "https://www.paypal.com/myaccount/autopay/",
    }
