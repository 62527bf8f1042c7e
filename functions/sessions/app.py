"""POST /v1/sessions/sso · GET /v1/sso · GET, DELETE /v1/sessions…
POST, GET, DELETE /v1/api-keys…
"""

from datetime import timedelta
from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.api_keys import DynamoApiKeys
from frontdesk.adapters.dynamodb.customer_directory import DynamoCustomerDirectory
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.adapters.dynamodb.sessions import DynamoSessions
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.adapters.jwt.reader import PyJwtReader
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.secrets.sso_keys import SsoKeyReader
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.config import is_livemode, setting, shop_currency
from frontdesk.entrypoints.api_keys import api_key_handlers
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.sessions import session_handlers
from frontdesk.entrypoints.sign_in_log import note_refusal
from frontdesk.use_cases.sessions import SignIn

CLOCK, IDS = SystemClock(), RandomIds()
KEYS_KEPT_FOR = timedelta(seconds=30)
"""A sign-in key that the shop takes away opens nothing after that."""


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=CLOCK, kept_for=KEYS_KEPT_FOR)


@cache
def _sign_in() -> SignIn:
    return SignIn(
        keys=SsoKeyReader(_secrets(), name=setting("SSO_KEYS_SECRET")),
        tokens=PyJwtReader(),
        settings=DynamoSettings(gateway(), clock=CLOCK, currency=shop_currency),
        customers=DynamoCustomerDirectory(gateway(), ids=IDS),
        sessions=_sessions(),
        clock=CLOCK,
        ids=IDS,
    )


def _sessions() -> DynamoSessions:
    return DynamoSessions(gateway())


def _api_keys() -> DynamoApiKeys:
    return DynamoApiKeys(gateway())


def _requests() -> DynamoRequests:
    return DynamoRequests(gateway(), clock=CLOCK, ids=IDS)


CURSORS = Cursors(lambda: _secrets().text(setting("CURSOR_SECRET")))

handler = http_function(
    "sessions",
    {
        **session_handlers(
            sign_in=_sign_in,
            sessions=_sessions,
            cursors=CURSORS,
            clock=CLOCK,
            note_refusal=note_refusal,
        ),
        **api_key_handlers(
            api_keys=_api_keys, cursors=CURSORS, is_livemode=is_livemode, clock=CLOCK, ids=IDS
        ),
    },
    requests=_requests,
)
