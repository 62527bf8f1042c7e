"""Reads Stripe's objects. Each fetch is made of GETs only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from frontdesk.adapters.stripe import mapping
from frontdesk.adapters.stripe.installments import agreed_in, bills_of, installments_of
from frontdesk.adapters.stripe.subscription_mapping import subscription_snapshot
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName, Snapshot
from frontdesk.ports.provider import ProviderRejectedError, ProviderUnavailableError

if TYPE_CHECKING:
    from stripe import StripeClient, StripeError

type Json = dict[str, Any]

_PAGE_SIZE = 100
_WITH_SUBSCRIPTION = ["latest_invoice", "schedule.phases.items.price"]
_NOT_FOUND = 404
_TOO_MANY_REQUESTS = 429
_CONFLICT = 409
_SERVER_FAULT = 500
_SHAPE_ERRORS = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
"""Whatever reading an answer can raise; ArithmeticError and OSError: numbers and moments."""


class StripeShapeError(ProviderRejectedError):
    """Stripe answered something that the pinned version does not describe."""


class StripeProvider:
    def __init__(self, client: Callable[[], StripeClient]) -> None:
        """`client` makes or returns the client; it is asked at the first fetch."""
        self._client = client

    def fetch(self, reference: ObjectReference) -> Snapshot | None:
        if reference.provider is not ProviderName.STRIPE:
            raise ProviderRejectedError("This is not an object of Stripe's.")
        try:
            return self._fetchers()[reference.kind](reference.provider_id)
        except _SHAPE_ERRORS as error:
            # The error's own text may hold a value, so only its type is told.
            raise StripeShapeError(
                f"A {reference.kind} has not the expected shape ({type(error).__name__})."
            ) from None

    def _fetchers(self) -> Mapping[ObjectKind, Callable[[str], Snapshot | None]]:
        return {
            ObjectKind.CUSTOMER: self._customer,
            ObjectKind.PAYMENT_METHOD: self._payment_method,
            ObjectKind.PRODUCT: self._product,
            ObjectKind.PRICE: self._price,
            ObjectKind.SUBSCRIPTION: self._subscription,
            ObjectKind.INVOICE: self._invoice,
            ObjectKind.PAYMENT: self._payment,
            ObjectKind.CREDIT_MEMO: self._credit_memo,
        }

    def _customer(self, customer_id: str) -> Snapshot | None:
        found = self._get(f"/v1/customers/{customer_id}", expand=["tax_ids"])
        return mapping.customer_snapshot(found) if found is not None else None

    def _payment_method(self, method_id: str) -> Snapshot | None:
        found = self._get(f"/v1/payment_methods/{method_id}")
        return mapping.payment_method_snapshot(found) if found is not None else None

    def _product(self, product_id: str) -> Snapshot | None:
        found = self._get(f"/v1/products/{product_id}")
        return mapping.product_snapshot(found) if found is not None else None

    def _price(self, price_id: str) -> Snapshot | None:
        found = self._get(f"/v1/prices/{price_id}")
        return mapping.price_snapshot(found) if found is not None else None

    def _subscription(self, subscription_id: str) -> Snapshot | None:
        found = self._get(f"/v1/subscriptions/{subscription_id}", expand=_WITH_SUBSCRIPTION)
        if found is None:
            return None
        items = list(self._all_of(found["items"], subscription=subscription_id))
        agreed, plan = agreed_in(found), None
        if agreed is not None:
            invoices = list(self._list("/v1/invoices", subscription=subscription_id))
            plan = installments_of(agreed, bills_of(agreed, invoices), found, items=items)
        return subscription_snapshot(found, items=items, installments=plan)

    def _invoice(self, invoice_id: str) -> Snapshot | None:
        found = self._get(f"/v1/invoices/{invoice_id}", expand=["payments"])
        if found is None:
            return None
        lines = list(self._all_of(found["lines"]))
        payments = list(self._all_of(found.get("payments") or {"data": []}, invoice=invoice_id))
        notes: list[Json] = []
        if found["pre_payment_credit_notes_amount"] or found["post_payment_credit_notes_amount"]:
            notes = list(self._list("/v1/credit_notes", invoice=invoice_id))
        return mapping.invoice_snapshot(found, lines=lines, payments=payments, notes=notes)

    def _payment(self, charge_id: str) -> Snapshot | None:
        charge = self._get(f"/v1/charges/{charge_id}", expand=["refunds"])
        if charge is None:
            return None
        known = charge.get("refunds") or {"data": [], "has_more": True, "url": "/v1/refunds"}
        refunds = list(self._all_of(known, charge=charge_id))
        disputes: list[Json] = []
        if charge["disputed"]:
            disputes = list(self._list("/v1/disputes", charge=charge_id))
        return mapping.payment_snapshot(charge, refunds=refunds, disputes=disputes)

    def _credit_memo(self, note_id: str) -> Snapshot | None:
        found = self._get(f"/v1/credit_notes/{note_id}")
        return mapping.credit_memo_snapshot(found) if found is not None else None

    def _all_of(self, embedded: Json, **filters: str) -> Iterator[Json]:
        """An embedded list to its end: Stripe embeds ten objects at most."""
        yield from embedded["data"]
        if embedded.get("has_more"):
            after = embedded["data"][-1]["id"] if embedded["data"] else None
            # An address that names the owner (/v1/charges/ch_…/refunds) refuses to hear it twice.
            url = embedded["url"]
            missing = {name: value for name, value in filters.items() if value not in url}
            yield from self._list(url, after=after, **missing)

    def _list(self, path: str, *, after: str | None = None, **filters: str) -> Iterator[Json]:
        while True:
            position = {"starting_after": after} if after else {}
            page = self._request(path, {"limit": _PAGE_SIZE} | filters | position)
            yield from page["data"]
            if not page["has_more"]:
                return
            after = page["data"][-1]["id"]

    def _get(self, path: str, *, expand: list[str] | None = None) -> Json | None:
        """None when there is no such object, or it says of itself that it was deleted."""
        try:
            found = self._request(quote(path), {"expand": expand} if expand else {})
        except _MissingError:
            return None
        if found["id"] != path.rpartition("/")[2]:
            raise ValueError("This is another object.")
        return None if found.get("deleted") is True else found

    def _request(self, path: str, params: Mapping[str, Any]) -> Json:
        from stripe import APIConnectionError, StripeError  # noqa: PLC0415 - loaded by the client

        client = self._client()
        try:
            # Plain JSON: half the work of the SDK's typed objects, which nothing here needs.
            answer = client.raw_request("get", path, **params)
        except APIConnectionError as error:
            raise ProviderUnavailableError("Stripe could not be reached.") from error
        except StripeError as error:
            raise _translated(error) from error
        data: Json = answer.data
        return data


class _MissingError(ProviderRejectedError):
    pass


def _translated(error: StripeError) -> Exception:
    """Missing is only what Stripe itself says is missing: a 404 of a proxy, of a wrong address or
    of another service must never look like a deletion."""
    status = error.http_status
    if status == _NOT_FOUND and error.code == "resource_missing":
        return _MissingError("There is no such object at Stripe.")
    passing = (_NOT_FOUND, _TOO_MANY_REQUESTS, _CONFLICT)
    if status is None or status >= _SERVER_FAULT or status in passing:
        return ProviderUnavailableError(f"Stripe answered {status}.")
    return ProviderRejectedError(f"Stripe refused the request with {status}.")
