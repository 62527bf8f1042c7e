"""Reads PayPal's objects. Each fetch is made of GETs only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.adapters.paypal.client import PayPalClient, PayPalShapeError, segment
from frontdesk.adapters.paypal.fields import SHAPE_ERRORS, Json, id_in_link, moment
from frontdesk.adapters.paypal.payers import payer, v1_payer
from frontdesk.adapters.paypal.payments import Surroundings, capture_snapshot, sale_snapshot
from frontdesk.adapters.paypal.plans import price_snapshot, product_snapshot
from frontdesk.adapters.paypal.refunds import Refunds
from frontdesk.adapters.paypal.standing import read_standing
from frontdesk.adapters.paypal.vault import payment_method_snapshot
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName, Snapshot
from frontdesk.ports.provider import ProviderRejectedError
from frontdesk.ports.refund_index import RefundIndex


class PayPalProvider:
    def __init__(self, client: Callable[[], PayPalClient], *, refunds: RefundIndex) -> None:
        """`client` makes or returns the client; it is asked at the first fetch."""
        self._client = client
        self._refunds = refunds

    def fetch(self, reference: ObjectReference) -> Snapshot | None:
        if reference.provider is not ProviderName.PAYPAL:
            raise ProviderRejectedError("This is not an object of PayPal's.")
        fetcher = self._fetchers().get(reference.kind)
        if fetcher is None:
            raise ProviderRejectedError(f"PayPal has no {reference.kind} to fetch.")
        try:
            return fetcher(reference.provider_id)
        except SHAPE_ERRORS as error:
            # The error's own text may hold a value, so only its type is told.
            raise PayPalShapeError(
                f"A {reference.kind} has not the expected shape ({type(error).__name__})."
            ) from None

    def _fetchers(self) -> Mapping[ObjectKind, Callable[[str], Snapshot | None]]:
        return {
            ObjectKind.PAYMENT_METHOD: self._payment_method,
            ObjectKind.PRODUCT: self._product,
            ObjectKind.PRICE: self._price,
            ObjectKind.SUBSCRIPTION: self._subscription,
            ObjectKind.PAYMENT: self._payment,
        }

    def _payment_method(self, token_id: str) -> Snapshot | None:
        found = self._get("/v3/vault/payment-tokens/", token_id)
        return payment_method_snapshot(found) if found is not None else None

    def _product(self, product_id: str) -> Snapshot | None:
        found = self._get("/v1/catalogs/products/", product_id)
        return product_snapshot(found) if found is not None else None

    def _price(self, plan_id: str) -> Snapshot | None:
        found = self._get("/v1/billing/plans/", plan_id)
        return price_snapshot(found) if found is not None else None

    def _subscription(self, subscription_id: str) -> Snapshot | None:
        found = read_standing(self._client(), subscription_id)
        return found.snapshot if found is not None else None

    def _payment(self, payment_id: str) -> Snapshot | None:
        """Sales and captures have ids of one kind; only the address tells them apart."""
        sale = self._get("/v1/payments/sale/", payment_id)
        if sale is not None:
            return sale_snapshot(sale, self._around_sale(sale))
        capture = self._get("/v2/payments/captures/", payment_id)
        if capture is not None:
            return capture_snapshot(capture, self._around_capture(capture))
        return None

    def _around_sale(self, sale: Json) -> Surroundings:
        agreement, parent_id = sale.get("billing_agreement_id"), sale.get("parent_payment")
        subscription = parent = None
        if agreement:
            subscription = self._get("/v1/billing/subscriptions/", agreement)
        elif parent_id:
            parent = self._get("/v1/payments/payment/", parent_id)
        person = None
        if subscription is not None:
            since = moment(subscription["create_time"])
            person = payer(subscription.get("subscriber") or {}, since=since)
        elif parent is not None:
            info = (parent.get("payer") or {}).get("payer_info") or {}
            person = v1_payer(info, since=moment(parent["create_time"]))
        disputes = self._disputes(sale["id"])
        return Surroundings(
            refunds=self._refunds_of(sale, disputes, parent=parent),
            disputes=disputes,
            payer=person,
            method_type="paypal",
        )

    def _around_capture(self, capture: Json) -> Surroundings:
        related = (capture.get("supplementary_data") or {}).get("related_ids") or {}
        order_id = related.get("order_id") or id_in_link(capture, "up", collection="orders")
        order = self._get("/v2/checkout/orders/", order_id) if order_id else None
        kind, source = _payment_source(order)
        person = None
        if order is not None:
            since = moment(order.get("create_time") or capture["create_time"])
            person = payer(order.get("payer") or {}, since=since) or payer(source, since=since)
        disputes = self._disputes(capture["id"])
        return Surroundings(
            refunds=self._refunds_of(capture, disputes, order=order),
            disputes=disputes,
            payer=person,
            description=_description(order),
            method_type=kind,
            method_brand=source["brand"].lower() if source.get("brand") else None,
            method_last4=source.get("last_digits"),
        )

    def _refunds_of(
        self, payment: Json, disputes: list[Json], **listed_in: Json | None
    ) -> list[Json]:
        refunds = Refunds(self._client(), index=self._refunds)
        known = refunds.of(payment, **listed_in)
        if disputes:
            # A payment that was taken back says that it is refunded, and no refund explains it.
            return known
        return refunds.with_those_that_nobody_named(payment, known)

    def _disputes(self, payment_id: str) -> list[Json]:
        """In full: the list does not tell the movements of money."""
        listed = self._client().get(
            "/v1/customer/disputes", {"disputed_transaction_id": payment_id, "page_size": 50}
        )
        names = [one["dispute_id"] for one in (listed or {}).get("items", ())]
        found = [self._client().get(f"/v1/customer/disputes/{segment(name)}") for name in names]
        return [dispute for dispute in found if dispute is not None]

    def _get(self, place: str, name: str) -> dict[str, Any] | None:
        found = self._client().get(place + segment(name))
        if found is not None and found["id"] != name:
            raise ValueError("This is another object.")
        return found


def _payment_source(order: Json | None) -> tuple[str | None, Json]:
    sources = (order or {}).get("payment_source") or {}
    return next(iter(sources.items()), (None, {}))


def _description(order: Json | None) -> str | None:
    units = (order or {}).get("purchase_units") or [{}]
    description: str | None = units[0].get("description")
    return description
