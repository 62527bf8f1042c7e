"""What PayPal is told to refund, what its answers mean, and that nothing is refunded twice."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.adapters.paypal.commands import PayPalCommands
from frontdesk.adapters.paypal.http import Answer, AnswerTooLargeError, NoAnswerError
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.domain.ids import derived_id
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, PaymentSnapshot, RefundSnapshot
from frontdesk.ports.commands import Accepted, CommandAnswer, CommandRejectedError, RefundCommand
from frontdesk.ports.provider import ProviderError, ProviderUnavailableError
from infra.local.paypal.standin import StandIn
from infra.local.provider.faults import Fault
from tests.fakes.clock import FakeClock
from tests.paypal_in_process import PayPalInProcess
from tests.paypal_shop import START, Shop
from tests.unit.adapters.paypal.fakes import (
    BASE,
    FakeHttp,
    MemoryRefundIndex,
    as_json,
    client_for,
    reference,
)

MAKERS = {"sale": Shop.sale, "capture": Shop.capture}
either = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def operation_id(number: int = 1) -> str:
    return derived_id("op", origin=f"test:{number}")


@dataclass
class Till:
    """A shop at PayPal, and the product's commands and eyes."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime.fromtimestamp(START, UTC)))
    index: MemoryRefundIndex = field(default_factory=MemoryRefundIndex)

    def __post_init__(self) -> None:
        self.standin = StandIn(seed=7)
        self.standin.clock.freeze(START)
        self.paypal = PayPalInProcess(self.standin, self.clock)
        self.shop = Shop(self.paypal)
        self.commands = PayPalCommands(lambda: self.paypal.client, refunds=self.index)

    def refund(
        self, payment: str, amount_minor: int = 500, *, number: int = 1, currency: str = "eur"
    ) -> CommandAnswer:
        return self.commands.refund(
            RefundCommand(operation_id(number), payment, amount_minor, currency)
        )

    def refunds(self, payment: str) -> tuple[RefundSnapshot, ...]:
        provider = PayPalProvider(lambda: self.paypal.client, refunds=self.index)
        found = provider.fetch(reference(ObjectKind.PAYMENT, payment))
        assert isinstance(found, PaymentSnapshot)
        return found.refunds

    def at_paypal(self, payment: str) -> list[Any]:
        return list(self.standin.account.store.linked("refund", "payment", payment))

    def break_next_refund(self, kind: str, when: str = "after", **more: Any) -> None:
        fault = Fault(kind, when=when, method="POST", path=".*/refund", **more)
        self.standin.api.faults.add(fault)


@pytest.fixture
def till() -> Till:
    return Till()


class TestOfASaleAndOfACapture:
    @either
    def test_the_mirror_finds_it_with_its_operation_at_once(self, till: Till, make: Any) -> None:
        payment = make(till.shop, "49.00")

        answer = till.refund(payment)

        assert isinstance(answer, Accepted)
        (refund,) = till.refunds(payment)
        assert (refund.provider_id, refund.amount_minor, refund.operation_id) == (
            answer.result_id,
            500,
            operation_id(),
        )

    @either
    def test_the_same_operation_is_the_same_refund(self, till: Till, make: Any) -> None:
        payment = make(till.shop, "49.00")

        answers = [till.refund(payment) for _ in range(3)]

        assert len(set(answers)) == 1
        assert len(till.at_paypal(payment)) == 1

    @either
    def test_two_equal_refunds_are_two(self, till: Till, make: Any) -> None:
        payment = make(till.shop, "49.00")
        for number in (1, 2):
            till.refund(payment, number=number)

        assert [r.amount_minor for r in till.refunds(payment)] == [500, 500]

    @either
    def test_parts_and_then_the_rest(self, till: Till, make: Any) -> None:
        payment = make(till.shop, "49.00")
        till.refund(payment, 4899, number=1)
        till.refund(payment, 1, number=2)

        with pytest.raises(CommandRejectedError) as refused:
            till.refund(payment, 1, number=3)

        assert refused.value.code == "refund_exceeds_remaining"
        assert sum(r.amount_minor for r in till.refunds(payment)) == 4900

    @either
    def test_more_than_is_left_is_refused(self, till: Till, make: Any) -> None:
        payment = make(till.shop, "49.00")

        with pytest.raises(CommandRejectedError) as refused:
            till.refund(payment, 4901)

        assert refused.value.code == "refund_exceeds_remaining"
        assert till.at_paypal(payment) == []

    @either
    def test_one_that_is_too_old_is_refused(self, till: Till, make: Any) -> None:
        payment = make(till.shop, "49.00")
        till.paypal.advance(days=181)
        till.clock.advance(timedelta(days=181))

        with pytest.raises(CommandRejectedError) as refused:
            till.refund(payment)

        assert refused.value.code == "refund_too_late"

    def test_a_disputed_capture_is_refused(self, till: Till) -> None:
        payment = till.shop.capture("49.00")
        till.paypal.act("dispute", payment=payment)

        with pytest.raises(CommandRejectedError) as refused:
            till.refund(payment)

        assert refused.value.code == "payment_disputed"

    def test_a_currency_without_decimals_goes_out_whole(self, till: Till) -> None:
        payment = till.shop.capture("2000", "JPY")

        till.refund(payment, 500, currency="jpy")

        assert [(r.amount_minor, r.currency) for r in till.refunds(payment)] == [(500, "jpy")]

    def test_what_paypal_does_not_know(self, till: Till) -> None:
        with pytest.raises(CommandRejectedError) as refused:
            till.refund("8MC585209K746392H")

        assert refused.value.code == "unknown_at_provider"
        assert till.paypal.changes() == []


class TestAnAnswerThatIsLost:
    @pytest.mark.parametrize("kind", ["error", "hang", "reset", "rate_limited"])
    @pytest.mark.parametrize("when", ["before", "after"])
    @either
    def test_is_no_refusal_and_the_repeat_is_the_same_refund(
        self, till: Till, make: Any, kind: str, when: str
    ) -> None:
        payment = make(till.shop, "49.00")
        till.break_next_refund(kind, when)

        with pytest.raises(ProviderUnavailableError):
            till.refund(payment)
        answer = till.refund(payment)

        assert isinstance(answer, Accepted)
        assert [r.provider_id for r in till.refunds(payment)] == [answer.result_id]
        assert len(till.at_paypal(payment)) == 1

    @either
    def test_a_token_that_dies_in_mid_call_is_renewed(self, till: Till, make: Any) -> None:
        payment = make(till.shop, "49.00")
        till.refund(payment, number=1)
        till.clock.advance(timedelta(hours=1))
        till.break_next_refund("error", "before", status=401)

        till.refund(payment, number=2)

        assert len(till.refunds(payment)) == 2

    @either
    def test_dying_before_the_name_is_kept_leaves_a_refund_that_the_repeat_names(
        self, till: Till, make: Any
    ) -> None:
        payment = make(till.shop, "49.00")
        mortal = PayPalCommands(lambda: till.paypal.client, refunds=_DeadIndex())
        with pytest.raises(_Died):
            mortal.refund(RefundCommand(operation_id(), payment, 500, "eur"))

        answer = till.refund(payment)

        assert isinstance(answer, Accepted)
        assert [r.provider_id for r in till.refunds(payment)] == [answer.result_id]

    @either
    def test_even_after_paypal_has_forgotten_the_request_there_is_no_second(
        self, till: Till, make: Any
    ) -> None:
        """Nobody repeats it so late; if somebody did, the number of the invoice would tell."""
        payment = make(till.shop, "49.00")
        till.refund(payment)
        till.paypal.advance(days=60)
        till.clock.advance(timedelta(days=60))

        with pytest.raises(ProviderUnavailableError):
            till.refund(payment)

        assert len(till.at_paypal(payment)) == 1


class _Died(BaseException):
    pass


class _DeadIndex(MemoryRefundIndex):
    def remember(self, payment: ObjectReference, refund_id: str) -> None:
        raise _Died


# --- what is sent, and what each answer means ----------------------------------------------------

SALE, CAPTURE = "5C908745JK343851U", "2GG279541U471931P"
REQUESTS = {
    SALE: (
        f"/v1/payments/sale/{SALE}",
        {"amount": {"currency": "EUR", "total": "5.00"}, "invoice_number": operation_id()},
    ),
    CAPTURE: (
        f"/v2/payments/captures/{CAPTURE}",
        {
            "amount": {"currency_code": "EUR", "value": "5.00"},
            "custom_id": operation_id(),
            "invoice_id": operation_id(),
        },
    ),
}


def asked(payment: str, *answers: Answer | Exception) -> FakeHttp:
    http = FakeHttp()
    path, _ = REQUESTS[payment]
    http.answers(path, {"id": payment})
    http.on("POST", f"{BASE}{path}/refund", *answers)
    return http


def told(http: FakeHttp, payment: str, *, reason: str | None = None) -> CommandAnswer:
    commands = PayPalCommands(lambda: client_for(http), refunds=MemoryRefundIndex())
    return commands.refund(RefundCommand(operation_id(), payment, 500, "eur", reason))


@pytest.mark.parametrize("reason", [None, "duplicate", "fraudulent"])
@pytest.mark.parametrize("payment", REQUESTS)
def test_the_operation_is_the_request_id_and_stands_in_the_refund(
    payment: str, reason: str | None
) -> None:
    http = asked(payment, as_json({"id": "R-1"}, 201))

    assert told(http, payment, reason=reason) == Accepted("R-1")
    path, body = REQUESTS[payment]
    (request,) = http.asked_for(f"{path}/refund")
    assert json.loads(request.body or b"") == body
    assert request.headers["PayPal-Request-Id"] == f"op:{operation_id()}"


def refused(status: int, issue: str, *, is_v1: bool = False) -> Answer:
    body = {"name": issue} if is_v1 else {"name": "X", "details": [{"issue": issue}]}
    return as_json({**body, "message": "…"}, status)


REFUSALS = {
    "CAPTURE_FULLY_REFUNDED": "refund_exceeds_remaining",
    "REFUND_AMOUNT_EXCEEDED": "refund_exceeds_remaining",
    "TRANSACTION_ALREADY_REFUNDED": "refund_exceeds_remaining",
    "REFUND_EXCEEDED_TRANSACTION_AMOUNT": "refund_exceeds_remaining",
    "REFUND_TIME_LIMIT_EXCEEDED": "refund_too_late",
    "MAX_NUMBER_OF_REFUNDS_EXCEEDED": "too_many_refunds",
    "REFUND_FAILED_INSUFFICIENT_FUNDS": "insufficient_balance",
    "INSUFFICIENT_FUNDS": "insufficient_balance",
    "TRANSACTION_DISPUTED": "payment_disputed",
    "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK": "payment_disputed",
    "PENDING_CAPTURE": "payment_not_succeeded",
    "CURRENCY_MISMATCH": "currency_mismatch",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": "payer_account_closed",
    "INVALID_RESOURCE_ID": "unknown_at_provider",
    "SOMETHING_NEW": "refused_by_provider",
}


@pytest.mark.parametrize("status", [400, 404, 422])
@pytest.mark.parametrize("is_v1", [False, True])
@pytest.mark.parametrize("issue", REFUSALS)
def test_a_refusal_is_told_in_our_words(issue: str, is_v1: bool, status: int) -> None:
    with pytest.raises(CommandRejectedError) as refusal:
        told(asked(CAPTURE, refused(status, issue, is_v1=is_v1)), CAPTURE)

    assert refusal.value.code == REFUSALS[issue]


UNSURE: dict[str, Answer | Exception] = {
    "no connection": NoAnswerError("no"),
    "an endless answer": AnswerTooLargeError("no"),
    "500": refused(500, "INTERNAL_SERVER_ERROR"),
    "502, a page": Answer(502, b"<html>"),
    "503": refused(503, "SERVICE_UNAVAILABLE"),
    "too many requests": refused(429, "RATE_LIMIT_REACHED"),
    "another try is running": refused(409, "PREVIOUS_REQUEST_IN_PROGRESS"),
    "request time-out": Answer(408, b""),
    "the app may not": refused(403, "PERMISSION_DENIED"),
    "a new token is refused": refused(401, "AUTHENTICATION_FAILURE"),
    "the invoice number is known": refused(422, "DUPLICATE_INVOICE_ID"),
    "the invoice number is known, v1": refused(400, "DUPLICATE_TRANSACTION", is_v1=True),
    "the request id is known": refused(422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED"),
    "a redirect": Answer(302, b""),
    "a proxy's page": Answer(404, b"<html>"),
    "a proxy's JSON": as_json({"message": "no"}, 400),
    "done, not told what": as_json({}, 201),
    "done, a number": as_json({"id": 1}, 201),
    "done, a list": as_json([], 201),
    "done, no JSON": Answer(201, b"{"),
}


@pytest.mark.parametrize("answer", UNSURE)
def test_whatever_is_no_clear_refusal_may_have_happened(answer: str) -> None:
    with pytest.raises(ProviderError) as error:
        told(asked(CAPTURE, UNSURE[answer]), CAPTURE)

    assert type(error.value) is ProviderUnavailableError


def test_a_key_is_used_for_less_time_than_either_address_keeps_it() -> None:
    commands = PayPalCommands(lambda: client_for(FakeHttp()), refunds=MemoryRefundIndex())

    assert timedelta(days=20) < commands.key_window(OperationKind.REFUND) < timedelta(days=30)
