"""Checkout orders, as far as one-time purchases need them."""

from infra.local.paypal.account import Account
from infra.local.paypal.errors import invalid_value, missing, unprocessable
from infra.local.paypal.money import money, read_money
from infra.local.paypal.payers import as_payer, payer_for
from infra.local.paypal.payments import as_capture_in_order, record_payment, refunds_of
from infra.local.paypal.printed_refunds import as_refund
from infra.local.paypal.reading import known_only, mapping, mappings, one_of, text
from infra.local.paypal.routes import HOUR_SECONDS, Call, Route, reading
from infra.local.paypal.times import written
from infra.local.provider.exchange import Json


def create_order(call: Call) -> Json:
    account, body = call.account, call.body
    known_only(body, "intent purchase_units payer payment_source application_context")
    if one_of(body, "intent", ("CAPTURE",), "CAPTURE") != body.get("intent"):
        raise missing("/intent")
    source = mapping(body, "payment_source")
    known_only(source, "paypal", within="/payment_source")
    if source and not call.headers.get("paypal-request-id"):
        raise invalid_value("PayPal-Request-Id", location="header")
    wallet = mapping(source, "paypal", within="/payment_source")
    vault_id = text(wallet, "vault_id", within="/payment_source/paypal", longest=255)
    token = account.get("payment_token", vault_id) if vault_id else None
    context = mapping(wallet, "experience_context") or mapping(body, "application_context")
    order = account.add(
        "order",
        account.transaction_id(),
        status="PAYER_ACTION_REQUIRED" if source and not token else "CREATED",
        unit=_read_unit(body),
        payer=token["payer"] if token else None,
        capture=None,
        urls=[context.get("return_url"), context.get("cancel_url")],
    )
    if token:  # whoever saved a wallet need not be asked again
        _capture(account, order)
    return order


def _read_unit(body: Json) -> Json:
    units = mappings(body, "purchase_units", largest=1)
    within = "/purchase_units/0"
    known_only(
        units[0],
        "reference_id amount description custom_id invoice_id soft_descriptor items shipping payee",
        within=within,
    )
    amount, currency = read_money(units[0].get("amount"), f"{within}/amount")
    return {
        "reference_id": text(units[0], "reference_id", within=within, longest=256) or "default",
        "amount_minor": amount,
        "currency": currency,
        "description": text(units[0], "description", within=within),
        "custom_id": text(units[0], "custom_id", within=within),
        "invoice_id": text(units[0], "invoice_id", within=within),
    }


def approve_order(account: Account, order: Json, buyer: Json) -> Json:
    if order["status"] not in ("CREATED", "PAYER_ACTION_REQUIRED"):
        raise unprocessable("ORDER_ALREADY_APPROVED", "The order is not waiting for its buyer.")
    payer = payer_for(account, buyer)
    account.change(order, status="APPROVED", payer=payer["id"])
    account.emit(
        "CHECKOUT.ORDER.APPROVED",
        "checkout-order",
        as_order(account, order),
        "An order has been approved by buyer",
        version="2.0",
    )
    return order


def capture_order(call: Call) -> Json:
    account = call.account
    known_only(call.body, "")
    order = account.get("order", call.id)
    if order["status"] == "COMPLETED":
        raise unprocessable(
            "ORDER_ALREADY_CAPTURED",
            "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed.",
        )
    if order["status"] != "APPROVED":
        raise unprocessable(
            "ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment."
        )
    _capture(account, order)
    return order


def _capture(account: Account, order: Json) -> None:
    payer, unit = account.get("payer", order["payer"]), order["unit"]
    if payer["conduct"] == "declines":
        raise unprocessable(
            "INSTRUMENT_DECLINED",
            "The instrument presented  was either declined by the processor or bank, or it can't "
            "be used for this payment.",
        )
    payment = record_payment(
        account,
        payer,
        unit["amount_minor"],
        unit["currency"],
        channel="capture",
        order=order["id"],
        subscription=None,
        custom_id=unit["custom_id"],
        invoice_id=unit["invoice_id"],
    )
    account.change(order, status="COMPLETED", capture=payment["id"])


def get_order(call: Call) -> Json:
    return as_order(call.account, call.account.get("order", call.id))


def present_order(call: Call, order: Json) -> Json:
    printed = as_order(call.account, order)
    if call.wants_representation or order["status"] == "COMPLETED":
        return printed
    return {name: printed[name] for name in ("id", "status", "links")}


def as_order(account: Account, order: Json) -> Json:
    unit = order["unit"]
    printed_unit: Json = {
        "reference_id": unit["reference_id"],
        "amount": money(unit["amount_minor"], unit["currency"]),
        **{name: unit[name] for name in ("description", "custom_id", "invoice_id") if unit[name]},
    }
    if order["capture"]:
        payment = account.get("payment", order["capture"])
        payments: Json = {"captures": [as_capture_in_order(account, payment)]}
        refunds = [as_refund(account, refund) for refund in refunds_of(account, payment)]
        printed_unit["payments"] = payments | ({"refunds": refunds} if refunds else {})
    printed: Json = {
        "id": order["id"],
        "intent": "CAPTURE",
        "status": order["status"],
        "purchase_units": [printed_unit],
        "create_time": written(order["created_at"]),
        "update_time": written(order["updated_at"]),
        "links": _links(account, order),
    }
    payer = account.find(order["payer"] or "")
    if payer:
        printed["payer"] = as_payer(payer)
        wallet = {"email_address": payer["email"], "account_id": payer["id"]}
        printed["payment_source"] = {"paypal": {**wallet, "name": payer["name"]}}
    return printed


def _links(account: Account, order: Json) -> list[Json]:
    path = f"/v2/checkout/orders/{order['id']}"
    links = [account.link(path, "self")]
    waits = order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED")
    if waits:
        rel = "approve" if order["status"] == "CREATED" else "payer-action"
        links.append(account.link(f"/checkoutnow?token={order['id']}", rel))
    if order["status"] != "COMPLETED":
        links.append(account.link(f"{path}/capture", "capture", "POST"))
    return links


_PATH = "/v2/checkout/orders"
ROUTES = (
    Route(
        "POST",
        _PATH,
        create_order,
        present_order,
        status=201,
        remembered_seconds=6 * HOUR_SECONDS,
    ),
    reading(f"{_PATH}/{{id}}", get_order),
    Route(
        "POST",
        f"{_PATH}/{{id}}/capture",
        capture_order,
        present_order,
        status=201,
        remembered_seconds=6 * HOUR_SECONDS,
        is_exclusive=True,
    ),
)
