"""Stripe's test cards and how each behaves. Source: https://docs.stripe.com/testing"""

from dataclasses import dataclass

from infra.local.stripe.account import Account
from infra.local.stripe.errors import StripeError, card_declined, invalid_request
from infra.local.stripe.wire import Json


@dataclass(frozen=True, slots=True)
class TestCard:
    """`conduct`: succeeds, authenticates, disputes, refund_pends, refund_fails, or a decline."""

    brand: str
    last4: str
    conduct: str = "succeeds"
    country: str = "US"
    funding: str = "credit"


_DECLINES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
_OWN_CODE = {"expired_card", "authentication_required"}

CARDS = {
    "visa": TestCard("visa", "4242"),
    "visa_debit": TestCard("visa", "5556", funding="debit"),
    "mastercard": TestCard("mastercard", "4444"),
    "amex": TestCard("amex", "8431"),
    "discover": TestCard("discover", "1117"),
    "jcb": TestCard("jcb", "0505", country="JP"),
    "unionpay": TestCard("unionpay", "0005", country="CN"),
    "gb": TestCard("visa", "0005", country="GB"),
    "de": TestCard("visa", "0276", country="DE"),
    "chargeCustomerFail": TestCard("visa", "0341", "generic_decline"),
    "visa_chargeDeclinedInsufficientFunds": TestCard("visa", "9995", "insufficient_funds"),
    "visa_chargeDeclinedLostCard": TestCard("visa", "9987", "lost_card"),
    "chargeDeclinedExpiredCard": TestCard("visa", "0069", "expired_card"),
    "authenticationRequired": TestCard("visa", "3184", "authenticates"),
    "createDispute": TestCard("visa", "0259", "disputes"),
    "pendingRefund": TestCard("visa", "7726", "refund_pends"),
    "refundFail": TestCard("visa", "5126", "refund_fails"),
}


def card_named(token: str) -> TestCard:
    """`pm_card_visa` and `tok_visa` name the same card."""
    name = token.removeprefix("pm_card_").removeprefix("tok_")
    if name not in CARDS or name == token:
        raise invalid_request(f"No such token: '{token}'", code="resource_missing", param="card")
    return CARDS[name]


def card_object(card: TestCard, fingerprint: str) -> Json:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": 9,
        "exp_year": 2031,
        "fingerprint": fingerprint,
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def conduct_of(account: Account, payment_method_id: str) -> str:
    return str(account.store.notes.get(payment_method_id, {}).get("conduct", "succeeds"))


def decline_of(conduct: str) -> StripeError | None:
    if conduct not in _DECLINES:
        return None
    code = conduct if conduct in _OWN_CODE else "card_declined"
    return card_declined(conduct, _DECLINES[conduct], code=code)
