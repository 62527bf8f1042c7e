"""GET, PUT /v1/settings · GET /v1/storefront · GET /v1/health · GET /v1/openapi.json · no route"""

from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.health import DynamoTableProbe
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.adapters.secrets.sso_keys import SsoKeySecret
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.settings import settings_handlers


@cache
def _store() -> DynamoSettings:
    return DynamoSettings(gateway(), clock=SystemClock(), currency=shop_currency)


@cache
def _vault() -> SsoKeySecret:
    return SsoKeySecret(client("secretsmanager"), name=setting("SSO_KEYS_SECRET"))


def _probe() -> DynamoTableProbe:
    return DynamoTableProbe(gateway())


handler = http_function(
    "settings",
    settings_handlers(store=_store, vault=_vault, probe=_probe, clock=SystemClock()),
)
