"""Tells PayPal what to do.

A refund has a request id, under which PayPal answers the same refund again. Verbs on subscriptions
have none: they are read, decided, done, and where PayPal refuses, read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from frontdesk.adapters.paypal.amounts import amount_of, v1_amount_of
from frontdesk.adapters.paypal.client import (
    PayPalClient,
    PayPalRefusedError,
    PayPalShapeError,
    segment,
)
from frontdesk.adapters.paypal.fields import SHAPE_ERRORS, links
from frontdesk.adapters.paypal.refusals import refusal_of
from frontdesk.adapters.paypal.standing import Standing, read_standing
from frontdesk.adapters.paypal.subscription_calls import VERBS, Call, Verb
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationKind, idempotency_key_of
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.ports.commands import (
    Accepted,
    CommandAnswer,
    CommandRejectedError,
    CreditMemoCommand,
    NeedsBuyer,
    RefundCommand,
    SubscriptionCommand,
)
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.ports.refund_index import RefundIndex

_SALES = "/v1/payments/sale/"
_CAPTURES = "/v2/payments/captures/"

_WINDOWS: Mapping[OperationKind, timedelta] = {
    OperationKind.REFUND: timedelta(days=28),
    OperationKind.CANCEL: timedelta(hours=23),
}
"""PayPal keeps the request id of a v2 refund for 45 days, of a v1 one for 30: two days less, for
clocks and for a call that was long on its way. What is over stays over, so a cancellation may be
repeated; after a day nobody expects it."""
_STATE_WINDOW = timedelta(hours=1)
"""Read, decided and done again, a verb does no harm as long as nobody else has changed the
subscription in between: an old pause must not undo a newer resume."""


class PayPalCommands:
    def __init__(self, client: Callable[[], PayPalClient], *, refunds: RefundIndex) -> None:
        """`client` makes or returns the client; it is asked at the first command."""
        self._client = client
        self._refunds = refunds

    def key_window(self, kind: OperationKind) -> timedelta:
        """By kind of operation: an end that is brought about by a pause is still an end."""
        return _WINDOWS.get(kind, _STATE_WINDOW)

    # --- refunds -----------------------------------------------------------------------------

    def refund(self, command: RefundCommand) -> CommandAnswer:
        """The refund's name is kept before anything is answered: PayPal has no list of refunds.

        Dying before that leaves an open operation; the repeat names the same refund.
        """
        made = self._once(lambda client: _refunded(client, command))
        name = made.get("id")
        if not isinstance(name, str) or not name:
            raise ProviderUnavailableError("PayPal does not name the refund.")
        payment = ObjectReference(ProviderName.PAYPAL, ObjectKind.PAYMENT, command.payment)
        self._refunds.remember(payment, name)
        return Accepted(result_id=name)

    def issue_credit_memo(self, command: CreditMemoCommand) -> CommandAnswer:
        """PayPal's own invoices are another product: no sale or capture has one."""
        raise CommandRejectedError("not_offered_by_provider")

    # --- subscriptions -------------------------------------------------------------------------

    def change_subscription(self, command: SubscriptionCommand) -> CommandAnswer:
        """PayPal has no date and no period's end for any verb: whoever wants one waits for it."""
        verb = VERBS.get(command.kind)
        if verb is None or command.at is not None or command.at_period_end:
            raise CommandRejectedError("not_offered_by_provider")
        standing = self._standing(command)
        if verb.is_done(command, standing):
            return Accepted()
        call = verb.call(command, standing)
        try:
            return self._once(lambda client: _carried_out(client, call))
        except CommandRejectedError as refusal:
            return self._after_refusal(command, verb, refusal)

    def _after_refusal(
        self, command: SubscriptionCommand, verb: Verb, refusal: CommandRejectedError
    ) -> CommandAnswer:
        """Refused perhaps because somebody else, or an earlier try, was faster."""
        standing = self._standing(command)
        if verb.is_done(command, standing):
            return Accepted()
        verb.call(command, standing)  # where the state forbids it, this says so better
        raise refusal

    def _standing(self, command: SubscriptionCommand) -> Standing:
        found = self._once(lambda client: read_standing(client, command.subscription))
        if found is None:
            raise CommandRejectedError("unknown_at_provider")
        return found

    def _once[T](self, exchange: Callable[[PayPalClient], T]) -> T:
        """A refusal only where PayPal itself says that it understood and did nothing."""
        try:
            return exchange(self._client())
        except PayPalRefusedError as error:
            raise refusal_of(error) from error
        except (PayPalShapeError, *SHAPE_ERRORS) as error:
            # Its own text may hold a value, so only its type is told.
            kind = type(error).__name__
            raise ProviderUnavailableError(f"PayPal's answer cannot be read ({kind}).") from None


def _carried_out(client: PayPalClient, call: Call) -> CommandAnswer:
    if call.method == "PATCH":
        client.patch(call.path, call.body)
        return Accepted()
    answer = client.post(call.path, call.body)
    approve_url = next(iter(links(answer, "approve")), None)
    return NeedsBuyer(approve_url) if approve_url else Accepted()


def _refunded(client: PayPalClient, command: RefundCommand) -> Mapping[str, Any]:
    """A sale (v1, of a subscription) or a capture (v2, of an order): ids do not tell which, and
    the addresses of captures may answer for sales, so sales are asked first.

    The invoice number is unique at PayPal, which refuses a second refund with it even after it
    has forgotten the request id. No reason is passed on: PayPal would mail it to the buyer.
    """
    name, money = segment(command.payment), Money(command.amount_minor, command.currency)
    operation = command.operation_id
    if client.get(_SALES + name) is not None:
        path = f"{_SALES}{name}/refund"
        body: dict[str, Any] = {"amount": v1_amount_of(money), "invoice_number": operation}
    elif client.get(_CAPTURES + name) is not None:
        path = f"{_CAPTURES}{name}/refund"
        names = {"custom_id": operation, "invoice_id": operation}
        body = {"amount": amount_of(money), **names}
    else:
        raise CommandRejectedError("unknown_at_provider")
    return client.post(path, body, request_id=idempotency_key_of(operation))
