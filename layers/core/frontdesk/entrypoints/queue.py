"""The edge of the event queue: hints in batches, each object looked at once per batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.domain.provider_event import Hint
from frontdesk.domain.snapshot import ObjectReference

type Record = Mapping[str, Any]

_FIRST_RETRY_SECONDS = 2
_LONGEST_RETRY_SECONDS = 300
_ONE_LOOK_MILLISECONDS = 25_000
"""What a look may take with a slow provider. With less left none is begun: a function that is
killed would take the whole batch's results with it."""


def queue_function(
    look_at: Callable[[ObjectReference, list[str]], object],
    *,
    read: Callable[[str], Hint],
    retry_later: Callable[[str, int], None],
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """`look_at` gets an object and the events that named it; whatever it raises is retried.

    `retry_later` gets a message's receipt and the seconds after which it may come again: soon
    at first, then less and less often.
    """

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        failures: list[Record] = []
        untouched: list[Record] = []
        for reference, records in _by_object(event["Records"], read, failures).items():
            if context.get_remaining_time_in_millis() < _ONE_LOOK_MILLISECONDS:
                untouched += records
                continue
            events = list(dict.fromkeys(read(record["body"]).event_id for record in records))
            try:
                look_at(reference, events)
            except Exception as error:
                _log(error, reference)
                failures += records
        _put_off(failures, retry_later, _delay_seconds)
        _put_off(untouched, retry_later, lambda record: _FIRST_RETRY_SECONDS)
        again = [*failures, *untouched]
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in again]}

    return handle


def _by_object(
    records: list[Record], read: Callable[[str], Hint], failures: list[Record]
) -> dict[ObjectReference, list[Record]]:
    groups: dict[ObjectReference, list[Record]] = defaultdict(list)
    for record in records:
        try:
            groups[read(record["body"]).reference].append(record)
        except (KeyError, TypeError, ValueError) as error:
            _log(error, None)
            failures.append(record)
    return groups


def _put_off(
    records: list[Record],
    retry_later: Callable[[str, int], None],
    delay_seconds: Callable[[Record], int],
) -> None:
    for record in records:
        try:
            retry_later(record["receiptHandle"], delay_seconds(record))
        except Exception as error:
            # It comes again when its time is over; the others must not come with it.
            _log(error, None)


def _delay_seconds(record: Record) -> int:
    tries = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    return int(min(_FIRST_RETRY_SECONDS * 2 ** (min(tries, 12) - 1), _LONGEST_RETRY_SECONDS))


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
