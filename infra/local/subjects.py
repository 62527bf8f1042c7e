"""Who and what of a shop the printed lines can be about: found by asking its API."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from infra.local.api_calls import call
from infra.local.stack_file import Stack

PROVIDERS = ("stripe", "paypal")
_PART_MINOR = 500
"""Given back by the printed refund: a part of nearly every payment."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """Of one provider: a payment to give back from, and two subscriptions of different people."""

    transaction_id: str
    currency: str
    amount_minor: int
    customer_id: str
    cancelable_id: str
    """This customer's."""
    pausable_id: str


def customers(shop: Stack) -> list[Any]:
    """The best first."""
    address = f"{shop.api_url}/v1/customers?sort=lifetime_value&order=desc&limit=100"
    found: list[Any] = call("GET", address, token=shop.owner_key)["data"]
    return found


def subjects(shop: Stack, known: list[Any]) -> dict[str, dict[str, Any]]:
    """By provider; nothing for one whose customers have not enough of all that."""
    found = {name: _subjects_of(name, shop, known) for name in PROVIDERS}
    return {name: asdict(one) for name, one in found.items() if one}


def _subjects_of(provider: str, shop: Stack, known: list[Any]) -> Subjects | None:
    theirs = [one for one in known if _is_of(one, provider)]
    payment = next(_untouched_payments(shop, theirs), None)
    free = _free_subscriptions(shop, theirs)
    cancelable, pausable = next(free, None), next(free, None)
    if not (payment and cancelable and pausable):
        return None
    return Subjects(
        transaction_id=payment["id"],
        currency=payment["amount"]["currency"],
        amount_minor=min(_PART_MINOR, payment["amount"]["amount"]),
        customer_id=cancelable["customer_id"],
        cancelable_id=cancelable["id"],
        pausable_id=pausable["id"],
    )


def _is_of(customer: Any, provider: str) -> bool:
    origin = customer["provider"]
    return bool(customer["status"] == "active" and origin and origin["name"] == provider)


def _untouched_payments(shop: Stack, theirs: list[Any]) -> Iterator[Any]:
    for customer in theirs:
        for one in _listed(shop, customer, "transactions"):
            is_whole = not one["refunds"] and not one["disputes"]
            if one["status"] == "succeeded" and is_whole:
                yield one


def _free_subscriptions(shop: Stack, theirs: list[Any]) -> Iterator[Any]:
    """One of each customer, with nothing pending."""
    for customer in theirs:
        if all(one["status"] != "active" for one in customer["subscriptions"]):
            continue
        active = (
            one
            for one in _listed(shop, customer, "subscriptions")
            if one["status"] == "active" and one["pending"] is None
        )
        yield from (one for one in (next(active, None),) if one)


def _listed(shop: Stack, customer: Any, what: str) -> list[Any]:
    address = f"{shop.api_url}/v1/customers/{customer['id']}/{what}?limit=100"
    found: list[Any] = call("GET", address, token=shop.owner_key)["data"]
    return found
