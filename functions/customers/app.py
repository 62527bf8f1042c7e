"""GET /v1/customers · GET, PATCH /v1/customers/{id}"""

from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.contact.checks import LibraryContactChecks
from frontdesk.adapters.dynamodb.customers import DynamoCustomers
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.customers import customer_handlers
from frontdesk.entrypoints.http import http_function
from frontdesk.use_cases.customers import Editing

CLOCK, IDS = SystemClock(), RandomIds()


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=CLOCK)


def _customers() -> DynamoCustomers:
    return DynamoCustomers(gateway(), ids=IDS)


@cache
def _settings() -> DynamoSettings:
    return DynamoSettings(gateway(), clock=CLOCK, currency=shop_currency)


def _editing() -> Editing:
    return Editing(
        customers=_customers(), checks=LibraryContactChecks(), clock=CLOCK, settings=_settings()
    )


handler = http_function(
    "customers",
    customer_handlers(
        customers=_customers,
        editing=_editing,
        cursors=Cursors(lambda: _secrets().text(setting("CURSOR_SECRET"))),
        currency=shop_currency,
    ),
)
