"""Which customers a list shows, and in what order."""

from dataclasses import dataclass
from enum import StrEnum

from frontdesk.domain.customer import Customer, CustomerStatus
from frontdesk.domain.search import sortable
from frontdesk.domain.times import to_sortable

DELETED = CustomerStatus.DELETED.value


class CustomerSort(StrEnum):
    LIFETIME_VALUE = "lifetime_value"
    CREATED_AT = "created_at"
    NAME = "name"
    LAST_ACTIVITY_AT = "last_activity_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOrder:
    sort: CustomerSort = CustomerSort.CREATED_AT
    is_ascending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFilter:
    """`status` is one that any of the customer's subscriptions has, or DELETED.

    Deleted customers are shown unless a filter leaves them out: their payments still count.
    """

    status: str | None = None
    is_test: bool | None = None

    @property
    def admits_all(self) -> bool:
        return self.status is None and self.is_test is None

    def admits(self, customer: Customer) -> bool:
        if self.is_test is not None and customer.is_test is not self.is_test:
            return False
        if self.status == DELETED:
            return customer.status is CustomerStatus.DELETED
        return self.status is None or self.status in customer.subscription_statuses.values()


EVERYBODY = CustomerFilter()


def sort_value(customer: Customer, sort: CustomerSort, *, currency: str) -> int | str:
    """What customers are compared by; equal ones follow in the order of their ids.

    Whoever never did anything counts as active when created, and whoever has no name is found
    under the e-mail address, as the indexes have it.
    """
    match sort:
        case CustomerSort.LIFETIME_VALUE:
            return customer.lifetime_values.get(currency, 0)
        case CustomerSort.CREATED_AT:
            return to_sortable(customer.created_at)
        case CustomerSort.NAME:
            return sortable(customer.name or customer.email)
        case CustomerSort.LAST_ACTIVITY_AT:
            return to_sortable(customer.last_activity_at or customer.created_at)
