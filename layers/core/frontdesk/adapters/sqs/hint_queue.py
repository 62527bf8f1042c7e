"""Hints in SQS: a message is an object's name and an event's id, never a body."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.provider_event import Hint
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName

if TYPE_CHECKING:
    from types_boto3_sqs.client import SQSClient

_BATCH_LIMIT = 10


class SqsHintQueue:
    def __init__(self, client: Callable[[], SQSClient], *, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, hints: Sequence[Hint]) -> None:
        from botocore.exceptions import (  # noqa: PLC0415 - botocore only where a client is made
            BotoCoreError,
            ClientError,
        )

        for start in range(0, len(hints), _BATCH_LIMIT):
            batch = hints[start : start + _BATCH_LIMIT]
            entries: Any = [
                {"Id": str(n), "MessageBody": to_message(h)} for n, h in enumerate(batch)
            ]
            try:
                answer = self._client().send_message_batch(
                    QueueUrl=self._queue_url, Entries=entries
                )
            except (BotoCoreError, ClientError) as error:
                raise UnavailableError("The event queue did not take a message.") from error
            if answer.get("Failed"):
                raise UnavailableError("The event queue did not take every message.")


def to_message(hint: Hint) -> str:
    return json.dumps(
        {
            "event_id": hint.event_id,
            "provider": hint.reference.provider.value,
            "kind": hint.reference.kind.value,
            "provider_id": hint.reference.provider_id,
        }
    )


def from_message(body: str) -> Hint:
    """Raises ValueError or KeyError for what is not a hint."""
    fields = json.loads(body)
    reference = ObjectReference(
        ProviderName(fields["provider"]), ObjectKind(fields["kind"]), fields["provider_id"]
    )
    return Hint(fields["event_id"], reference)
