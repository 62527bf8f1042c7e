"""The edge of the event queue: hints in batches, each object looked at once per batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.domain.provider_event import Hint
from frontdesk.domain.snapshot import ObjectReference
from frontdesk.use_cases.mirror import MirrorOutcome

type Record = Mapping[str, Any]
type LookAt = Callable[[ObjectReference, list[str], list[str]], MirrorOutcome]
type Again = tuple[Record, int]
"""A message that is to come again, and after how many seconds."""

_LEFT_SECONDS = 1
"""Until a message comes again that was left to somebody who was looking: a look takes less."""
_FIRST_RETRY_SECONDS = 2
_LONGEST_RETRY_SECONDS = 300
_ONE_LOOK_MILLISECONDS = 25_000
"""What a look may take with a slow provider. With less left none is begun: a function that is
killed would take the whole batch's results with it."""


def queue_function(
    look_at: LookAt,
    *,
    read: Callable[[str], Hint],
    retry_later: Callable[[str, int], None],
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """`look_at` gets an object, the events that name it for the first time, and the others; what
    it leaves of the first comes again soon, and whatever it raises is retried.

    `retry_later` gets a message's receipt and the seconds after which it may come again: soon
    at first, then less and less often.
    """

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        again: list[Again] = []
        for reference, records in _by_object(event["Records"], read, again).items():
            if context.get_remaining_time_in_millis() < _ONE_LOOK_MILLISECONDS:
                again += [(record, _FIRST_RETRY_SECONDS) for record in records]
            else:
                again += looked_at(reference, records)
        _put_off(again, retry_later)
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r, _ in again]}

    def looked_at(reference: ObjectReference, records: list[Record]) -> list[Again]:
        """What has to come again of the messages about one object."""
        fresh = [record for record in records if _tries(record) == 1]
        tried = [record for record in records if _tries(record) > 1]
        try:
            outcome = look_at(reference, _events_of(fresh, read), _events_of(tried, read))
        except Exception as error:
            _log(error, reference)
            return [(record, _delay_seconds(record)) for record in records]
        left = fresh if outcome is MirrorOutcome.LEFT else []
        return [(record, _LEFT_SECONDS) for record in left]

    return handle


def _by_object(
    records: list[Record], read: Callable[[str], Hint], again: list[Again]
) -> dict[ObjectReference, list[Record]]:
    groups: dict[ObjectReference, list[Record]] = defaultdict(list)
    for record in records:
        try:
            groups[read(record["body"]).reference].append(record)
        except (KeyError, TypeError, ValueError) as error:
            _log(error, None)
            again.append((record, _delay_seconds(record)))
    return groups


def _events_of(records: list[Record], read: Callable[[str], Hint]) -> list[str]:
    return list(dict.fromkeys(read(record["body"]).event_id for record in records))


def _put_off(again: list[Again], retry_later: Callable[[str, int], None]) -> None:
    for record, seconds in again:
        try:
            retry_later(record["receiptHandle"], seconds)
        except Exception as error:
            # It comes again when its time is over; the others must not come with it.
            _log(error, None)


def _delay_seconds(record: Record) -> int:
    doublings = min(_tries(record), 12) - 1
    return int(min(_FIRST_RETRY_SECONDS * 2**doublings, _LONGEST_RETRY_SECONDS))


def _tries(record: Record) -> int:
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


def _log(error: Exception, reference: ObjectReference | None) -> None:
    """What failed and on which object; never the error's text, which may hold a person's data."""
    from aws_lambda_powertools import Logger  # noqa: PLC0415 - only where something is logged

    Logger(service="mirror").error(
        "An object could not be mirrored; it will be tried again.",
        error_type=type(error).__name__,
        cause_type=type(error.__cause__).__name__ if error.__cause__ else None,
        object_kind=reference.kind.value if reference else None,
        provider_object_id=reference.provider_id if reference else None,
    )
