"""Saved wallets: a setup token, which the buyer approves, becomes a payment token."""

from infra.local.paypal.account import LOWER, Account
from infra.local.paypal.errors import invalid_value, missing, not_found, unprocessable
from infra.local.paypal.paging import page_of
from infra.local.paypal.payers import as_payer, payer_for
from infra.local.paypal.reading import known_only, mapping, one_of, required_text, text
from infra.local.paypal.routes import HOUR_SECONDS, Call, Route, reading, silent
from infra.local.provider.calendar import DAY_SECONDS
from infra.local.provider.exchange import Json

_SETUP_SECONDS = 3 * DAY_SECONDS
_DETAILS = "description shipping permit_multiple_payment_tokens usage_type customer_type "


def create_setup_token(call: Call) -> Json:
    account, body = call.account, call.body
    known_only(body, "customer payment_source")
    source = mapping(body, "payment_source")
    if "card" in source:
        # Card numbers belong on PayPal's own pages; nothing here shall ever hold one.
        raise unprocessable("NOT_SUPPORTED", "Card numbers are refused.", field="/payment_source")
    known_only(source, "paypal", within="/payment_source")
    if "paypal" not in source:
        raise missing("/payment_source/paypal")
    wallet = mapping(source, "paypal", within="/payment_source")
    known_only(
        wallet, f"{_DETAILS} experience_context usage_pattern", within="/payment_source/paypal"
    )
    context = mapping(wallet, "experience_context")
    return account.add(
        "setup_token",
        account.transaction_id(),
        status="PAYER_ACTION_REQUIRED",
        customer=_customer(account, body),
        wallet={name: wallet[name] for name in _DETAILS.split() if name in wallet},
        payer=None,
        expires_at=account.now() + _SETUP_SECONDS,
        urls=[context.get("return_url"), context.get("cancel_url")],
    )


def _customer(account: Account, body: Json) -> str:
    given = text(mapping(body, "customer"), "id", within="/customer", longest=22)
    return given or f"customer_{account.ids.token(10, '0123456789')}"


def approve_setup(account: Account, token: Json, buyer: Json) -> Json:
    if token["status"] != "PAYER_ACTION_REQUIRED" or token["expires_at"] <= account.now():
        raise invalid_value("token", "there is nothing to approve, or it has expired")
    return account.change(token, status="APPROVED", payer=payer_for(account, buyer)["id"])


def create_payment_token(call: Call) -> Json:
    account, body = call.account, call.body
    known_only(body, "customer payment_source")
    source = mapping(mapping(body, "payment_source"), "token", within="/payment_source")
    within = "/payment_source/token"
    known_only(source, "id type", within=within)
    one_of(source, "type", ("SETUP_TOKEN",), "", within=within)
    setup = account.get("setup_token", required_text(source, "id", within=within, longest=36))
    if setup["status"] != "APPROVED" or setup["expires_at"] <= account.now():
        raise unprocessable(
            "SETUP_TOKEN_NOT_APPROVED", "The setup token is not approved, was used or has expired."
        )
    account.change(setup, status="VAULTED")
    token = account.add(
        "payment_token",
        account.ids.token(8, LOWER),
        customer=setup["customer"],
        payer=setup["payer"],
        wallet=setup["wallet"],
    )
    _announce(account, token, "CREATED")
    return token


def get_setup_token(call: Call) -> Json:
    return as_setup_token(call.account, call.account.get("setup_token", call.id))


def get_payment_token(call: Call) -> Json:
    return as_payment_token(call.account, call.account.get("payment_token", call.id))


def list_payment_tokens(call: Call) -> Json:
    account = call.account
    customer = call.query.get("customer_id")
    if not customer:
        raise missing("customer_id", location="query")
    rows = account.store.linked("payment_token", "customer", customer)[::-1]
    path = "/v3/vault/payment-tokens"
    page = page_of(
        call,
        rows,
        "payment_tokens",
        lambda row: as_payment_token(account, row),
        path=path,
        default_size=5,
    )
    return {**page, "customer": {"id": customer}}


def delete_payment_token(call: Call) -> None:
    token = call.account.find(call.id)
    if token is None:
        return  # gone already: PayPal answers 204 all the same
    if token["kind"] != "payment_token":
        raise not_found()
    remove_payment_token(call.account, token)


def remove_payment_token(account: Account, token: Json) -> None:
    account.remove(token)
    _announce(account, token, "DELETED")


def _announce(account: Account, token: Json, what: str) -> None:
    account.emit(
        f"VAULT.PAYMENT-TOKEN.{what}",
        "payment_token",
        as_payment_token(account, token),
        f"A payment token has been {what.lower()}.",
        version="3.0",
    )


def as_setup_token(account: Account, token: Json) -> Json:
    path = f"/v3/vault/setup-tokens/{token['id']}"
    links = [account.link(path, "self")]
    if token["status"] == "PAYER_ACTION_REQUIRED":
        approve = f"/agreements/approve?approval_session_id={token['id']}"
        links.append(account.link(approve, "approve"))
    if token["status"] == "APPROVED":
        links.append(account.link("/v3/vault/payment-tokens", "confirm", "POST"))
    return {
        "id": token["id"],
        "customer": {"id": token["customer"]},
        "status": token["status"],
        "payment_source": {"paypal": _wallet(account, token)},
        "links": links,
    }


def as_payment_token(account: Account, token: Json) -> Json:
    path = f"/v3/vault/payment-tokens/{token['id']}"
    return {
        "id": token["id"],
        "customer": {"id": token["customer"]},
        "payment_source": {"paypal": _wallet(account, token)},
        "links": [account.link(path, "self"), account.link(path, "delete", "DELETE")],
    }


def _wallet(account: Account, token: Json) -> Json:
    payer = account.find(token["payer"] or "")
    known = {**as_payer(payer), "account_id": payer["id"]} if payer else {}
    return {**token["wallet"], **known}


def present_setup_token(call: Call, token: Json) -> Json:
    return as_setup_token(call.account, token)


def present_payment_token(call: Call, token: Json) -> Json:
    return as_payment_token(call.account, token)


ROUTES = (
    Route(
        "POST",
        "/v3/vault/setup-tokens",
        create_setup_token,
        present_setup_token,
        status=201,
        remembered_seconds=3 * HOUR_SECONDS,
        needs_request_id=True,
        refuses_other_payload=True,
    ),
    reading("/v3/vault/setup-tokens/{id}", get_setup_token),
    Route(
        "POST",
        "/v3/vault/payment-tokens",
        create_payment_token,
        present_payment_token,
        status=201,
        remembered_seconds=3 * HOUR_SECONDS,
        needs_request_id=True,
        refuses_other_payload=True,
    ),
    reading(
        "/v3/vault/payment-tokens",
        list_payment_tokens,
        "customer_id page page_size total_required",
    ),
    reading("/v3/vault/payment-tokens/{id}", get_payment_token),
    silent("DELETE", "/v3/vault/payment-tokens/{id}", delete_payment_token),
)
