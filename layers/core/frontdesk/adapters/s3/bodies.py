"""Event bodies that are too large for a table."""

from frontdesk.adapters.aws import client
from frontdesk.config import setting


def store_body(event_id: str, body: bytes) -> str:
    """Keeps the body under a name made of the event's id; again and again the same object."""
    name = f"events/{event_id}.json"
    client("s3").put_object(
        Bucket=setting("EVENTS_BUCKET"), Key=name, Body=body, ContentType="application/json"
    )
    return name
