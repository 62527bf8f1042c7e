"""Vaulted payment tokens as payment methods.

https://developer.paypal.com/docs/api/payment-tokens/v3/
"""

from datetime import UTC, datetime

from frontdesk.adapters.paypal.fields import Json
from frontdesk.adapters.paypal.payers import payer
from frontdesk.domain.snapshot import CustomerSnapshot, PaymentMethodSnapshot, ProviderName

_UNTOLD = datetime(1970, 1, 1, tzinfo=UTC)
"""PayPal does not say when a token was made."""
_WALLETS = frozenset(("paypal", "venmo"))


def payment_method_snapshot(token: Json) -> PaymentMethodSnapshot:
    """A wallet is its payer's. A card is of the vault's customer, who has the payer's id wherever
    we set the card up, because we ask for that."""
    kind, source = next(iter(token["payment_source"].items()))
    card = source.get("card", source)
    person = payer(source, since=_UNTOLD) if kind in _WALLETS else _cardholder(token, card)
    year, _, month = (card.get("expiry") or "").partition("-")
    return PaymentMethodSnapshot(
        provider=ProviderName.PAYPAL,
        provider_id=token["id"],
        customer=person.provider_id if person else None,
        created_at=_UNTOLD,
        type=kind,
        brand=card["brand"].lower() if card.get("brand") else None,
        last4=card.get("last_digits"),
        expiry_month=int(month) if month else None,
        expiry_year=int(year) if year else None,
        payer_email=source.get("email_address"),
        payer=person,
    )


def _cardholder(token: Json, card: Json) -> CustomerSnapshot | None:
    customer = (token.get("customer") or {}).get("id")
    if not customer:
        return None
    return CustomerSnapshot(ProviderName.PAYPAL, customer, _UNTOLD, name=card.get("name"))
