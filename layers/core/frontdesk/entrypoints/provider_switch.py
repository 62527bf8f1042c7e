"""The one place that knows each provider by its adapter: a new one is an arm in each `match`.

Adapters are imported when they are first asked for, so that reads stay light.
"""

# ruff: noqa: PLC0415 - above

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, assert_never

from frontdesk.config import is_livemode, optional_setting, setting
from frontdesk.domain.snapshot import ProviderName
from frontdesk.ports.clock import Clock
from frontdesk.ports.commands import ProviderCommands
from frontdesk.ports.payment_methods import PaymentMethodCommands
from frontdesk.ports.provider import Provider
from frontdesk.ports.refund_index import RefundIndex
from frontdesk.ports.secrets import Secrets
from frontdesk.use_cases.providers import Providers

if TYPE_CHECKING:
    from stripe import StripeClient

    from frontdesk.adapters.paypal.client import PayPalClient


class ProviderSwitch:
    """Every provider's reader and commands, with credentials that the deployment names."""

    def __init__(
        self,
        *,
        secrets: Callable[[], Secrets],
        refunds: Callable[[], RefundIndex],
        clock: Clock,
        retries: int = 0,
    ) -> None:
        """`retries` is how often a client repeats a call by itself: never where somebody waits
        for a command, because the janitor comes after."""
        self._secrets = secrets
        self._refunds = refunds
        self._clock = clock
        self._retries = retries

    @cached_property
    def providers(self) -> Providers:
        return Providers({name: self._provider(name) for name in ProviderName})

    @cached_property
    def commands(self) -> dict[ProviderName, ProviderCommands]:
        return {name: self._commands(name) for name in ProviderName}

    @cached_property
    def payment_methods(self) -> dict[ProviderName, PaymentMethodCommands]:
        return {name: self._payment_methods(name) for name in ProviderName}

    def _provider(self, name: ProviderName) -> Provider:
        match name:
            case ProviderName.STRIPE:
                from frontdesk.adapters.stripe.provider import StripeProvider

                return StripeProvider(self.stripe)
            case ProviderName.PAYPAL:
                from frontdesk.adapters.paypal.provider import PayPalProvider

                return PayPalProvider(self.paypal, refunds=self._refunds())
            case _:
                assert_never(name)

    def _commands(self, name: ProviderName) -> ProviderCommands:
        match name:
            case ProviderName.STRIPE:
                from frontdesk.adapters.stripe.commands import StripeCommands

                return StripeCommands(self.stripe, clock=self._clock)
            case ProviderName.PAYPAL:
                from frontdesk.adapters.paypal.commands import PayPalCommands

                return PayPalCommands(self.paypal, refunds=self._refunds())
            case _:
                assert_never(name)

    def _payment_methods(self, name: ProviderName) -> PaymentMethodCommands:
        match name:
            case ProviderName.STRIPE:
                from frontdesk.adapters.stripe.payment_method_commands import (
                    StripePaymentMethodCommands,
                )

                return StripePaymentMethodCommands(self.stripe)
            case ProviderName.PAYPAL:
                from frontdesk.adapters.paypal.payment_method_commands import (
                    PayPalPaymentMethodCommands,
                )

                return PayPalPaymentMethodCommands(self.paypal)
            case _:
                assert_never(name)

    # --- clients -----------------------------------------------------------------------------

    def stripe(self) -> StripeClient:
        """A new one once the key has been rolled: the secret is read every few minutes."""
        api_key = self._secrets().text(setting("STRIPE_API_KEY_SECRET"))
        return _stripe_with(api_key, optional_setting("STRIPE_API_BASE"), self._retries)

    def paypal(self) -> PayPalClient:
        return self._paypal

    @cached_property
    def _paypal(self) -> PayPalClient:
        """Its tokens read the credentials anew whenever they ask for one."""
        from frontdesk.adapters.paypal.client import PayPalClient
        from frontdesk.adapters.paypal.environment import checked_base
        from frontdesk.adapters.paypal.http import exchange
        from frontdesk.adapters.paypal.oauth import AccessTokens

        api_base = checked_base(setting("PAYPAL_API_BASE"), livemode=is_livemode())
        tokens = AccessTokens(
            api_base=api_base,
            http=exchange,
            secrets=self._secrets(),
            secret_name=setting("PAYPAL_CREDENTIALS_SECRET"),
            clock=self._clock,
        )
        return PayPalClient(api_base=api_base, http=exchange, tokens=tokens)


def funding_page(name: ProviderName) -> str | None:
    """Where buyers see to how their account at the provider pays, if it has such accounts."""
    match name:
        case ProviderName.STRIPE:
            return None
        case ProviderName.PAYPAL:
            from frontdesk.adapters.paypal.environment import funding_page as page

            return page(setting("PAYPAL_API_BASE"))
        case _:
            assert_never(name)


@lru_cache(maxsize=1)
def _stripe_with(api_key: str, api_base: str | None, retries: int) -> StripeClient:
    from frontdesk.adapters.stripe.client import make_client

    return make_client(api_key, api_base=api_base, retries=retries)
