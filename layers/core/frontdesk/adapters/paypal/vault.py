"""Vaulted payment tokens as payment methods.

https://developer.paypal.com/docs/api/payment-tokens/v3/
"""

import re
from datetime import UTC, datetime

from frontdesk.adapters.paypal.fields import Json
from frontdesk.adapters.paypal.payers import payer, v2_address
from frontdesk.domain.snapshot import CustomerSnapshot, PaymentMethodSnapshot, ProviderName

_UNTOLD = datetime(1970, 1, 1, tzinfo=UTC)
"""PayPal does not say when a token was made."""
_PAYPAL = ProviderName.PAYPAL
_WALLETS = frozenset(("paypal", "venmo"))
_PAYER_ID = re.compile("[2-9A-HJ-NP-Z]{13}")
"""https://developer.paypal.com/docs/api/payment-tokens/v3/#definition-account_id"""


def payment_method_snapshot(token: Json) -> PaymentMethodSnapshot:
    """It is of the vault's customer, who has a payer's id wherever we set the method up, because
    we ask for that: whoever saved it has it, also where the wallet is somebody else's. Set up by
    others, a wallet is its payer's and a card the vault's customer's."""
    kind, source = next(iter(token["payment_source"].items()))
    card = source.get("card", source)
    person = _owner(token, payer(source, since=_UNTOLD) if kind in _WALLETS else None, card=card)
    year, _, month = (card.get("expiry") or "").partition("-")
    return PaymentMethodSnapshot(
        provider=_PAYPAL,
        provider_id=token["id"],
        customer=person.provider_id if person else None,
        created_at=_UNTOLD,
        type=kind,
        brand=card["brand"].lower() if card.get("brand") else None,
        last4=card.get("last_digits"),
        expiry_month=int(month) if month else None,
        expiry_year=int(year) if year else None,
        payer_email=source.get("email_address"),
        billing_address=v2_address(card.get("billing_address")),
        payer=person,
    )


def _owner(token: Json, person: CustomerSnapshot | None, *, card: Json) -> CustomerSnapshot | None:
    """`person` is who pays with a wallet; a card tells of nobody."""
    customer: str = (token.get("customer") or {}).get("id") or ""
    if person is None:
        name = card.get("name")
        return CustomerSnapshot(_PAYPAL, customer, _UNTOLD, name=name) if customer else None
    if customer == person.provider_id or not _PAYER_ID.fullmatch(customer):
        return person
    return CustomerSnapshot(_PAYPAL, customer, _UNTOLD)
