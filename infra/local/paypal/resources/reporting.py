"""The transaction search: three hours behind, 31 days at most, three years back."""

from infra.local.paypal.account import MERCHANT_ID, Account
from infra.local.paypal.errors import invalid
from infra.local.paypal.money import money
from infra.local.paypal.payers import as_payer
from infra.local.paypal.reading import query_integer
from infra.local.paypal.routes import Call, reading
from infra.local.paypal.times import read_time, written
from infra.local.provider.calendar import DAY_SECONDS
from infra.local.provider.exchange import Json

_LONGEST_DAYS = 31
_OLDEST_DAYS = 3 * 365


def search_transactions(call: Call) -> Json:
    account, query = call.account, call.query
    begin = read_time(query.get("start_date"), "start_date", location="query")
    end = read_time(query.get("end_date"), "end_date", location="query")
    _refuse_bad_range(account, begin, end)
    refreshed_at = account.now() - account.settings.reporting_lag_seconds
    rows = [
        entry
        for entry in account.store.of_kind("entry")
        if begin <= entry["created_at"] <= min(end, refreshed_at) and _matches(query, entry)
    ]
    size = query_integer(query, "page_size", 100, most=500)
    number = query_integer(query, "page", 1, most=100_000)
    shown = rows[(number - 1) * size : number * size]
    with_payer = "payer_info" in query.get("fields", "") or query.get("fields") == "all"
    return {
        "transaction_details": [_as_row(account, e, with_payer=with_payer) for e in shown],
        "account_number": MERCHANT_ID,
        "start_date": written(begin),
        "end_date": written(min(end, refreshed_at)),
        "last_refreshed_datetime": written(refreshed_at),
        "page": number,
        "total_items": len(rows),
        "total_pages": max(1, -(-len(rows) // size)),
        "links": [account.link("/v1/reporting/transactions", "self")],
    }


def _refuse_bad_range(account: Account, begin: int, end: int) -> None:
    if end < begin or end - begin > _LONGEST_DAYS * DAY_SECONDS:
        raise invalid(
            "INVALID_DATE_RANGE",
            "Date range is greater than 31 days, or its end is before its start.",
            field="end_date",
            location="query",
        )
    if begin < account.now() - _OLDEST_DAYS * DAY_SECONDS:
        raise invalid(
            "INVALID_START_DATE",
            "Start date must be within the last three years.",
            field="start_date",
            location="query",
        )


def _matches(query: Json, entry: Json) -> bool:
    return bool(
        query.get("transaction_id", entry["transaction"]) == entry["transaction"]
        and query.get("transaction_type", entry["code"]) == entry["code"]
        and query.get("transaction_status", entry["status"]) == entry["status"]
        and query.get("transaction_currency", entry["currency"]) == entry["currency"]
    )


def _as_row(account: Account, entry: Json, *, with_payer: bool) -> Json:
    info: Json = {
        "transaction_id": entry["transaction"],
        "transaction_event_code": entry["code"],
        "transaction_initiation_date": written(entry["created_at"]),
        "transaction_updated_date": written(entry["updated_at"]),
        "transaction_amount": money(entry["amount_minor"], entry["currency"]),
        "transaction_status": entry["status"],
    }
    if entry["fee_minor"]:
        info["fee_amount"] = money(-entry["fee_minor"], entry["currency"])
    if entry["reference"]:
        info["paypal_reference_id_type"], info["paypal_reference_id"] = entry["reference"]
    for printed, kept in (("invoice_id", "invoice_id"), ("custom_field", "custom_id")):
        if entry[kept]:
            info[printed] = entry[kept]
    row: Json = {"transaction_info": info}
    if with_payer:
        payer = as_payer(account.get("payer", entry["payer"]))
        row["payer_info"] = {
            "account_id": payer["payer_id"],
            "email_address": payer["email_address"],
            "payer_status": "Y",
            "payer_name": payer["name"],
            "country_code": payer["address"]["country_code"],
        }
    return row


ROUTES = (
    reading(
        "/v1/reporting/transactions",
        search_transactions,
        "transaction_id transaction_type transaction_status transaction_currency start_date "
        "end_date fields balance_affecting_records_only page page_size",
    ),
)
