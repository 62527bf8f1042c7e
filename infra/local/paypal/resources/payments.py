"""v2 captures and refunds, v1 sales and refunds."""

from infra.local.paypal.errors import PayPalError, not_found, old_style
from infra.local.paypal.money import read_money, read_old_amount
from infra.local.paypal.payments import as_capture, as_sale
from infra.local.paypal.printed_refunds import (
    as_detailed_refund,
    as_minimal_refund,
    as_old_refund,
    as_refund,
)
from infra.local.paypal.reading import known_only, optional, text
from infra.local.paypal.refunding import refund_payment, refuse_if_forbidden
from infra.local.paypal.routes import DAY_SECONDS, Call, Route, reading
from infra.local.provider.exchange import Json

_V1_NAMES = {
    "CAPTURE_FULLY_REFUNDED": (
        "TRANSACTION_ALREADY_REFUNDED",
        "Refund transaction refused - this transaction has already been refunded.",
    ),
    "REFUND_AMOUNT_EXCEEDED": (
        "REFUND_EXCEEDED_TRANSACTION_AMOUNT",
        "Refund refused - the requested refund amount would exceed the amount of transaction "
        "being refunded.",
    ),
    "REFUND_TIME_LIMIT_EXCEEDED": (
        "REFUND_TIME_LIMIT_EXCEEDED",
        "This transaction is too old to refund.",
    ),
    "DUPLICATE_INVOICE_ID": ("DUPLICATE_TRANSACTION", "Duplicate invoice Id detected."),
    "REFUND_CAPTURE_CURRENCY_MISMATCH": (
        "CURRENCY_MISMATCH",
        "The currency of the refund must be the same as the currency of the transaction.",
    ),
}


def _payment(call: Call, channel: str) -> Json:
    payment = call.account.get("payment", call.id)
    is_sale_as_capture = channel == "capture" and call.account.settings.sales_are_captures
    if payment["channel"] != channel and not is_sale_as_capture:
        raise not_found()
    return payment


def get_capture(call: Call) -> Json:
    return as_capture(call.account, _payment(call, "capture"))


def refund_capture(call: Call) -> Json:
    known_only(call.body, "amount custom_id invoice_id note_to_payer payment_instruction")
    payment = _payment(call, "capture")
    asked = optional(call.body, "amount", read_money)
    invoice_id = text(call.body, "invoice_id")
    amount = refuse_if_forbidden(call.account, payment, asked, invoice_id=invoice_id)
    return refund_payment(
        call.account,
        payment,
        amount,
        custom_id=text(call.body, "custom_id"),
        invoice_id=invoice_id,
        note_to_payer=text(call.body, "note_to_payer", longest=255),
    )


def present_refund(call: Call, refund: Json) -> Json:
    if call.wants_representation:
        return as_refund(call.account, refund)
    return as_minimal_refund(call.account, refund)


def get_refund(call: Call) -> Json:
    return as_refund(call.account, call.account.get("refund", call.id))


def get_sale(call: Call) -> Json:
    return as_sale(call.account, _payment(call, "sale"))


def refund_sale(call: Call) -> Json:
    known_only(call.body, "amount description reason invoice_number")
    payment = _payment(call, "sale")
    asked = optional(call.body, "amount", read_old_amount)
    invoice_number = text(call.body, "invoice_number")
    try:
        amount = refuse_if_forbidden(call.account, payment, asked, invoice_id=invoice_number)
    except PayPalError as refused:
        raise _in_v1_words(refused) from refused
    return refund_payment(
        call.account,
        payment,
        amount,
        invoice_id=invoice_number,
        note_to_payer=text(call.body, "description", longest=255),
        reason=text(call.body, "reason", longest=30),
    )


def _in_v1_words(refused: PayPalError) -> PayPalError:
    [problem] = refused.body["details"]
    name, message = _V1_NAMES.get(problem["issue"], ("TRANSACTION_REFUSED", problem["description"]))
    return old_style(400, name, message)


def present_sale_refund(call: Call, refund: Json) -> Json:
    return as_detailed_refund(call.account, refund)


def get_old_refund(call: Call) -> Json:
    return as_old_refund(call.account, call.account.get("refund", call.id))


ROUTES = (
    reading("/v2/payments/captures/{capture_id}", get_capture),
    Route(
        "POST",
        "/v2/payments/captures/{capture_id}/refund",
        refund_capture,
        present_refund,
        status=201,
        replay_status=201,  # its description knows no 200
        remembered_seconds=45 * DAY_SECONDS,
        is_exclusive=True,
    ),
    reading("/v2/payments/refunds/{refund_id}", get_refund),
    reading("/v1/payments/sale/{sale_id}", get_sale),
    Route(
        "POST",
        "/v1/payments/sale/{sale_id}/refund",
        refund_sale,
        present_sale_refund,
        status=201,
        remembered_seconds=30 * DAY_SECONDS,
        refuses_other_payload=True,
        is_exclusive=True,
    ),
    reading("/v1/payments/refund/{refund_id}", get_old_refund),
)
