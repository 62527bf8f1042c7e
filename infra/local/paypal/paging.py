"""Numbered pages, as PayPal's lists have them."""

from collections.abc import Callable
from urllib.parse import urlencode

from infra.local.paypal.reading import query_flag, query_integer
from infra.local.paypal.routes import Call
from infra.local.provider.exchange import Json


def page_of(
    call: Call,
    rows: list[Json],
    name: str,
    present: Callable[[Json], Json],
    *,
    path: str | None = None,
    default_size: int = 10,
    largest: int = 20,
) -> Json:
    """Totals only where `total_required` asks for them; links always."""
    size = query_integer(call.query, "page_size", default_size, most=largest)
    number = query_integer(call.query, "page", 1, most=100_000)
    begin = (number - 1) * size
    page: Json = {name: [present(row) for row in rows[begin : begin + size]]}
    last = max(1, -(-len(rows) // size))
    if query_flag(call.query, "total_required"):
        page |= {"total_items": len(rows), "total_pages": last}
    links = {"self": number, "first": 1, "last": last}
    if number < last:
        links["next"] = number + 1
    if number > 1:
        links["prev"] = number - 1
    here = path or f"/v1/catalogs/{name}"
    page["links"] = [
        call.account.link(f"{here}?{urlencode(call.query | {'page': n, 'page_size': size})}", rel)
        for rel, n in links.items()
    ]
    return page
