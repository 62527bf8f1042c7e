"""PayPal's disputes in the words that the rest of the house has for them."""

from collections import Counter
from collections.abc import Iterator

from frontdesk.adapters.paypal.amounts import money_of
from frontdesk.adapters.paypal.fields import Json, moment
from frontdesk.domain.snapshot import DisputeMovement, DisputeSnapshot

_OPEN_STATUSES = {
    "OPEN": "needs_response",
    "WAITING_FOR_SELLER_RESPONSE": "needs_response",
    "WAITING_FOR_BUYER_RESPONSE": "under_review",
    "UNDER_REVIEW": "under_review",
    "OTHER": "under_review",
}
_OUTCOMES = {
    # https://developer.paypal.com/docs/api/customer-disputes/v1/#definition-dispute_outcome
    "RESOLVED_SELLER_FAVOUR": "won",
    "RESOLVED_WITH_PAYOUT": "won",
    "CANCELED_BY_BUYER": "won",
    "DENIED": "won",
    "RESOLVED_BUYER_FAVOUR": "lost",
    "ACCEPTED": "lost",
}
_SETTLEMENT = "DISPUTE_SETTLEMENT"
"""The disputed money itself; the other reasons are fees, which are not the customer's."""


def dispute_snapshot(dispute: Json, *, currency: str) -> DisputeSnapshot:
    """`currency` is the payment's: a movement in another one moved the disputed amount."""
    money = money_of(dispute["dispute_amount"])
    movements = tuple(_movements(dispute, currency=currency))
    return DisputeSnapshot(
        provider_id=dispute["dispute_id"],
        amount_minor=money.amount,
        currency=money.currency,
        status=_status(dispute, movements),
        created_at=moment(dispute["create_time"]),
        movements=movements,
        reason=dispute["reason"].lower() if dispute.get("reason") else None,
    )


def _status(dispute: Json, movements: tuple[DisputeMovement, ...]) -> str:
    if dispute["status"] != "RESOLVED":
        return _OPEN_STATUSES[dispute["status"]]
    outcome = (dispute.get("dispute_outcome") or {}).get("outcome_code")
    if outcome in _OUTCOMES:
        return _OUTCOMES[outcome]
    return "lost" if sum(movement.amount_minor for movement in movements) < 0 else "won"


def _movements(dispute: Json, *, currency: str) -> Iterator[DisputeMovement]:
    """What left and came back to the seller's balance.

    PayPal gives movements no id. What one says of itself never changes, so its id is made of that,
    with a number where two say the same.
    """
    seen: Counter[str] = Counter()
    for movement in dispute.get("money_movements") or ():
        if movement.get("affected_party") != "SELLER" or movement.get("reason") != _SETTLEMENT:
            continue
        money = money_of(movement["amount"])
        if money.currency != currency:
            money = money_of(dispute["dispute_amount"])
        sign = {"DEBIT": -1, "CREDIT": 1}[movement["type"]]
        amount = sign * abs(money.amount)
        name = f"{dispute['dispute_id']}:{movement['initiated_time']}:{amount}"
        seen[name] += 1
        yield DisputeMovement(
            provider_id=name if seen[name] == 1 else f"{name}:{seen[name]}",
            amount_minor=amount,
            occurred_at=moment(movement["initiated_time"]),
        )
