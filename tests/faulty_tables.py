"""Tables that are as busy as DynamoDB may be, behind the product's own retries.

Conflicts, throttles, transactions in progress and lost answers come in the SDK's own words to the
gateway that repeats calls; what a call does is done in memory.
"""

import random
from collections.abc import Callable
from typing import Any, cast

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.dynamodb.operations import (
    Item,
    Key,
    Page,
    Query,
    TransactionStep,
    Write,
)
from tests.fakes.gateway import MemoryGateway


def _refused(code: str, *reasons: str) -> ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    if reasons:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(response, "Operation")


BEFORE: tuple[Callable[[], Exception], ...] = (
    lambda: _refused("ThrottlingException"),
    lambda: _refused("TransactionConflictException"),
    lambda: _refused("TransactionInProgressException"),
    lambda: _refused("TransactionCanceledException", "None", "TransactionConflict"),
    lambda: ConnectTimeoutError(endpoint_url="x"),
)
"""Nothing was done."""


class FaultyTables(BotocoreGateway):
    """`share` of all calls is refused, and as many are executed and their answers lost."""

    def __init__(self, memory: MemoryGateway, *, seed: int, share: float = 0.2) -> None:
        super().__init__(cast("Any", None), table_names={}, sleep=lambda seconds: None)
        self.memory = memory
        self.share = share
        self.most_tries = 0
        self._chance = random.Random(seed)

    def get(self, key: Key) -> Item | None:
        return cast("Item | None", self._try(lambda: self.memory.get(key)))

    def get_many(self, keys: list[Key]) -> dict[Key, Item]:
        return cast("dict[Key, Item]", self._try(lambda: self.memory.get_many(keys)))

    def query(self, query: Query) -> Page:
        return cast("Page", self._try(lambda: self.memory.query(query)))

    def write(self, write: Write) -> Item:
        return cast("Item", self._try(lambda: self.memory.write(write)))

    def transact(self, steps: list[TransactionStep], *, token: str) -> None:
        self._try(lambda: self.memory.transact(steps, token=token))

    def _try(self, call: Callable[[], Any]) -> Any:
        tries = 0

        def once() -> Any:
            nonlocal tries
            tries += 1
            self.most_tries = max(self.most_tries, tries)
            if self._chance.random() < self.share:
                raise self._chance.choice(BEFORE)()
            answer = call()
            if self._chance.random() < self.share:
                raise ReadTimeoutError(endpoint_url="x")
            return answer

        return self._call(once)
