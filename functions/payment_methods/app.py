"""GET /v1/me/payment-methods · POST /v1/me/payment-methods/setup, setup/confirm, {id}/default
PATCH, DELETE /v1/me/payment-methods/{id}
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.adapters.dynamodb.wallet import DynamoWallets
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.payment_methods import payment_method_handlers
from frontdesk.entrypoints.provider_switch import ProviderSwitch, funding_page

if TYPE_CHECKING:
    from frontdesk.use_cases.wallets import WalletWorld

CLOCK, IDS = SystemClock(), RandomIds()


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=CLOCK)


def _secret() -> str:
    return _secrets().text(setting("CURSOR_SECRET"))


def _wallets() -> DynamoWallets:
    return DynamoWallets(gateway())


@cache
def _settings() -> DynamoSettings:
    return DynamoSettings(gateway(), clock=CLOCK, currency=shop_currency)


def _requests() -> DynamoRequests:
    return DynamoRequests(gateway(), clock=CLOCK, ids=IDS)


# --- commands: imported when the first one comes, so that reads stay light -----------------------
# ruff: noqa: PLC0415


@cache
def _world() -> WalletWorld:
    from frontdesk.adapters.contact.checks import LibraryContactChecks
    from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
    from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
    from frontdesk.use_cases.mirror import Mirror
    from frontdesk.use_cases.wallets import WalletWorld

    switch = ProviderSwitch(
        secrets=_secrets,
        refunds=lambda: DynamoRefundIndex(gateway(), clock=CLOCK),
        clock=CLOCK,
    )
    store = DynamoMirrorStore(gateway(), clock=CLOCK, currency=shop_currency())
    return WalletWorld(
        wallets=_wallets(),
        commands=switch.payment_methods,
        mirror=Mirror(provider=switch.providers, store=store),
        settings=_settings(),
        checks=LibraryContactChecks(),
        clock=CLOCK,
    )


handler = http_function(
    "payment_methods",
    payment_method_handlers(
        wallets=_wallets,
        settings=_settings,
        world=_world,
        funding_page=funding_page,
        cursors=Cursors(_secret),
    ),
    settings=_settings,
    requests=_requests,
)
