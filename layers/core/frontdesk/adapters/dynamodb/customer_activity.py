"""When a customer was last active: signing in and changing the own profile count."""

from datetime import datetime

from frontdesk.adapters.dynamodb.operations import Value
from frontdesk.domain.times import to_sortable


def activity(customer_id: str, *, at: datetime) -> dict[str, Value]:
    """The attributes of a profile that say it; the second is an index's sort key."""
    moment = to_sortable(at)
    return {"last_activity_at": moment, "last_activity_key": f"{moment}#{customer_id}"}
