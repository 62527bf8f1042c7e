"""Adds, changes and takes away payment methods at Stripe.

A setup has its operation's key. Everything else sets what is to be, so it may be done again at any
time and takes no key: a key that is sent again after the next change would bring the old state
back as an answer and not as a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from frontdesk.adapters.stripe.mapping import OPERATION_METADATA, id_of
from frontdesk.adapters.stripe.sending import UNKNOWN_AT_PROVIDER, send
from frontdesk.domain.customer import Address
from frontdesk.domain.operation import idempotency_key_of
from frontdesk.ports.commands import CommandRejectedError
from frontdesk.ports.payment_methods import EditCommand, Setup, SetupCommand, UnknownSetupError

if TYPE_CHECKING:
    from stripe import StripeClient


class StripePaymentMethodCommands:
    def __init__(self, client: Callable[[], StripeClient]) -> None:
        """`client` makes or returns the client; it is asked at the first command."""
        self._client = client

    def set_up(self, command: SetupCommand) -> Setup:
        """Which kinds of methods are offered is the account's setting:
        https://docs.stripe.com/payments/save-and-reuse"""
        params = {
            "customer": command.customer,
            "usage": "off_session",
            "metadata": {OPERATION_METADATA: command.operation_id},
        }
        key = idempotency_key_of(command.operation_id)
        made = send(self._client(), "post", "/v1/setup_intents", params, idempotency_key=key)
        return Setup(made["id"], client_secret=made["client_secret"])

    def confirm(self, setup_id: str, *, customer: str) -> str:
        """The form on the shop's page has confirmed it with Stripe; this only looks."""
        found = self._setup_intent(setup_id)
        if found is None or id_of(found.get("customer")) != customer:
            raise UnknownSetupError("There is no such setup of this customer.")
        if found["status"] == "canceled":
            raise CommandRejectedError("setup_is_over")
        method = id_of(found.get("payment_method"))
        if found["status"] != "succeeded" or method is None:
            raise CommandRejectedError("setup_not_approved")
        return method

    def _setup_intent(self, setup_id: str) -> Mapping[str, Any] | None:
        try:
            path = f"/v1/setup_intents/{quote(setup_id, safe='')}"
            return send(self._client(), "get", path, {})
        except CommandRejectedError as error:
            if error.code == UNKNOWN_AT_PROVIDER:
                return None
            raise

    def make_default(self, method: str, *, customer: str) -> None:
        """https://docs.stripe.com/api/customers/update#update_customer-invoice_settings"""
        self._post(
            f"/v1/customers/{customer}",
            {"invoice_settings": {"default_payment_method": method}},
        )

    def use_default_for(self, subscription: str) -> None:
        self._post(f"/v1/subscriptions/{subscription}", {"default_payment_method": ""})

    def edit(self, command: EditCommand) -> None:
        """https://docs.stripe.com/api/payment_methods/update"""
        params: dict[str, Any] = {}
        if command.expiry is not None:
            params["card"] = {"exp_month": command.expiry.month, "exp_year": command.expiry.year}
        if command.billing_address is not None:
            params["billing_details"] = {"address": _address(command.billing_address)}
        self._post(f"/v1/payment_methods/{command.method}", params)

    def remove(self, method: str) -> None:
        """https://docs.stripe.com/api/payment_methods/detach"""
        self._post(f"/v1/payment_methods/{method}/detach", {})

    def _post(self, path: str, params: Mapping[str, Any]) -> None:
        send(self._client(), "post", path, params)


def _address(address: Address) -> dict[str, str]:
    """All of it: an empty text empties what stood there."""
    return {name: value or "" for name, value in asdict(address).items()}
