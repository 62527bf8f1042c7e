"""What Stripe is told to refund, and what its answers mean."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from stripe import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    IdempotencyError,
    InvalidRequestError,
    PermissionError,
    RateLimitError,
    StripeError,
)

from frontdesk.adapters.stripe.commands import StripeCommands
from frontdesk.domain.ids import derived_id
from frontdesk.ports.commands import (
    Accepted,
    CommandRejectedError,
    CreditMemoCommand,
    RefundCommand,
)
from frontdesk.ports.provider import ProviderError, ProviderUnavailableError
from tests.fakes.clock import FakeClock

OPERATION = derived_id("op", origin="test")
COMMAND = RefundCommand(
    operation_id=OPERATION, payment="ch_1", amount_minor=300, currency="usd", reason="duplicate"
)


class OneAnswer:
    def __init__(self, answer: StripeError | dict[str, Any]) -> None:
        self.answer = answer
        self.requests: list[tuple[str, str, dict[str, Any]]] = []

    def raw_request(self, method: str, path: str, **params: Any) -> Any:
        self.requests.append((method, path, params))
        if isinstance(self.answer, StripeError):
            raise self.answer
        return SimpleNamespace(data=self.answer)


def refund(client: OneAnswer, command: RefundCommand = COMMAND) -> object:
    return StripeCommands(lambda: cast("Any", client), clock=FakeClock()).refund(command)


def said(kind: type[StripeError], status: int, code: str | None = None) -> StripeError:
    body = {"error": {"code": code}}
    if kind is InvalidRequestError:
        return InvalidRequestError(  # type: ignore[no-untyped-call]
            "no", None, code=code, http_status=status, json_body=body
        )
    return kind("no", http_status=status, code=code, json_body=body)


def test_the_refund_carries_its_operation_as_key_and_as_metadata() -> None:
    client = OneAnswer({"id": "re_1"})

    assert refund(client) == Accepted(result_id="re_1")
    (request,) = client.requests
    assert request == (
        "post",
        "/v1/refunds",
        {
            "charge": "ch_1",
            "amount": 300,
            "metadata": {"frontdesk_operation": OPERATION},
            "reason": "duplicate",
            "idempotency_key": f"op:{OPERATION}",
        },
    )


def test_a_credit_memo_is_about_the_refund_that_was_made_and_moves_nothing() -> None:
    client = OneAnswer({"id": "cn_1"})
    command = CreditMemoCommand(
        operation_id=OPERATION,
        invoice="in_1",
        refund="re_1",
        amount_minor=300,
        currency="usd",
        reason="service_problem",
    )

    answer = StripeCommands(lambda: cast("Any", client), clock=FakeClock()).issue_credit_memo(
        command
    )

    assert answer == Accepted(result_id="cn_1")
    assert client.requests == [
        (
            "post",
            "/v1/credit_notes",
            {
                "invoice": "in_1",
                "amount": 300,
                "refunds": [{"refund": "re_1", "amount_refunded": 300}],
                "metadata": {"frontdesk_operation": OPERATION},
                "reason": "product_unsatisfactory",
                "idempotency_key": f"op:{OPERATION}",
            },
        )
    ]


@pytest.mark.parametrize("reason", ["fraudulent", "other", "service_problem", None])
def test_reasons_that_stripe_acts_upon_or_does_not_know_stay_with_us(reason: str | None) -> None:
    client = OneAnswer({"id": "re_1"})

    refund(client, RefundCommand(OPERATION, "ch_1", 300, "usd", reason))

    assert "reason" not in client.requests[0][2]


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        ("charge_already_refunded", "refund_exceeds_remaining"),
        ("charge_disputed", "payment_disputed"),
        ("refund_disputed_payment", "payment_disputed"),
        ("amount_too_large", "refund_exceeds_remaining"),
        ("insufficient_funds", "insufficient_balance"),
        ("resource_missing", "unknown_at_provider"),
        ("something_new", "refused_by_provider"),
        (None, "refused_by_provider"),
    ],
)
@pytest.mark.parametrize("status", [400, 402, 404])
def test_a_refusal_is_told_in_our_words(status: int, code: str | None, ours: str) -> None:
    with pytest.raises(CommandRejectedError) as refusal:
        refund(OneAnswer(said(InvalidRequestError, status, code)))

    assert refusal.value.code == ours


UNSURE = {
    "no connection": APIConnectionError("no"),  # type: ignore[no-untyped-call]
    "500": said(APIError, 500),
    "502": said(APIError, 502),
    "503": said(APIError, 503),
    "too many requests": said(RateLimitError, 429),
    "our key is wrong": said(AuthenticationError, 401),
    "our key may not": said(PermissionError, 403),
    "another try is running": said(IdempotencyError, 409, "idempotency_key_in_use"),
    "lock": said(InvalidRequestError, 409, "lock_timeout"),
    "other parameters": said(IdempotencyError, 400),
    "request time-out": said(APIError, 408),
    "a redirect": said(APIError, 302),
    "a proxy's page": APIError("<html>", http_status=404, http_body="<html>"),
    "a proxy's JSON": APIError("{}", http_status=400, json_body={"message": "no"}),
}


@pytest.mark.parametrize("answer", UNSURE)
def test_whatever_is_no_clear_refusal_may_have_happened(answer: str) -> None:
    with pytest.raises(ProviderError) as error:
        refund(OneAnswer(UNSURE[answer]))

    assert type(error.value) is ProviderUnavailableError
