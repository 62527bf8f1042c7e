"""The merchant's routes over customers."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.domain.customer import Customer
from frontdesk.domain.customer_list import CustomerFilter, CustomerOrder, CustomerSort
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.presenters.customers import present_customer
from frontdesk.entrypoints.windows import answered_page, window_of
from frontdesk.ports.customers import CustomerStore
from frontdesk.use_cases.customers import (
    CustomerQuery,
    Editing,
    change_customer,
    list_customers,
    read_customer,
)


def customer_handlers(
    *,
    customers: Callable[[], CustomerStore],
    editing: Callable[[], Editing],
    cursors: Cursors,
    currency: Callable[[], str],
) -> Mapping[str, Handler]:
    def shown(customer: Customer) -> dict[str, Any]:
        return present_customer(customer, currency=currency())

    def list_all(request: Request) -> Response:
        page = list_customers(
            _query(request),
            window=window_of(request, cursors=cursors),
            customers=customers(),
            currency=currency(),
        )
        return answered_page(page, shown, request=request, cursors=cursors)

    def read(request: Request) -> Response:
        return Response(shown(read_customer(request.path["id"], customers=customers())))

    def change(request: Request) -> Response:
        customer = change_customer(
            request.path["id"],
            request.body.change(),
            expected_version=request.expected_version,
            editing=editing(),
        )
        return Response(shown(customer))

    return {
        "GET /v1/customers": list_all,
        "GET /v1/customers/{id}": read,
        "PATCH /v1/customers/{id}": change,
    }


def _query(request: Request) -> CustomerQuery:
    filters = request.filters
    return CustomerQuery(
        search=filters.search,
        order=_order(filters.sort, filters.order),
        wanted=CustomerFilter(status=filters.status, is_test=filters.test),
    )


def _order(sort: str | None, order: str | None) -> CustomerOrder | None:
    """Names begin at A; everything else begins with the latest or the greatest."""
    if sort is None and order is None:
        return None
    by = CustomerSort(sort or CustomerSort.CREATED_AT)
    is_ascending = order == "asc" if order else by is CustomerSort.NAME
    return CustomerOrder(sort=by, is_ascending=is_ascending)
