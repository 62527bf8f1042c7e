"""What the gateway does when DynamoDB is busy, in conflict, or does not answer."""

import random
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    Check,
    ConditionFailedError,
    Key,
    Present,
    Put,
    Query,
    TableUnavailableError,
    TransactionRefusedError,
    TransactionStep,
    Unconditional,
    Update,
)

KEY = Key("customers", "CUSTOMER#cus_1", "PROFILE")
STEPS: list[TransactionStep] = [Put(KEY, {"a": 1}, Absent())]
MOST_CALLS = 8


def client_error(code: str, *, status: int = 400, **details: Any) -> ClientError:
    metadata: Any = {"HTTPStatusCode": status}
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": metadata, **details}
    return ClientError(response, "Operation")


def canceled(*codes: str) -> ClientError:
    reasons = [{"Code": code} for code in codes]
    return client_error("TransactionCanceledException", CancellationReasons=reasons)


PASSING: dict[str, Callable[[], Exception]] = {
    "conflict of a transaction": lambda: canceled("None", "TransactionConflict"),
    "throttle of a transaction": lambda: canceled("ThrottlingError"),
    "capacity of a transaction": lambda: canceled("ProvisionedThroughputExceeded", "None"),
    "transaction in progress": lambda: client_error("TransactionInProgressException"),
    "conflict of a write": lambda: client_error("TransactionConflictException"),
    "throttle": lambda: client_error("ThrottlingException"),
    "capacity": lambda: client_error("ProvisionedThroughputExceededException"),
    "account's limit": lambda: client_error("RequestLimitExceeded"),
    "fault": lambda: client_error("InternalServerError", status=500),
    "unavailable": lambda: client_error("ServiceUnavailable", status=503),
    "unnamed fault": lambda: client_error("502", status=502),
    "lost answer": lambda: ReadTimeoutError(endpoint_url="x"),
    "closed connection": lambda: ConnectionClosedError(endpoint_url="x"),
    "no connection": lambda: EndpointConnectionError(endpoint_url="x"),
    "slow connection": lambda: ConnectTimeoutError(endpoint_url="x"),
}
FINAL: dict[str, Callable[[], Exception]] = {
    "validation": lambda: client_error("ValidationException"),
    "rights": lambda: client_error("AccessDeniedException"),
    "no table": lambda: client_error("ResourceNotFoundException"),
    "token of another": lambda: client_error("IdempotentParameterMismatchException"),
    "size in a transaction": lambda: canceled("ItemCollectionSizeLimitExceeded"),
    "validation in a transaction": lambda: canceled("ValidationError", "None"),
}


class ScriptedClient:
    """Answers each call with the next of its script: an answer, or an error to raise."""

    def __init__(self, script: Iterator[Any]) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.requests.append(request)
            answer = next(self.script)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class Rig:
    """`takes` is how many seconds each call lasts."""

    def __init__(self, *script: Any, jitter: float = 1.0, takes: float = 0.0) -> None:
        self.client = ScriptedClient(iter(script))
        self.pauses: list[float] = []
        self.gateway = BotocoreGateway(
            cast("Any", self.client),
            table_names={"customers": "c", "operations": "o"},
            sleep=self.pauses.append,
            jitter=lambda: jitter,
            monotonic=lambda: takes * self.calls,
        )

    @property
    def calls(self) -> int:
        return len(self.client.requests)


class TestPassingTrouble:
    @pytest.mark.parametrize("trouble", PASSING)
    def test_a_transaction_is_repeated_with_its_token(self, trouble: str) -> None:
        rig = Rig(PASSING[trouble](), PASSING[trouble](), {})

        rig.gateway.transact(STEPS, token="t-1")

        assert [r["ClientRequestToken"] for r in rig.client.requests] == ["t-1"] * 3
        assert rig.client.requests[0] == rig.client.requests[2]

    @pytest.mark.parametrize("trouble", PASSING)
    def test_a_read_is_repeated(self, trouble: str) -> None:
        rig = Rig(PASSING[trouble](), {"Item": {"a": {"N": "1"}}})

        assert rig.gateway.get(KEY) == {"a": 1}

    @pytest.mark.parametrize("trouble", PASSING)
    def test_tries_are_bounded_and_their_pauses_grow_to_a_second(self, trouble: str) -> None:
        rig = Rig(*(PASSING[trouble]() for _ in range(20)))

        with pytest.raises(TableUnavailableError):
            rig.gateway.transact(STEPS, token="t-1")

        assert rig.calls == MOST_CALLS
        assert rig.pauses == sorted(rig.pauses)
        assert rig.pauses[0] == 0.025
        assert rig.pauses[-1] == 1.0

    @pytest.mark.parametrize(("takes", "calls"), [(10.0, 1), (2.0, 3), (1.0, 5)])
    def test_no_try_begins_after_four_seconds(self, takes: float, calls: int) -> None:
        rig = Rig(*(PASSING["slow connection"]() for _ in range(20)), takes=takes)

        with pytest.raises(TableUnavailableError):
            rig.gateway.get(KEY)

        assert rig.calls == calls

    def test_pauses_are_fully_jittered(self) -> None:
        rig = Rig(PASSING["throttle"](), PASSING["throttle"](), {}, jitter=0.0)

        rig.gateway.transact(STEPS, token="t-1")

        assert rig.pauses == [0.0, 0.0]


class TestRefusals:
    def test_a_failed_condition_is_an_answer_and_not_asked_twice(self) -> None:
        item = {"pk": {"S": "p"}, "version": {"N": "7"}}
        rig = Rig(client_error("ConditionalCheckFailedException", Item=item))

        with pytest.raises(ConditionFailedError) as refusal:
            rig.gateway.write(Put(KEY, {}, Absent()))

        assert refusal.value.item == {"pk": "p", "version": 7}
        assert rig.calls == 1

    def test_a_refused_transaction_is_an_answer_also_when_another_step_was_in_conflict(
        self,
    ) -> None:
        rig = Rig(canceled("TransactionConflict", "ConditionalCheckFailed"))

        with pytest.raises(TransactionRefusedError) as refusal:
            rig.gateway.transact([Check(KEY, Present()), *STEPS], token="t-1")

        assert refusal.value.failed == {1}
        assert rig.calls == 1

    @pytest.mark.parametrize("trouble", FINAL)
    def test_what_will_never_pass_is_not_tried_again(self, trouble: str) -> None:
        rig = Rig(FINAL[trouble]())

        with pytest.raises(ClientError):
            rig.gateway.transact(STEPS, token="t-1")

        assert rig.calls == 1

    def test_a_create_whose_answer_was_lost_shows_what_stands_there(self) -> None:
        """The caller cannot tell its own row from another's by the refusal: it looks at it."""
        own = {"pk": {"S": "p"}, "a": {"N": "1"}}
        rig = Rig(
            PASSING["lost answer"](), client_error("ConditionalCheckFailedException", Item=own)
        )

        with pytest.raises(ConditionFailedError) as refusal:
            rig.gateway.write(Put(KEY, {"a": 1}, Absent()))

        assert refusal.value.item == {"pk": "p", "a": 1}


def answer_of(*numbers: int, unread: tuple[int, ...] = ()) -> dict[str, Any]:
    rows = [{"pk": {"S": str(n)}, "sk": {"S": "-"}} for n in numbers]
    unprocessed = {"c": {"Keys": [{"pk": {"S": str(n)}, "sk": {"S": "-"}} for n in unread]}}
    return {"Responses": {"c": rows}, "UnprocessedKeys": unprocessed if unread else {}}


class TestManyKeys:
    KEYS = tuple(Key("customers", str(number), "-") for number in range(250))

    def test_a_call_asks_for_a_hundred_different_keys_at_most(self) -> None:
        rig = Rig(answer_of(*range(100)), answer_of(*range(100, 200)), answer_of(*range(200, 250)))

        found = rig.gateway.get_many([*self.KEYS, *self.KEYS])

        sizes = [len(r["RequestItems"]["c"]["Keys"]) for r in rig.client.requests]
        assert sizes == [100, 100, 50]
        assert found.keys() == set(self.KEYS)

    def test_what_was_left_unread_is_asked_for_again_after_a_pause(self) -> None:
        rig = Rig(answer_of(0, 1, unread=(2, 3)), answer_of(2, unread=(3,)), answer_of(3))

        found = rig.gateway.get_many(list(self.KEYS[:4]))

        assert found.keys() == set(self.KEYS[:4])
        assert rig.pauses == [0.025, 0.05]

    def test_it_ends_when_nothing_is_ever_read(self) -> None:
        rig = Rig(*(answer_of(unread=(0,)) for _ in range(20)))

        with pytest.raises(TableUnavailableError):
            rig.gateway.get_many([self.KEYS[0]])

        assert rig.calls == MOST_CALLS

    def test_reads_by_key_are_consistent(self) -> None:
        rig = Rig(answer_of(0), {"Item": {}}, {"Items": []})

        rig.gateway.get_many([self.KEYS[0]])
        rig.gateway.get(KEY)
        rig.gateway.query(Query("customers", "p", consistent=True))

        many, one, query = rig.client.requests
        assert many["RequestItems"]["c"]["ConsistentRead"] is True
        assert one["ConsistentRead"] is True
        assert query["ConsistentRead"] is True


class CountingTable:
    """A table that executes each token once, and answers as badly as DynamoDB may."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.executed: set[str] = set()
        self.total = 0
        self.calls: dict[str, int] = {}

    def transact_write_items(self, *, ClientRequestToken: str, **_: Any) -> Any:  # noqa: N803 - its name
        token = ClientRequestToken
        self.calls[token] = self.calls.get(token, 0) + 1
        if self.random.random() < 0.2:
            names = ("conflict of a transaction", "throttle", "transaction in progress")
            raise PASSING[self.random.choice(names)]()
        self.total += token not in self.executed
        self.executed.add(token)
        if self.random.random() < 0.2:
            raise PASSING["lost answer"]()
        return {}


@pytest.mark.case("D12")
def test_trouble_in_a_fifth_of_all_calls_makes_no_wrong_answer() -> None:
    table = CountingTable(seed=12)
    gateway = BotocoreGateway(
        cast("Any", table), table_names={"customers": "c"}, sleep=lambda seconds: None
    )
    change: list[TransactionStep] = [Update(KEY, Unconditional("a test"), add={"n": 1})]
    answered = set()
    for number in range(10_000):
        try:
            gateway.transact(change, token=f"t-{number}")
        except TableUnavailableError:
            continue
        answered.add(f"t-{number}")

    assert len(answered) > 9_900
    assert answered <= table.executed
    assert table.total <= 10_000
    assert max(table.calls.values()) <= MOST_CALLS
