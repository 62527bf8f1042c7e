"""/v1/charges: words and metadata only; money moves through payment intents."""

from infra.local.stripe.lists import CURSOR_PARAMS, page
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.wire import Json, merged_metadata, text


def update_charge(call: Call) -> Json:
    charge = call.account.get("charge", call.id)
    changes: Json = {"metadata": merged_metadata(charge["metadata"], call.params)}
    for name in ("description", "receipt_email"):
        if name in call.params:
            changes[name] = text(call.params, name)
    return call.account.change(charge, changes, "charge.updated")


def list_refunds_of_charge(call: Call) -> Json:
    account = call.account
    account.get("charge", call.id, param="charge")
    rows = account.store.linked("refund", "charge", call.id)
    url = f"/v1/charges/{call.id}/refunds"
    return page(account.store, rows, call.params, url=url, kind="refund")


ROUTES: tuple[Route, ...] = (
    route("POST", "/v1/charges/{id}", update_charge, "description metadata receipt_email"),
    Route("GET", "/v1/charges/{id}/refunds", list_refunds_of_charge, CURSOR_PARAMS),
)
