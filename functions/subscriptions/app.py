"""GET /v1/me/subscriptions(/{id}) · GET /v1/customers/{id}/subscriptions · …/subscriptions/{id}"""

from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.catalog import ProductNames
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.subscriptions import DynamoSubscriptions
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import setting
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.subscriptions import subscription_handlers

CLOCK = SystemClock()


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=CLOCK)


@cache
def _subscriptions() -> DynamoSubscriptions:
    return DynamoSubscriptions(gateway(), names=ProductNames(gateway(), clock=CLOCK))


handler = http_function(
    "subscriptions",
    subscription_handlers(
        subscriptions=_subscriptions,
        cursors=Cursors(lambda: _secrets().text(setting("CURSOR_SECRET"))),
        clock=CLOCK,
    ),
)
