"""The routes that read transactions."""

from collections.abc import Callable, Mapping

from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.presenters.transactions import present_transaction
from frontdesk.entrypoints.windows import answered_page, window_of
from frontdesk.ports.transactions import TransactionStore
from frontdesk.use_cases.transactions import list_transactions, read_transaction


def transaction_handlers(
    *, transactions: Callable[[], TransactionStore], cursors: Cursors
) -> Mapping[str, Handler]:
    def listed(request: Request) -> Response:
        page = list_transactions(
            request.path["id"],
            window=window_of(request, cursors=cursors),
            transactions=transactions(),
        )
        return answered_page(page, present_transaction, request=request, cursors=cursors)

    def read(request: Request) -> Response:
        transaction = read_transaction(request.path["id"], transactions=transactions())
        return Response(present_transaction(transaction))

    return {
        "GET /v1/customers/{id}/transactions": listed,
        "GET /v1/transactions/{id}": read,
    }
