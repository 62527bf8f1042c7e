"""Adds saved wallets at PayPal, and takes them away.

A setup and what comes of it have a request id each, which PayPal keeps for three hours: the
operation's, and one that follows from the setup, so that one setup becomes one wallet.
https://developer.paypal.com/docs/api/payment-tokens/v3/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.adapters.paypal.client import (
    PayPalClient,
    PayPalRefusedError,
    PayPalShapeError,
    segment,
)
from frontdesk.adapters.paypal.fields import links
from frontdesk.adapters.paypal.refusals import refusal_of
from frontdesk.domain.ids import derived_id
from frontdesk.domain.operation import idempotency_key_of
from frontdesk.ports.commands import CommandRejectedError
from frontdesk.ports.payment_methods import EditCommand, Setup, SetupCommand, UnknownSetupError

_SETUPS, _WALLETS = "/v3/vault/setup-tokens", "/v3/vault/payment-tokens"
_APPROVED = "APPROVED"
_WAITING = frozenset(("CREATED", "PAYER_ACTION_REQUIRED"))


class PayPalPaymentMethodCommands:
    def __init__(self, client: Callable[[], PayPalClient]) -> None:
        """`client` makes or returns the client; it is asked at the first command."""
        self._client = client

    def set_up(self, command: SetupCommand) -> Setup:
        """The payer's id is the vault's customer, so that the wallet is found to be theirs."""
        address = command.return_to
        wallet = {
            "usage_type": "MERCHANT",
            "experience_context": {
                "return_url": address,
                "cancel_url": address,
                "shipping_preference": "NO_SHIPPING",
            },
        }
        body = {"customer": {"id": command.customer}, "payment_source": {"paypal": wallet}}
        made = self._post(_SETUPS, body, request_id=idempotency_key_of(command.operation_id))
        approve_url = next(iter(links(made, "approve")), None)
        if approve_url is None:
            raise PayPalShapeError("A setup has no link for its buyer.")
        return Setup(str(made["id"]), approve_url=approve_url)

    def confirm(self, setup_id: str, *, customer: str) -> str:
        found = self._client().get(f"{_SETUPS}/{segment(setup_id)}")
        if found is None or (found.get("customer") or {}).get("id") != customer:
            raise UnknownSetupError("There is no such setup of this customer.")
        if found["status"] in _WAITING:
            raise CommandRejectedError("setup_not_approved")
        token = {"id": setup_id, "type": "SETUP_TOKEN"}
        operation_id = derived_id("op", origin=f"paypal:setup:{setup_id}")
        try:
            made = self._post(
                _WALLETS,
                {"payment_source": {"token": token}},
                request_id=idempotency_key_of(operation_id),
            )
        except CommandRejectedError as error:
            if found["status"] == _APPROVED:
                raise
            # Used before, and so long ago that PayPal has forgotten what came of it.
            raise CommandRejectedError("setup_is_over") from error
        return str(made["id"])

    def make_default(self, method: str, *, customer: str) -> None:
        raise CommandRejectedError("not_offered_by_provider")

    def use_default_for(self, subscription: str) -> None:
        raise CommandRejectedError("not_offered_by_provider")

    def edit(self, command: EditCommand) -> None:
        raise CommandRejectedError("not_offered_by_provider")

    def remove(self, method: str) -> None:
        try:
            self._client().delete(f"{_WALLETS}/{segment(method)}")
        except PayPalRefusedError as error:
            raise refusal_of(error) from error

    def _post(self, path: str, body: Mapping[str, Any], *, request_id: str) -> dict[str, Any]:
        try:
            return self._client().post(path, body, request_id=request_id)
        except PayPalRefusedError as error:
            raise refusal_of(error) from error
