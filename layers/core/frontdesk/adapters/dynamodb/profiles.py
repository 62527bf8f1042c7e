"""A customer beside the shop's settings: two tables, one call."""

from collections.abc import Callable

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway
from frontdesk.adapters.dynamodb.profile_item import customer_of
from frontdesk.adapters.dynamodb.settings_item import settings_of
from frontdesk.domain.customer import Customer
from frontdesk.domain.settings import Settings


class DynamoProfiles:
    """`currency` is called when settings are read: it is the deployment's, not the shop's."""

    def __init__(self, gateway: Gateway, *, currency: Callable[[], str]) -> None:
        self._gateway = gateway
        self._currency = currency

    def read(self, customer_id: str) -> tuple[Customer | None, Settings]:
        own, shops = keys.profile(customer_id), keys.settings()
        found = self._gateway.get_many([own, shops])
        customer = customer_of(found[own]) if own in found else None
        return customer, settings_of(found.get(shops), currency=self._currency())
