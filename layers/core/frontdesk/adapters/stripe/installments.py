"""A plan of n payments, as Stripe keeps it.

It begins as a subscription schedule whose last phase has an end, at which the subscription ends
too. Such an end stands fast while a pause lets invoices go by, which would swallow instalments.
So whoever of us pauses it or plans another end takes it off the schedule first: from then on the
subscription itself says how many payments were agreed, in its metadata, and `cancel_at` is moved
so that as many invoices fall due before it as are still to be paid. See ADR 0017.

    start ──┬──┬──┬──┬──┬──┬──▶ end
            paid│void │due      = one period after the last invoice that is to be paid
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from frontdesk.domain.cycle import end_of_cycle
from frontdesk.domain.snapshot import Installments
from frontdesk.domain.times import from_epoch

type Json = Mapping[str, Any]

TOTAL_METADATA = "frontdesk_installments"
SINCE_METADATA = "frontdesk_installments_since"
_OF_A_PERIOD = frozenset(("subscription_create", "subscription_cycle"))
_LONGEST = 1000
"""No plan has more payments; a guard against endless counting."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """`total` payments, the first of them for the period that began at `since_epoch_seconds`."""

    total: int
    since_epoch_seconds: int


@dataclass(frozen=True, slots=True)
class Bills:
    """How many of the plan's invoices are `paid`, and how many more are being collected."""

    paid: int
    owed: int


def agreed_in(subscription: Json) -> Agreed | None:
    """None where it is no plan of n payments. The schedule has to be there with its prices."""
    metadata = subscription.get("metadata") or {}
    total, since = (_whole(metadata.get(name)) for name in (TOTAL_METADATA, SINCE_METADATA))
    if total is not None and since is not None:
        return Agreed(total, since)
    schedule = subscription.get("schedule")
    if not isinstance(schedule, Mapping) or schedule["end_behavior"] != "cancel":
        return None
    if schedule["status"] not in ("active", "completed", "canceled"):
        return None
    phases: Sequence[Json] = schedule["phases"]
    return Agreed(sum(_periods_in(phase) for phase in phases), phases[0]["start_date"])


def _whole(text: object) -> int | None:
    is_number = isinstance(text, str) and text.isascii() and text.isdecimal()
    return int(text) if is_number and isinstance(text, str) and len(text) <= 12 else None


def _periods_in(phase: Json) -> int:
    """How often it is paid: not in a trial."""
    if phase.get("trial"):
        return 0
    begin = max(phase["start_date"], phase.get("trial_end") or 0)
    recurring = phase["items"][0]["price"]["recurring"]
    begins = (_boundary(begin, recurring, number) for number in range(_LONGEST))
    return sum(1 for _ in takewhile(lambda at: at < phase["end_date"], begins))


def bills_of(agreed: Agreed, invoices: Sequence[Json]) -> Bills:
    """`invoices` are all the subscription's. A free one, of a trial, is no payment."""
    counted = [
        invoice
        for invoice in invoices
        if invoice["billing_reason"] in _OF_A_PERIOD
        and invoice["total"] > 0
        and invoice["created"] >= agreed.since_epoch_seconds
    ]
    return Bills(
        paid=sum(invoice["status"] == "paid" for invoice in counted),
        owed=sum(_is_owed(invoice) for invoice in counted),
    )


def _is_owed(invoice: Json) -> bool:
    """A draft that nobody finalizes is of a pause."""
    is_coming = invoice["status"] == "draft" and invoice["auto_advance"]
    return bool(is_coming or invoice["status"] == "open")


def end_of_plan(agreed: Agreed, bills: Bills, subscription: Json, item: Json) -> int | None:
    """Epoch seconds; None while a pause has no end.

    Periods are counted from the billing cycle's anchor, so that the 31st comes back.
    """
    pause = subscription.get("pause_collection") or {}
    if pause and pause.get("resumes_at") is None:
        return None
    missing = max(agreed.total - bills.paid - bills.owed, 0)
    return _end(missing, subscription, item, resumes_at=pause.get("resumes_at"))


def _end(missing: int, subscription: Json, item: Json, *, resumes_at: int | None) -> int:
    """The boundary after the last of `missing` invoices; the first falls due with the next period
    that begins when nothing is paused any more."""
    anchor, recurring = subscription["billing_cycle_anchor"], item["price"]["recurring"]
    begins = max(item["current_period_end"], resumes_at or 0) if missing else 0
    first = max(begins, item["current_period_end"])
    number = _first_boundary(anchor, recurring, first)
    return _boundary(anchor, recurring, number + missing)


def _first_boundary(anchor: int, recurring: Json, at: int) -> int:
    """The number of the first boundary that is not before `at`."""
    number = 0
    while _boundary(anchor, recurring, number) < at:
        number += 1
    return number


def _boundary(anchor: int, recurring: Json, number: int) -> int:
    end = end_of_cycle(
        from_epoch(anchor),
        interval=recurring["interval"],
        count=(recurring.get("interval_count") or 1) * number,
    )
    return int(end.timestamp())


def installments_of(
    agreed: Agreed, bills: Bills, subscription: Json, *, items: Sequence[Json]
) -> Installments:
    end = end_of_plan(agreed, bills, subscription, items[0]) if items else None
    return Installments(
        paid=min(bills.paid, agreed.total),
        total=agreed.total,
        completes_at=None if end is None else from_epoch(end),
    )
