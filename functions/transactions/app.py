"""GET /v1/customers/{id}/transactions · GET /v1/transactions/{id}"""

from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import setting
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.transactions import transaction_handlers


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=SystemClock())


def _transactions() -> DynamoTransactions:
    return DynamoTransactions(gateway())


handler = http_function(
    "transactions",
    transaction_handlers(
        transactions=_transactions,
        cursors=Cursors(lambda: _secrets().text(setting("CURSOR_SECRET"))),
    ),
)
