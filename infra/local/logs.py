"""What a function logged: `make logs FUNCTION=mirror`. The local AWS keeps it, as AWS would."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from infra.local.aws import process
from infra.local.ground import STACK_NAME
from infra.local.stack_file import Stack

NEWEST_STREAMS = 20
"""One for each invocation, at the local AWS."""
_PREFIX = f"/aws/lambda/{STACK_NAME}-"


def functions(logs: Any) -> list[str]:
    """Those that have logged anything."""
    groups = logs.describe_log_groups(logGroupNamePrefix=_PREFIX)["logGroups"]
    return [one["logGroupName"].removeprefix(_PREFIX) for one in groups]


def lines(function: str, *, logs: Any) -> Iterator[str]:
    """Of its newest invocations, the oldest first."""
    group = _PREFIX + function
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
    streams = [stream for page in pages for stream in page["logStreams"]]
    streams.sort(key=lambda stream: stream.get("lastEventTimestamp", 0), reverse=True)
    for stream in reversed(list(islice(streams, NEWEST_STREAMS))):
        told = logs.get_log_events(
            logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
        )
        yield from (event["message"].rstrip("\n") for event in told["events"])


def show(shop: Stack, function: str) -> Iterator[str]:
    """The lines of one function, or, without one, what there is to choose from."""
    logs = process.client("logs", endpoint=shop.aws_endpoint)
    known = functions(logs)
    if function in known:
        return lines(function, logs=logs)
    return iter([f"make logs FUNCTION=… with one of: {', '.join(known)}"])
