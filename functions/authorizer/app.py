"""Says who is calling, before every route that asks."""

from functools import cache

from frontdesk.adapters.dynamodb.api_keys import DynamoApiKeys
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.sessions import DynamoSessions
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import shop_currency
from frontdesk.domain.principal import Principal
from frontdesk.entrypoints.authorizer import authorizer_function
from frontdesk.use_cases.authorization import Call, authorize


@cache
def _settings() -> DynamoSettings:
    return DynamoSettings(gateway(), clock=SystemClock(), currency=shop_currency)


def identify(call: Call) -> Principal:
    return authorize(
        call,
        sessions=DynamoSessions(gateway()),
        api_keys=DynamoApiKeys(gateway()),
        settings=_settings(),
        clock=SystemClock(),
    )


handler = authorizer_function(identify)
