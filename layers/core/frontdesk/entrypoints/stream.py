"""The edge of the outbox's stream: one notice after the other, in the stream's order."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.domain.ledger import LedgerNotice


def stream_function(
    follow: Callable[[LedgerNotice], None],
    *,
    read: Callable[[Mapping[str, Any]], LedgerNotice],
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """At the first notice that fails the batch stops: it and all after it come again."""

    def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
        for record in event["Records"]:
            try:
                follow(read(record["dynamodb"]["NewImage"]))
            except Exception as error:
                _log(error)
                return {
                    "batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]
                }
        return {"batchItemFailures": []}

    return handle


def _log(error: Exception) -> None:
    from aws_lambda_powertools import Logger  # noqa: PLC0415 - only where something is logged

    Logger(service="effects").error(
        "A notice could not be followed; it will be tried again.",
        error_type=type(error).__name__,
    )
