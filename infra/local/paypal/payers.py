"""The buyers: who they are, and how their money behaves."""

from typing import Any

from infra.local.paypal.account import PAYER, Account
from infra.local.paypal.errors import invalid_value
from infra.local.provider.exchange import Json

CONDUCTS = (
    "pays",
    "declines",
    "pends",  # an eCheck that clears after three days
    "refund_pends",  # completes after an hour
    "refund_fails",  # is pending, fails after an hour
    "refund_reverts",  # completes, and fails after an hour
)
_DEFAULT_NAME = {"given_name": "Zoë", "surname": "Doe"}


def payer_for(account: Account, given: Json) -> Json:
    """The buyer with this e-mail address, new or known; `conduct` changes how they pay."""
    email = given.get("email_address") or "buyer@personal.example.com"
    conduct = given.get("conduct")
    if conduct is not None and conduct not in CONDUCTS:
        raise invalid_value("/conduct", conduct)
    known = [p for p in account.store.of_kind("payer") if p["email"] == email]
    payer = known[0] if known else _new_payer(account, email, given)
    if conduct and payer["conduct"] != conduct:
        account.change(payer, conduct=conduct)
    return payer


def _new_payer(account: Account, email: str, given: Json) -> Json:
    address = (given.get("shipping_address") or given).get("address") or {}
    return account.add(
        "payer",
        given.get("payer_id") or account.ids.token(13, PAYER),
        email=email,
        name=given.get("name") or _DEFAULT_NAME,
        country=address.get("country_code", "US"),
        conduct="pays",
    )


def as_payer(payer: Json) -> Json:
    """A `payer` of orders and the vault."""
    return {
        "email_address": payer["email"],
        "payer_id": payer["id"],
        "name": payer["name"],
        "address": {"country_code": payer["country"]},
    }


def full_name(payer: Json) -> str:
    name: dict[str, Any] = payer["name"]
    spelled = " ".join(filter(None, (name.get("given_name"), name.get("surname"))))
    return spelled or str(name.get("full_name", ""))
