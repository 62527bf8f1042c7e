"""The edge of the event queue: each object once per batch, and only what failed comes again."""

from typing import Any

import pytest

from frontdesk.adapters.sqs.hint_queue import from_message, to_message
from frontdesk.domain.provider_event import Hint
from frontdesk.domain.snapshot import ObjectKind, ObjectReference
from frontdesk.entrypoints.queue import queue_function
from frontdesk.ports.provider import ProviderRejectedError, ProviderUnavailableError
from frontdesk.use_cases.mirror import MirrorOutcome
from tests.fakes.provider import reference


class Consumer:
    """Remembers what it looked at; an object in `failing` cannot be looked at."""

    def __init__(self) -> None:
        self.looks: list[tuple[str, list[str]]] = []
        self.tried: list[list[str]] = []
        self.leaving: set[str] = set()
        self.retries: dict[str, int] = {}
        self.failing: dict[str, Exception] = {}
        self.retry_failure: Exception | None = None
        self.milliseconds_left = [60_000]
        self.handle = queue_function(
            self._look_at, read=from_message, retry_later=self._retry_later
        )

    def _look_at(
        self, looked_at: ObjectReference, fresh: list[str], tried: list[str]
    ) -> MirrorOutcome:
        self.looks.append((looked_at.provider_id, [*fresh, *tried]))
        self.tried.append(tried)
        if error := self.failing.get(looked_at.provider_id):
            raise error
        is_left = looked_at.provider_id in self.leaving
        return MirrorOutcome.LEFT if is_left else MirrorOutcome.WRITTEN

    def _retry_later(self, receipt: str, delay_seconds: int) -> None:
        if self.retry_failure:
            raise self.retry_failure
        self.retries[receipt] = delay_seconds

    def get_remaining_time_in_millis(self) -> int:
        """As the Lambda context does; the last of the list goes on for ever."""
        left = self.milliseconds_left
        return left.pop(0) if len(left) > 1 else left[0]

    def receive(self, *records: dict[str, Any]) -> list[str]:
        answer = self.handle({"Records": list(records)}, self)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def message(number: int, provider_id: str, *, tries: int = 1, event: str = "") -> dict[str, Any]:
    hint = Hint(event or f"evt_{number}", reference(ObjectKind.PAYMENT, provider_id))
    return record(number, to_message(hint), tries=tries)


def record(number: int, body: str, *, tries: int = 1) -> dict[str, Any]:
    return {
        "messageId": f"m-{number}",
        "receiptHandle": f"r-{number}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(tries)},
    }


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


def test_an_object_is_looked_at_once_with_all_its_events(consumer: Consumer) -> None:
    failed = consumer.receive(
        message(1, "ch_1"),
        message(2, "ch_2"),
        message(3, "ch_1"),
        message(4, "ch_1", event="evt_1"),
    )

    assert failed == []
    assert consumer.looks == [("ch_1", ["evt_1", "evt_3"]), ("ch_2", ["evt_2"])]


@pytest.mark.parametrize(
    "error", [ProviderUnavailableError("x"), ProviderRejectedError("x"), KeyError("x")]
)
def test_only_the_messages_of_what_failed_come_again(consumer: Consumer, error: Exception) -> None:
    consumer.failing = {"ch_1": error}

    failed = consumer.receive(message(1, "ch_1"), message(2, "ch_2"), message(3, "ch_1"))

    assert failed == ["m-1", "m-3"]
    assert [provider_id for provider_id, _ in consumer.looks] == ["ch_1", "ch_2"]


@pytest.mark.parametrize(
    ("tries", "delay_seconds"), [(1, 2), (2, 4), (5, 32), (8, 256), (9, 300), (1000, 300)]
)
def test_what_failed_comes_again_less_and_less_often(
    consumer: Consumer, tries: int, delay_seconds: int
) -> None:
    consumer.failing = {"ch_1": ProviderUnavailableError("x")}
    consumer.receive(message(1, "ch_1", tries=tries))

    assert consumer.retries == {"r-1": delay_seconds}


def test_what_is_left_to_another_look_comes_again_in_a_second(consumer: Consumer) -> None:
    consumer.leaving = {"ch_1"}

    again = consumer.receive(message(1, "ch_1"), message(2, "ch_2"), message(3, "ch_1"))

    assert again == ["m-1", "m-3"]
    assert consumer.retries == {"r-1": 1, "r-3": 1}


def test_only_what_comes_for_the_first_time_is_left(consumer: Consumer) -> None:
    consumer.leaving = {"ch_1"}

    again = consumer.receive(message(1, "ch_1"), message(2, "ch_1", tries=2))

    assert consumer.tried == [["evt_2"]]
    assert again == ["m-1"]


@pytest.mark.parametrize(
    "body",
    [
        *("", "no json", "[]", "null", "5", "{}", '{"event_id": "evt_1"}', '"text"'),
        '{"event_id": "e", "provider": "other", "kind": "payment", "provider_id": "x"}',
    ],
)
def test_what_is_no_hint_fails_alone(consumer: Consumer, body: str) -> None:
    failed = consumer.receive(message(1, "ch_1"), record(2, body), message(3, "ch_3"))

    assert failed == ["m-2"]
    assert len(consumer.looks) == 2


def test_a_queue_that_cannot_put_off_a_retry_costs_the_others_nothing(
    consumer: Consumer,
) -> None:
    """The message comes again when its time is over, at the latest."""
    consumer.failing = {"ch_1": ProviderUnavailableError("x")}
    consumer.retry_failure = RuntimeError("throttled")

    failed = consumer.receive(message(1, "ch_1"), message(2, "ch_2"))

    assert failed == ["m-1"]


def test_a_hint_travels_whole() -> None:
    hint = Hint("evt_1", reference(ObjectKind.CREDIT_MEMO, "cn_1"))

    assert from_message(to_message(hint)) == hint


def test_no_look_is_begun_that_may_not_end_and_the_rest_comes_again_soon(
    consumer: Consumer,
) -> None:
    consumer.milliseconds_left = [30_000, 20_000]

    again = consumer.receive(message(1, "ch_1", tries=9), message(2, "ch_2", tries=9))

    assert [looked_at for looked_at, _ in consumer.looks] == ["ch_1"]
    assert again == ["m-2"]
    assert consumer.retries == {"r-2": 2}
