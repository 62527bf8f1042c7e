"""GET, PATCH /v1/me"""

from functools import cache

from frontdesk.adapters.contact.checks import LibraryContactChecks
from frontdesk.adapters.dynamodb.customers import DynamoCustomers
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.profiles import DynamoProfiles
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.config import shop_currency
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.profile import profile_handlers
from frontdesk.use_cases.customers import Editing

CLOCK, IDS = SystemClock(), RandomIds()


def _profiles() -> DynamoProfiles:
    return DynamoProfiles(gateway(), currency=shop_currency)


@cache
def _settings() -> DynamoSettings:
    return DynamoSettings(gateway(), clock=CLOCK, currency=shop_currency)


def _editing() -> Editing:
    return Editing(
        customers=DynamoCustomers(gateway(), ids=IDS),
        checks=LibraryContactChecks(),
        clock=CLOCK,
        settings=_settings(),
    )


handler = http_function(
    "profile",
    profile_handlers(profiles=_profiles, editing=_editing),
    settings=_settings,
)
