"""GET /v1/me/subscriptions… · GET /v1/customers/{id}/subscriptions · GET /v1/subscriptions/{id}
POST …/subscriptions/{id}/cancel, undo-cancel, pause, resume, change, price
DELETE …/subscriptions/{id}/pending-change
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.catalog import ProductNames
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.adapters.dynamodb.subscriptions import DynamoSubscriptions
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.messages import Request, Response
from frontdesk.entrypoints.subscriptions import subscription_handlers

if TYPE_CHECKING:
    from frontdesk.entrypoints.subscription_commands import Desk
    from frontdesk.use_cases.refunds import RefundWorld

CLOCK, IDS = SystemClock(), RandomIds()


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=CLOCK)


def _secret() -> str:
    return _secrets().text(setting("CURSOR_SECRET"))


@cache
def _subscriptions() -> DynamoSubscriptions:
    return DynamoSubscriptions(gateway(), names=ProductNames(gateway(), clock=CLOCK))


def _settings() -> DynamoSettings:
    return DynamoSettings(gateway(), clock=CLOCK, currency=shop_currency)


def _requests() -> DynamoRequests:
    return DynamoRequests(gateway(), clock=CLOCK, ids=IDS)


# --- commands: imported when the first one comes, so that reads stay light -----------------------
# ruff: noqa: PLC0415


@cache
def _world() -> RefundWorld:
    from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
    from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
    from frontdesk.adapters.dynamodb.paid_subscriptions import DynamoPaidSubscriptions
    from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
    from frontdesk.adapters.dynamodb.refunds import DynamoRefunds
    from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
    from frontdesk.entrypoints.provider_switch import ProviderSwitch
    from frontdesk.use_cases.mirror import Mirror
    from frontdesk.use_cases.operations import OperationWorld
    from frontdesk.use_cases.refunds import RefundWorld

    index = lambda: DynamoRefundIndex(gateway(), clock=CLOCK)  # noqa: E731 - called once
    switch = ProviderSwitch(secrets=_secrets, refunds=index, clock=CLOCK)
    store = DynamoMirrorStore(gateway(), clock=CLOCK, currency=shop_currency())
    return RefundWorld(
        transactions=DynamoTransactions(gateway()),
        subscriptions=DynamoPaidSubscriptions(gateway()),
        refunds=DynamoRefunds(gateway()),
        doing=OperationWorld(
            operations=DynamoOperations(gateway(), clock=CLOCK),
            commands=switch.commands,
            mirror=Mirror(provider=switch.providers, store=store),
            clock=CLOCK,
        ),
    )


@cache
def _desk() -> Desk:
    from frontdesk.adapters.dynamodb.offers import DynamoOffers
    from frontdesk.entrypoints.plans import Plans
    from frontdesk.entrypoints.subscription_commands import Desk

    return Desk(
        subscriptions=_subscriptions(),
        settings=_settings(),
        offers=DynamoOffers(gateway()),
        plans=Plans(_secret, clock=CLOCK),
        clock=CLOCK,
        world=lambda: _world().doing,
        refunding=_world,
    )


def _command(request: Request) -> Response:
    from frontdesk.entrypoints.subscription_commands import answer_command

    return answer_command(request, desk=_desk())


handler = http_function(
    "subscriptions",
    subscription_handlers(
        subscriptions=_subscriptions, cursors=Cursors(_secret), clock=CLOCK, command=_command
    ),
    settings=_settings,
    requests=_requests,
)
