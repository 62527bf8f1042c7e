"""POST /v1/transactions/{id}/refunds · GET /v1/refunds… · …/refund-requests…"""

from __future__ import annotations

from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
from frontdesk.adapters.dynamodb.paid_subscriptions import DynamoPaidSubscriptions
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.refund_requests import DynamoRefundRequests
from frontdesk.adapters.dynamodb.refunds import DynamoRefunds
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.plans import Plans
from frontdesk.entrypoints.provider_switch import ProviderSwitch
from frontdesk.entrypoints.refund_requests import refund_request_handlers
from frontdesk.entrypoints.refunds import refund_handlers
from frontdesk.use_cases.mirror import Mirror
from frontdesk.use_cases.operations import OperationWorld
from frontdesk.use_cases.refund_requests import RequestWorld
from frontdesk.use_cases.refunds import RefundWorld

CLOCK, IDS = SystemClock(), RandomIds()


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=CLOCK)


def _secret() -> str:
    return _secrets().text(setting("CURSOR_SECRET"))


@cache
def _switch() -> ProviderSwitch:
    return ProviderSwitch(
        secrets=_secrets,
        refunds=lambda: DynamoRefundIndex(gateway(), clock=CLOCK),
        clock=CLOCK,
    )


def _transactions() -> DynamoTransactions:
    return DynamoTransactions(gateway())


def _subscriptions() -> DynamoPaidSubscriptions:
    return DynamoPaidSubscriptions(gateway())


def _refunds() -> DynamoRefunds:
    return DynamoRefunds(gateway())


def _refund_requests() -> DynamoRefundRequests:
    return DynamoRefundRequests(gateway(), clock=CLOCK)


def _requests() -> DynamoRequests:
    return DynamoRequests(gateway(), clock=CLOCK, ids=IDS)


@cache
def _world() -> RefundWorld:
    store = DynamoMirrorStore(gateway(), clock=CLOCK, currency=shop_currency())
    return RefundWorld(
        transactions=_transactions(),
        subscriptions=_subscriptions(),
        refunds=_refunds(),
        doing=OperationWorld(
            operations=DynamoOperations(gateway(), clock=CLOCK),
            commands=_switch().commands,
            mirror=Mirror(provider=_switch().providers, store=store),
            clock=CLOCK,
        ),
    )


@cache
def _request_world() -> RequestWorld:
    return RequestWorld(
        requests=_refund_requests(),
        settings=DynamoSettings(gateway(), clock=CLOCK, currency=shop_currency),
        refunding=_world(),
    )


cursors = Cursors(_secret)
handler = http_function(
    "refunds",
    {
        **refund_handlers(
            refunds=_refunds,
            transactions=_transactions,
            subscriptions=_subscriptions,
            world=_world,
            plans=Plans(_secret, clock=CLOCK),
            cursors=cursors,
        ),
        **refund_request_handlers(requests=_refund_requests, world=_request_world, cursors=cursors),
    },
    requests=_requests,
)
