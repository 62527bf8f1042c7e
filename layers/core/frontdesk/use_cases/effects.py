"""What follows from a ledger entry."""

from frontdesk.domain.ledger import LedgerNotice
from frontdesk.ports.timeline import Timeline


def note_on_timeline(notice: LedgerNotice, *, timeline: Timeline) -> None:
    """The customer's timeline says what happened to the money. Again is the same as once."""
    timeline.note(
        notice.customer_id,
        key=notice.entry_key,
        occurred_at=notice.occurred_at,
        kind=notice.kind.value,
        subject_id=notice.transaction_id,
        amount_minor=notice.amount_minor,
        currency=notice.currency,
    )
