"""The lines that `make run` prints: to be pasted in their order into any shell."""

import json
from typing import Any

from infra.local.stack_file import Stack
from infra.local.stand_ins import TITLES

type Example = tuple[str, str]
"""What it shows, and the command."""

_KEY = '-H "Idempotency-Key: $(uuid)"'
_OWNER, _ME, _JSON = '-H "$owner"', '-H "$me"', '-H "$json"'
_FUNCTIONS = r"""uuid() { cat /proc/sys/kernel/random/uuid; }
token() {
  shown=$(cat)
  printf '%s\n' "$shown" >&2
  printf '%s\n' "$shown" | sed -n 's/.*"plan_token": *"\([^"]*\)".*/\1/p'
}"""
"""`token` shows a preview and hands on what holds the command to it."""


def preamble(shop: Stack) -> str:
    """What the lines are short by; pasted first."""
    values = {
        "api": shop.api_url,
        "owner": f"Authorization: Bearer {shop.owner_key}",
        "me": f"Authorization: Bearer {shop.customer_token}" if shop.customer_token else None,
        "json": "Content-Type: application/json",
    }
    variables = [f"{name}='{value}'" for name, value in values.items() if value]
    return "\n".join((*variables, _FUNCTIONS))


def examples(shop: Stack) -> list[Example]:
    best = '"$api/v1/customers?sort=lifetime_value&order=desc&limit=3"'
    order = """-d '{"kind": "customers", "format": "csv"}'"""
    return [
        ("what the storefront shows before sign-in", "curl -s $api/v1/storefront"),
        ("the shop's best customers", f"curl -s {_OWNER} {best}"),
        *(_of_a_customer(shop) if shop.customer_token else _of_an_empty_shop()),
        (
            "order the CSV of all",
            f"curl -s -X POST {_OWNER} {_JSON} {_KEY} {order} $api/v1/exports",
        ),
        *(line for name in shop.subjects for line in _commands(name, shop)),
    ]


def _of_a_customer(shop: Stack) -> list[Example]:
    paid = f"curl -s {_OWNER} $api/v1/customers/{shop.customer_id}/transactions"
    return [
        ("one customer's own data, as that customer", f"curl -s {_ME} $api/v1/me"),
        ("what that customer paid, as the shop", paid),
    ]


def _of_an_empty_shop() -> list[Example]:
    return [
        ("whether all is well", "curl -s $api/v1/health"),
        ("the shop's settings", f"curl -s {_OWNER} $api/v1/settings"),
    ]


def _commands(name: str, shop: Stack) -> list[Example]:
    """Each is shown first and then done. A customer cancels where the signed-in one can."""
    found, provider = shop.subjects[name], TITLES[name]
    amount = {"amount": found["amount_minor"], "currency": found["currency"]}
    refund = {"amount": amount, "reason": "requested_by_customer"}
    is_mine = found["customer_id"] == shop.customer_id
    who, whose, me = ("that customer", "me/", _ME) if is_mine else ("the shop", "", _OWNER)
    cancel = {"when": "period_end", "reason": "too_expensive"}
    pausable, cancelable = (
        f"subscriptions/{found[one]}" for one in ("pausable_id", "cancelable_id")
    )
    return [
        *_twice(
            f"a refund at {provider}", f"transactions/{found['transaction_id']}/refunds", refund
        ),
        *_twice(f"a pause at {provider}", f"{pausable}/pause", {}),
        *_twice(
            f"a cancellation at {provider}, as {who}", f"{whose}{cancelable}/cancel", cancel, by=me
        ),
    ]


def _twice(title: str, path: str, body: dict[str, Any], *, by: str = _OWNER) -> list[Example]:
    post = f"curl -s -X POST {by} {_JSON} {_KEY}"
    address, shown = f"$api/v1/{path}", json.dumps(body)
    done = json.dumps({**body, "plan_token": "'$plan'"})
    preview = f"{post} -d '{shown}' \"{address}?preview=true\" | token"
    return [
        (f"{title}: what would happen", f"plan=$({preview})"),
        (f"{title}: do exactly that", f"{post} -d '{done}' {address}"),
    ]
