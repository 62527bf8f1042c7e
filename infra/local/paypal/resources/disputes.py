"""Customer disputes, to be read; people open and close them."""

from infra.local.paypal.disputing import as_dispute, as_dispute_row
from infra.local.paypal.reading import query_integer
from infra.local.paypal.routes import Call, reading
from infra.local.paypal.times import read_time
from infra.local.provider.exchange import Json


def get_dispute(call: Call) -> Json:
    return as_dispute(call.account, call.account.get("dispute", call.id))


def list_disputes(call: Call) -> Json:
    """Newest first. A page is named by the token that its link carries."""
    account, query = call.account, call.query
    rows = [row for row in account.store.newest_first("dispute") if _matches(call, row)]
    if "dispute_state" in query:
        wanted = query["dispute_state"].split(",")
        states = {row["id"]: as_dispute_row(account, row)["dispute_state"] for row in rows}
        rows = [row for row in rows if states[row["id"]] in wanted]
    size = query_integer(query, "page_size", 10, most=50)
    begin = query_integer(query, "next_page_token", 0, least=0, most=100_000)
    path = "/v1/customer/disputes"
    links = [account.link(path, "self")]
    if len(rows) > begin + size:
        links.append(
            account.link(f"{path}?page_size={size}&next_page_token={begin + size}", "next")
        )
    shown = [as_dispute_row(account, row) for row in rows[begin : begin + size]]
    return {"items": shown, "links": links}


def _matches(call: Call, dispute: Json) -> bool:
    query = call.query
    instants = {
        name: read_time(query[name], name, location="query")
        for name in ("start_time", "update_time_after", "update_time_before")
        if name in query
    }
    return bool(
        query.get("disputed_transaction_id", dispute["payment"]) == dispute["payment"]
        and instants.get("start_time", 0) <= dispute["created_at"]
        and instants.get("update_time_after", 0) <= dispute["updated_at"]
        and dispute["updated_at"] <= instants.get("update_time_before", dispute["updated_at"])
    )


ROUTES = (
    reading(
        "/v1/customer/disputes",
        list_disputes,
        "start_time disputed_transaction_id page_size next_page_token dispute_state "
        "update_time_before update_time_after",
    ),
    reading("/v1/customer/disputes/{id}", get_dispute),
)
