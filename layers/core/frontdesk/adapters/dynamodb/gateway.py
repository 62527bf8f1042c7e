"""The gateway on botocore: one client, short time-outs, bounded retries."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from frontdesk.adapters.dynamodb.codec import decode_item
from frontdesk.adapters.dynamodb.expressions import key_attributes, query_request, step_request
from frontdesk.adapters.dynamodb.operations import (
    Check,
    ConditionFailedError,
    Delete,
    Item,
    Key,
    Page,
    Put,
    Query,
    TableUnavailableError,
    TransactionRefusedError,
    TransactionStep,
    Update,
    Write,
)
from frontdesk.config import table_names

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

_ATTEMPTS = 8
_BASE_DELAY_SECONDS = 0.025
_MAX_DELAY_SECONDS = 1.0
_PATIENCE_SECONDS = 4.0
"""No try begins later. A try takes ten seconds at most (adapters/aws.py) and a function fifteen, so
that its caller hears of an outage from us and not from the gateway."""
_BATCH_GET_LIMIT = 100
_PASSING_REASONS = frozenset(
    ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")
)
_PASSING_CODES = frozenset(
    (
        "TransactionConflictException",
        "TransactionInProgressException",
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    )
)
_SERVER_FAULT = 500


class BotocoreGateway:
    def __init__(
        self,
        client: DynamoDBClient,
        *,
        table_names: dict[str, str],
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._table_names = table_names
        self._sleep = sleep
        self._jitter = jitter
        self._monotonic = monotonic

    def get(self, key: Key) -> Item | None:
        answer = self._call(
            self._client.get_item,
            TableName=self._table_names[key.table],
            Key=key_attributes(key),
            ConsistentRead=True,
        )
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: list[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        pending = list(dict.fromkeys(keys))
        delays = self._delays()
        while pending:
            batch, pending = pending[:_BATCH_GET_LIMIT], pending[_BATCH_GET_LIMIT:]
            items, unread = self._get_batch(batch)
            found |= items
            if unread:
                self._pause(delays)
                pending = unread + pending
        return found

    def _get_batch(self, keys: list[Key]) -> tuple[dict[Key, Item], list[Key]]:
        tables = {self._table_names[key.table]: key.table for key in keys}
        request: dict[str, Any] = {name: {"Keys": [], "ConsistentRead": True} for name in tables}
        for key in keys:
            request[self._table_names[key.table]]["Keys"].append(key_attributes(key))
        answer = self._call(self._client.batch_get_item, RequestItems=request)
        found = {}
        for name, rows in answer.get("Responses", {}).items():
            for row in rows:
                item = decode_item(row)
                found[Key(tables[name], str(item["pk"]), str(item["sk"]))] = item
        unread = [
            Key(tables[name], entry["pk"]["S"], entry["sk"]["S"])
            for name, rest in answer.get("UnprocessedKeys", {}).items()
            for entry in rest["Keys"]
        ]
        return found, unread

    def query(self, query: Query) -> Page:
        request = query_request(query, table_name=self._table_names[query.table])
        answer = self._call(self._client.query, **request)
        last = answer.get("LastEvaluatedKey")
        return Page(
            items=[decode_item(row) for row in answer["Items"]],
            next_start=decode_item(last) if last else None,
        )

    def write(self, write: Write) -> Item:
        request = step_request(write, table_name=self._table_names[write.key.table])
        match write:
            case Put():
                self._call(self._client.put_item, **request)
                return write.item
            case Update():
                answer = self._call(self._client.update_item, ReturnValues="ALL_NEW", **request)
                return decode_item(answer["Attributes"])
            case Delete():
                self._call(self._client.delete_item, **request)
                return {}

    def transact(self, steps: list[TransactionStep], *, token: str) -> None:
        self._call(
            self._client.transact_write_items,
            TransactItems=[self._transaction_item(step) for step in steps],
            ClientRequestToken=token,
        )

    def _transaction_item(self, step: TransactionStep) -> dict[str, Any]:
        verb = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}[type(step)]
        return {verb: step_request(step, table_name=self._table_names[step.key.table])}

    def _call(self, operation: Callable[..., Any], **request: Any) -> Any:
        """Calls, and calls again after a conflict, a throttle or a lost answer.

        A repeat is harmless: reads change nothing, a transaction carries its token, and a
        single write's condition turns a repeat of itself into a refusal at worst.
        """
        from botocore.exceptions import (  # noqa: PLC0415 - botocore only where a client is made
            ClientError,
            ConnectionError,
            HTTPClientError,
        )

        delays = self._delays()
        last_try_at = self._monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return operation(**request)
            except ClientError as error:
                _raise_unless_passing(error)
                cause: Exception = error
            except (ConnectionError, HTTPClientError) as error:
                cause = error
            if self._monotonic() > last_try_at:
                delays = []
            self._pause(delays, cause=cause)

    def _delays(self) -> list[float]:
        """Full jitter, 25 ms to 1 s, the longest last."""
        ceilings = [
            min(_BASE_DELAY_SECONDS * 2**n, _MAX_DELAY_SECONDS) for n in range(_ATTEMPTS - 1)
        ]
        return [ceiling * self._jitter() for ceiling in reversed(ceilings)]

    def _pause(self, delays: list[float], *, cause: Exception | None = None) -> None:
        if not delays:
            raise TableUnavailableError("DynamoDB did not take the request.") from cause
        self._sleep(delays.pop())


def _raise_unless_passing(error: Any) -> None:
    """Turns a refusal into ours; returns when the same request may succeed later."""
    code = error.response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        item = error.response.get("Item")
        raise ConditionFailedError(decode_item(item) if item else None) from error
    if code == "TransactionCanceledException":
        _raise_if_refused(error)
    elif code not in _PASSING_CODES and _status(error) < _SERVER_FAULT:
        raise error


def _status(error: Any) -> int:
    """Faults have several names, and none where a proxy answered."""
    status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status


def _raise_if_refused(error: Any) -> None:
    reasons = error.response.get("CancellationReasons", [])
    failed = {n: r for n, r in enumerate(reasons) if r["Code"] == "ConditionalCheckFailed"}
    if failed:
        items = {n: decode_item(r["Item"]) for n, r in failed.items() if r.get("Item")}
        raise TransactionRefusedError(frozenset(failed), items) from error
    if not any(reason["Code"] in _PASSING_REASONS for reason in reasons):
        raise error


@cache
def gateway() -> BotocoreGateway:
    """The process's gateway; its client is made when first asked for."""
    from frontdesk.adapters.aws import client  # noqa: PLC0415 - botocore only where it is needed

    return BotocoreGateway(client("dynamodb"), table_names=table_names())
