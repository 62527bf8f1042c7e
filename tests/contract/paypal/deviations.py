"""Where the stand-in departs from PayPal's descriptions of February 2024, and why.

Each change names what in the published description is not so; when a new description has it right,
`test_deviations.py` fails and the entry goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    file: str
    why: str
    edit: Callable[[Json], None]

    def apply(self, description: Json) -> None:
        self.edit(description)


# Asked of every stand-in, but PayPal describes it elsewhere, or not in a machine's words.
PATHS_WITHOUT_DESCRIPTION = frozenset(
    {
        ("POST", "/v1/oauth2/token"),  # https://developer.paypal.com/api/rest/authentication/
    }
)


def _is_oauth_error(status: int, body: Any) -> bool:
    """A dead token earns OAuth's own words: https://github.com/go-pay/gopay/issues/348."""
    return status == 401 and isinstance(body, dict) and "error" in body


def _is_rate_limited(status: int, body: Any) -> bool:
    """https://developer.paypal.com/api/rest/reference/rate-limiting: described by no operation."""
    return status == 429 and body["name"] == "RATE_LIMIT_REACHED"


def _schema(description: Json, name: str) -> Json:
    found: Json = description["components"]["schemas"][name]
    return found


def _no_parent_payment(description: Json) -> None:
    _schema(description, "sale")["required"].remove("parent_payment")


def _setup_tokens_become_payment_tokens(description: Json) -> None:
    _schema(description, "token_id_request")["properties"]["type"]["enum"].append("SETUP_TOKEN")


def _references_with_hyphens(description: Json) -> None:
    reference = _schema(description, "transaction_info")["properties"]["paypal_reference_id"]
    reference["pattern"] = "^[a-zA-Z0-9-]*$"


OTHER_ANSWERS = (_is_oauth_error, _is_rate_limited)
CHANGES: tuple[Change, ...] = (
    Change(
        "payments_payment_v1",
        "a subscription's sale has a billing_agreement_id in its place: "
        "https://github.com/shopware/SwagPayPal/pull/7",
        _no_parent_payment,
    ),
    Change(
        "vault_payment_tokens_v3",
        "a payment token is made of a setup token: "
        "https://developer.paypal.com/docs/api/payment-tokens/v3/#payment-tokens_create",
        _setup_tokens_become_payment_tokens,
    ),
    Change(
        "reporting_transactions_v1",
        "the id of a subscription, such as I-BW452GLLEP1G, is a reference of type SUB",
        _references_with_hyphens,
    ),
)
