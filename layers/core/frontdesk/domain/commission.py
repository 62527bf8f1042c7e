"""What an affiliate earns of a payment, and gives back when the money goes back.

Cumulative: each booking is what is due on what the shop keeps now, less what is booked so far.
Partial refunds so leave no rest, a full refund leaves nothing, a refund that fails and a dispute
that is won restore what was earned. Nothing is deleted: what goes back after it was paid out is a
balance below zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.domain.ledger import totals
from frontdesk.domain.rounding import share_of

_WHOLE_BPS = 10_000


@dataclass(frozen=True, slots=True)
class RateTerms:
    """Basis points of what the shop keeps of the payment: 1250 are 12.5 %."""

    commission_bps: int


@dataclass(frozen=True, slots=True)
class FixedTerms:
    """For the whole payment, in its currency; less in proportion where a part goes back."""

    commission_minor: int


type CommissionTerms = RateTerms | FixedTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Whose payment it is. The terms are those of the day on which it was attributed, and stay."""

    affiliate_id: str
    terms: CommissionTerms
    currency: str
    attributed_at: datetime


class CommissionKind(StrEnum):
    COMMISSION = "commission"
    COMMISSION_REVERSAL = "commission_reversal"


@dataclass(frozen=True, slots=True)
class CommissionEntry:
    """`amount_minor` is signed: positive when the affiliate has earned more.

    `cause` is the key of the ledger entry that brought it about, so that each has one at most.
    """

    affiliate_id: str
    cause: str
    kind: CommissionKind
    amount_minor: int
    currency: str
    occurred_at: datetime

    @property
    def key(self) -> str:
        return f"{self.cause}#{self.affiliate_id}"


def commission_due(terms: CommissionTerms, *, captured_minor: int, net_minor: int) -> int:
    """On what the shop keeps (`net_minor`) of a payment of `captured_minor`; never below zero."""
    kept = min(max(net_minor, 0), captured_minor)
    match terms:
        case RateTerms(commission_bps):
            return share_of(kept, commission_bps, _WHOLE_BPS)
        case FixedTerms(commission_minor):
            return share_of(commission_minor, kept, captured_minor) if captured_minor else 0


def next_entry(
    attribution: Attribution,
    *,
    cause: str,
    occurred_at: datetime,
    captured_minor: int,
    net_minor: int,
    booked: Iterable[CommissionEntry],
) -> CommissionEntry | None:
    """What the payment's ledger says now, brought to the affiliate's account; None when it is.

    `booked` are all entries of this payment and affiliate. A cause that is told twice books once.
    """
    known = tuple(booked)
    due = commission_due(attribution.terms, captured_minor=captured_minor, net_minor=net_minor)
    amount = due - sum(entry.amount_minor for entry in known)
    if amount == 0 or cause in {entry.cause for entry in known}:
        return None
    is_more = amount > 0
    return CommissionEntry(
        affiliate_id=attribution.affiliate_id,
        cause=cause,
        kind=CommissionKind.COMMISSION if is_more else CommissionKind.COMMISSION_REVERSAL,
        amount_minor=amount,
        currency=attribution.currency,
        occurred_at=occurred_at,
    )


def balances(
    entries: Iterable[CommissionEntry], *, paid_out: Iterable[tuple[str, int]] = ()
) -> dict[str, int]:
    """By currency: what is kept of all that was earned, less what was paid out (currency, amount).

    Below zero where a payment went back after its commission was paid out.
    """
    left = totals(entries)
    for currency, amount_minor in paid_out:
        left[currency] = left.get(currency, 0) - amount_minor
    return left
