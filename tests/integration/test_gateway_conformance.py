"""One suite for both gateways: what the tests rely on in memory is what DynamoDB does."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AllOf,
    AnyOf,
    Below,
    Check,
    Condition,
    ConditionFailedError,
    Delete,
    Equals,
    Gateway,
    Item,
    Key,
    Missing,
    Present,
    Put,
    Query,
    TransactionRefusedError,
    TransactionStep,
    Unconditional,
    Update,
    Value,
    Write,
    missing_or_below,
)
from tests.fakes.gateway import MemoryGateway, RefusedForGoodError

ALWAYS = Unconditional("a test prepares its rows")
REFUSED_FOR_GOOD = (RefusedForGoodError, ClientError)


@pytest.fixture(params=["memory", "dynamodb"])
def gateway(request: pytest.FixtureRequest) -> Gateway:
    if request.param == "memory":
        return MemoryGateway()
    tables: dict[str, str] = request.getfixturevalue("tables")
    return BotocoreGateway(request.getfixturevalue("dynamodb"), table_names=tables)


@pytest.fixture
def key() -> Key:
    return new_key()


def new_key(sk: str = "-") -> Key:
    return Key("customers", f"ROW#{uuid.uuid4().hex}", sk)


def stored(gateway: Gateway, key: Key) -> Item | None:
    item = gateway.get(key)
    return None if item is None else {n: v for n, v in item.items() if n not in ("pk", "sk")}


def put(gateway: Gateway, key: Key, item: Item) -> Key:
    gateway.write(Put(key, item, ALWAYS))
    return key


def token() -> str:
    return uuid.uuid4().hex


class TestValues:
    @pytest.mark.parametrize(
        "value",
        [
            "text with \x00, 𓀀 and ﷽",
            "",
            0,
            -(10**30),
            True,
            False,
            None,
            b"",
            bytes(range(256)),
            [],
            {},
            frozenset({"a", "b"}),
            ["a", 1, None, {"deep": [{"deeper": [b"x", frozenset({"y"})]}]}],
        ],
    )
    def test_every_kind_comes_back_as_it_was(self, gateway: Gateway, key: Key, value: Any) -> None:
        gateway.write(Put(key, {"value": value}, Absent()))

        assert stored(gateway, key) == {"value": value}

    def test_true_is_not_one(self, gateway: Gateway, key: Key) -> None:
        put(gateway, key, {"value": True})

        with pytest.raises(ConditionFailedError):
            gateway.write(Put(key, {}, Equals("value", 1)))

    @pytest.mark.parametrize("value", [1.5, {"a": 0.1}, object(), frozenset()])
    def test_what_cannot_be_stored_is_refused(self, gateway: Gateway, key: Key, value: Any) -> None:
        with pytest.raises((TypeError, *REFUSED_FOR_GOOD)):
            gateway.write(Put(key, {"value": value}, ALWAYS))

    @pytest.mark.parametrize("key_part", ["", "x" * 2049])
    def test_a_key_has_a_size(self, gateway: Gateway, key_part: str) -> None:
        with pytest.raises(REFUSED_FOR_GOOD):
            gateway.write(Put(Key("customers", key_part, "-"), {}, ALWAYS))

    @pytest.mark.parametrize(
        "item", [{"list_shard": None}, {"lifetime_value_minor": "1"}, {"name_key": 5}]
    )
    def test_an_attribute_of_an_index_has_the_type_of_the_index(
        self, gateway: Gateway, key: Key, item: Item
    ) -> None:
        with pytest.raises(REFUSED_FOR_GOOD):
            gateway.write(Put(key, item, ALWAYS))

    def test_an_item_has_a_size(self, gateway: Gateway, key: Key) -> None:
        with pytest.raises(REFUSED_FOR_GOOD):
            gateway.write(Put(key, {"value": "x" * 410_000}, ALWAYS))


NO_ROW: Item | None = None
CONDITIONS: list[tuple[Condition, Item | None, bool]] = [
    (Absent(), NO_ROW, True),
    (Absent(), {}, False),
    (Present(), NO_ROW, False),
    (Present(), {}, True),
    (Equals("a", 1), NO_ROW, False),
    (Equals("a", 1), {"a": 1}, True),
    (Equals("a", 1), {"a": "1"}, False),
    (Equals("a", 1), {"a": 2}, False),
    (Equals("a", None), {"a": None}, True),
    (Equals("a", None), {}, False),
    (Equals("a", "x"), {"a": "x"}, True),
    (Equals("a.b", "x"), {"a": {"b": "x"}}, True),
    (Equals("a.b", "x"), {"a": {}}, False),
    (Equals("a.b", "x"), {}, False),
    (Missing("a"), NO_ROW, True),
    (Missing("a"), {}, True),
    (Missing("a"), {"a": None}, False),
    (Missing("a.b"), {"a": {}}, True),
    (Missing("a.b"), {"a": {"b": 1}}, False),
    (Below("a", 5), NO_ROW, False),
    (Below("a", 5), {}, False),
    (Below("a", 5), {"a": 4}, True),
    (Below("a", 5), {"a": 5}, False),
    (Below("a", 5), {"a": "4"}, False),
    (Below("a", "b"), {"a": "a"}, True),
    (missing_or_below("a", 5), NO_ROW, True),
    (missing_or_below("a", 5), {"a": 4}, True),
    (missing_or_below("a", 5), {"a": 5}, False),
    (AllOf((Present(), Equals("a", 1))), {"a": 1}, True),
    (AllOf((Present(), Equals("a", 1))), {"a": 2}, False),
    (AnyOf((Equals("a", 1), AllOf((Missing("a"), Equals("b", 2))))), {"b": 2}, True),
    (AnyOf((Equals("a", 1), AllOf((Missing("a"), Equals("b", 2))))), {"a": 0, "b": 2}, False),
    (AnyOf((Equals("a", 1), ALWAYS)), NO_ROW, True),
    (AllOf((ALWAYS, Equals("a", 1))), {"a": 2}, False),
    (ALWAYS, NO_ROW, True),
    (ALWAYS, {}, True),
]


@pytest.mark.parametrize(("condition", "row", "holds"), CONDITIONS)
class TestConditions:
    def write(
        self, gateway: Gateway, write: Callable[[Key], Write], row: Item | None
    ) -> tuple[Key, bool]:
        key = new_key()
        if row is not None:
            put(gateway, key, row)
        try:
            gateway.write(write(key))
        except ConditionFailedError as error:
            found = None if error.item is None else {**error.item, "pk": key.pk, "sk": key.sk}
            assert found == gateway.get(key)
            return key, False
        return key, True

    def test_of_a_put(
        self, gateway: Gateway, condition: Condition, row: Item | None, holds: bool
    ) -> None:
        key, is_written = self.write(gateway, lambda k: Put(k, {"new": 1}, condition), row)

        assert is_written is holds
        assert stored(gateway, key) == ({"new": 1} if holds else row)

    def test_of_an_update(
        self, gateway: Gateway, condition: Condition, row: Item | None, holds: bool
    ) -> None:
        key, is_written = self.write(gateway, lambda k: Update(k, condition, put={"new": 1}), row)

        assert is_written is holds
        assert stored(gateway, key) == ((row or {}) | {"new": 1} if holds else row)

    def test_of_a_delete(
        self, gateway: Gateway, condition: Condition, row: Item | None, holds: bool
    ) -> None:
        key, is_written = self.write(gateway, lambda k: Delete(k, condition), row)

        assert is_written is holds
        assert stored(gateway, key) == (None if holds else row)

    def test_of_a_step_of_a_transaction(
        self, gateway: Gateway, condition: Condition, row: Item | None, holds: bool
    ) -> None:
        checked, other = new_key(), new_key()
        if row is not None:
            put(gateway, checked, row)
        steps: list[TransactionStep] = [
            Put(other, {"new": 1}, Absent()),
            Delete(checked, condition),
        ]
        if holds:
            gateway.transact(steps, token=token())
        else:
            with pytest.raises(TransactionRefusedError) as refusal:
                gateway.transact(steps, token=token())
            assert refusal.value.failed == {1}
            assert refusal.value.items.get(1) == gateway.get(checked)

        assert stored(gateway, other) == ({"new": 1} if holds else None)


class TestUpdates:
    def test_an_update_makes_the_row_and_answers_all_of_it(
        self, gateway: Gateway, key: Key
    ) -> None:
        answer = gateway.write(Update(key, ALWAYS, put={"a": "x"}, add={"count": 2}))

        assert answer == {"pk": key.pk, "sk": key.sk, "a": "x", "count": 2}

    def test_it_replaces_adds_and_removes_and_leaves_the_rest(
        self, gateway: Gateway, key: Key
    ) -> None:
        put(gateway, key, {"a": 1, "b": 2, "c": 3, "d": 4, "sum": 40})

        gateway.write(
            Update(
                key,
                Present(),
                put={"a": 10},
                put_if_missing={"b": 20, "new": 30},
                add={"sum": -50, "other_sum": 5},
                remove=("c", "not_there"),
            )
        )

        expected = {"a": 10, "b": 2, "new": 30, "d": 4, "sum": -10, "other_sum": 5}
        assert stored(gateway, key) == expected

    def test_it_reaches_one_level_into_a_map(self, gateway: Gateway, key: Key) -> None:
        put(gateway, key, {"map": {"sub_1": "active", "sub_2": "paused", "sub_3": "x"}})

        gateway.write(
            Update(
                key,
                Present(),
                put={"map.sub_1": "canceled", "map.sub_4": "active"},
                put_if_missing={"map.sub_2": "other", "map.sub_5": "new"},
                remove=("map.sub_3", "map.sub_9"),
            )
        )

        expected = {"sub_1": "canceled", "sub_2": "paused", "sub_4": "active", "sub_5": "new"}
        assert stored(gateway, key) == {"map": expected}

    @pytest.mark.parametrize(
        "change",
        [
            {"put": {"map.sub_1": "x"}},
            {"put_if_missing": {"map.sub_1": "x"}},
            {"put": {"text.sub_1": "x"}},
            {"add": {"text": 1}},
            {},
        ],
    )
    def test_what_makes_no_sense_is_refused_for_good(
        self, gateway: Gateway, key: Key, change: dict[str, Any]
    ) -> None:
        put(gateway, key, {"text": "x"})

        with pytest.raises(REFUSED_FOR_GOOD):
            gateway.write(Update(key, ALWAYS, **change))

        assert stored(gateway, key) == {"text": "x"}

    def test_put_answers_what_was_put_and_delete_nothing(self, gateway: Gateway, key: Key) -> None:
        assert gateway.write(Put(key, {"a": 1}, ALWAYS)) == {"a": 1}
        assert gateway.write(Delete(key, ALWAYS)) == {}
        assert gateway.write(Delete(key, ALWAYS)) == {}


class TestTransactions:
    def test_every_kind_of_step_is_done_at_once(self, gateway: Gateway) -> None:
        made, changed, gone, seen = new_key(), new_key(), new_key(), new_key()
        for one in (changed, gone, seen):
            put(gateway, one, {"version": 1})

        gateway.transact(
            [
                Put(made, {"a": 1}, Absent()),
                Update(changed, Equals("version", 1), add={"version": 1}),
                Delete(gone, Present()),
                Check(seen, Equals("version", 1)),
            ],
            token=token(),
        )

        rows = [stored(gateway, one) for one in (made, changed, gone, seen)]
        assert rows == [{"a": 1}, {"version": 2}, None, {"version": 1}]

    def test_a_refusal_names_each_failed_step_and_what_stands_there(self, gateway: Gateway) -> None:
        there, missing, fine = put(gateway, new_key(), {"version": 7}), new_key(), new_key()
        with pytest.raises(TransactionRefusedError) as refusal:
            gateway.transact(
                [
                    Put(there, {}, Absent()),
                    Put(fine, {}, Absent()),
                    Update(missing, Present(), put={"a": 1}),
                ],
                token=token(),
            )

        assert refusal.value.failed == {0, 2}
        item = {"pk": there.pk, "sk": there.sk, "version": 7}
        assert refusal.value.items == {0: item}
        assert gateway.get(fine) is None
        assert gateway.get(missing) is None

    def test_a_repeat_with_the_same_token_changes_nothing(self, gateway: Gateway, key: Key) -> None:
        steps: list[TransactionStep] = [Update(key, ALWAYS, add={"count": 1})]
        same = token()

        for _ in range(3):
            gateway.transact(steps, token=same)

        assert stored(gateway, key) == {"count": 1}

    def test_a_repeat_is_not_refused_by_what_it_did_itself(
        self, gateway: Gateway, key: Key
    ) -> None:
        steps: list[TransactionStep] = [Put(key, {"a": 1}, Absent())]
        same = token()

        gateway.transact(steps, token=same)
        gateway.transact(steps, token=same)

        assert stored(gateway, key) == {"a": 1}

    def test_one_token_is_for_one_transaction(self, gateway: Gateway, key: Key) -> None:
        same = token()
        gateway.transact([Put(key, {"a": 1}, Absent())], token=same)

        with pytest.raises(REFUSED_FOR_GOOD):
            gateway.transact([Put(key, {"a": 2}, ALWAYS)], token=same)

        assert stored(gateway, key) == {"a": 1}

    def test_a_refused_transaction_may_be_tried_again_with_its_token(
        self, gateway: Gateway, key: Key
    ) -> None:
        steps: list[TransactionStep] = [Update(key, Present(), put={"b": 2})]
        same = token()
        with pytest.raises(TransactionRefusedError):
            gateway.transact(steps, token=same)

        put(gateway, key, {"a": 1})
        gateway.transact(steps, token=same)

        assert stored(gateway, key) == {"a": 1, "b": 2}

    def test_a_hundred_steps_and_not_one_more(self, gateway: Gateway) -> None:
        keys = [new_key() for _ in range(101)]
        steps: list[TransactionStep] = [Put(key, {}, Absent()) for key in keys]

        gateway.transact(steps[:100], token=token())
        with pytest.raises(REFUSED_FOR_GOOD):
            gateway.transact([Put(new_key(), {}, Absent()) for _ in keys], token=token())

        assert len(gateway.get_many(keys)) == 100

    def test_a_check_of_nothing_is_refused(self, gateway: Gateway, key: Key) -> None:
        with pytest.raises(ValueError, match="check"):
            gateway.transact([Check(key, ALWAYS)], token=token())

    def test_two_steps_on_one_item_are_refused(self, gateway: Gateway, key: Key) -> None:
        with pytest.raises(REFUSED_FOR_GOOD):
            gateway.transact([Put(key, {}, ALWAYS), Check(key, Absent())], token=token())


class TestReads:
    def test_what_is_not_there_is_none(self, gateway: Gateway, key: Key) -> None:
        assert gateway.get(key) is None

    def test_many_are_found_across_tables_and_over_the_limit_of_a_call(
        self, gateway: Gateway
    ) -> None:
        wanted = [new_key() for _ in range(150)]
        wanted += [Key("operations", new_key().pk, "-") for _ in range(80)]
        for number, one in enumerate(wanted[::2]):
            put(gateway, one, {"number": number})

        found = gateway.get_many([*wanted, *wanted[:10]])

        numbers = {key: item["number"] for key, item in found.items()}
        assert numbers == {key: number for number, key in enumerate(wanted[::2])}

    def test_none_of_none(self, gateway: Gateway) -> None:
        assert gateway.get_many([]) == {}

    def test_a_caller_may_change_what_it_got(self, gateway: Gateway, key: Key) -> None:
        put(gateway, key, {"map": {"a": 1}, "list": [1]})

        got = gateway.get(key) or {}
        got["map"] = "other"
        (gateway.get(key) or {})["list"] = []

        assert stored(gateway, key) == {"map": {"a": 1}, "list": [1]}


@pytest.fixture
def partition(gateway: Gateway) -> str:
    """Rows a1 a2 … a5 b1 b2, with a number each."""
    name = f"PARTITION#{uuid.uuid4().hex}"
    for number, sk in enumerate(["b1", "a3", "a1", "a5", "b2", "a2", "a4"]):
        put(gateway, Key("customers", name, sk), {"number": number})
    put(gateway, Key("customers", name + "x", "a1"), {})
    return name


class TestQueries:
    def found(self, gateway: Gateway, query: Query) -> list[str]:
        return [str(item["sk"]) for item in gateway.query(query).items]

    @pytest.mark.parametrize(
        ("narrowed", "expected"),
        [
            ({}, "a1 a2 a3 a4 a5 b1 b2"),
            ({"ascending": False}, "b2 b1 a5 a4 a3 a2 a1"),
            ({"prefix": "b"}, "b1 b2"),
            ({"prefix": ""}, "a1 a2 a3 a4 a5 b1 b2"),
            ({"at_least": "a4"}, "a4 a5 b1 b2"),
            ({"below": "a3"}, "a1 a2"),
            ({"below": "a3", "ascending": False}, "a2 a1"),
            ({"limit": 3, "consistent": True}, "a1 a2 a3"),
            ({"prefix": "nothing"}, ""),
        ],
    )
    def test_the_sort_key_narrows_and_orders(
        self, gateway: Gateway, partition: str, narrowed: dict[str, Any], expected: str
    ) -> None:
        query = Query("customers", partition, **narrowed)

        assert self.found(gateway, query) == expected.split()

    @pytest.mark.parametrize("ascending", [True, False])
    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
    def test_pages_join_to_the_whole(
        self, gateway: Gateway, partition: str, ascending: bool, limit: int
    ) -> None:
        whole = self.found(gateway, Query("customers", partition, ascending=ascending))
        joined: list[str] = []
        query = Query("customers", partition, ascending=ascending, limit=limit)
        while True:
            page = gateway.query(query)
            joined += [str(item["sk"]) for item in page.items]
            if page.next_start is None:
                break
            query = Query(
                "customers", partition, ascending=ascending, limit=limit, start=page.next_start
            )

        assert joined == whole

    def test_an_index_holds_only_rows_that_have_both_its_attributes(self, gateway: Gateway) -> None:
        shard = f"SHARD#{uuid.uuid4().hex}"
        for number in (30, 10, 20):
            put(gateway, new_key(), {"list_shard": shard, "lifetime_value_minor": number})
        put(gateway, new_key(), {"list_shard": shard})
        put(gateway, new_key(), {"lifetime_value_minor": 15})
        index = "customers_by_lifetime_value"

        page = gateway.query(Query("customers", shard, index=index, at_least=11, ascending=False))

        assert [item["lifetime_value_minor"] for item in page.items] == [30, 20]
        assert page.next_start is None

    def test_pages_of_an_index_join_to_the_whole_also_where_values_are_equal(
        self, gateway: Gateway
    ) -> None:
        shard = f"SHARD#{uuid.uuid4().hex}"
        rows = [put(gateway, new_key(), self.row(shard, number)) for number in (5, 5, 5, 7, 7)]
        query = Query("customers", shard, index="customers_by_lifetime_value", limit=2)
        seen: list[str] = []
        while True:
            page = gateway.query(query)
            seen += [str(item["pk"]) for item in page.items]
            if page.next_start is None:
                break
            query = Query(
                "customers",
                shard,
                index="customers_by_lifetime_value",
                limit=2,
                start=page.next_start,
            )

        assert sorted(seen) == sorted(row.pk for row in rows)

    def row(self, shard: str, number: int) -> Item:
        return {"list_shard": shard, "lifetime_value_minor": number}

    def test_a_row_leaves_a_sparse_index_with_its_attribute(
        self, gateway: Gateway, key: Key
    ) -> None:
        shard = f"SHARD#{uuid.uuid4().hex}"
        put(gateway, key, {"list_shard": shard, "created_at_key": "x"})
        gateway.write(Update(key, ALWAYS, remove=("list_shard",)))

        query = Query("customers", shard, index="customers_by_created")
        assert gateway.query(query).items == []


# --- both at once ------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "map"])
NUMBERS = st.integers(-3, 3)
VALUES = st.one_of(NUMBERS, st.sampled_from(["x", "y"]), st.none(), st.booleans())
CONDITION_OF_ANY_KIND = st.recursive(
    st.one_of(
        st.just(Absent()),
        st.just(Present()),
        st.just(ALWAYS),
        st.builds(Missing, NAMES | st.just("map.a")),
        st.builds(Equals, NAMES | st.just("map.a"), VALUES),
        st.builds(Below, NAMES, NUMBERS | st.sampled_from(["x", "y"])),
    ),
    lambda inner: (
        st.builds(AllOf, st.tuples(inner, inner)) | st.builds(AnyOf, st.tuples(inner, inner))
    ),
    max_leaves=3,
)
FIELDS: st.SearchStrategy[dict[str, Value]] = st.dictionaries(
    NAMES, VALUES | st.dictionaries(st.just("a"), VALUES), max_size=3
)
PATHS = NAMES | st.sampled_from(["map.a", "map.b"])


@st.composite
def steps_on(draw: st.DrawFn, key: Key, *, is_alone: bool) -> TransactionStep:
    """What can be refused for good stands alone: which reason wins beside others is not fixed."""
    condition = draw(CONDITION_OF_ANY_KIND)
    match draw(st.sampled_from(["put", "update", "update", "delete", "check"])):
        case "put":
            return Put(key, draw(FIELDS), condition)
        case "update":
            # Each path once: the local AWS does not see that two of them overlap.
            usable_paths = PATHS if is_alone else NAMES
            paths = draw(st.lists(usable_paths, min_size=1, max_size=4, unique=True))
            if "map" in paths:
                paths = [path for path in paths if not path.startswith("map.")]
            sections: dict[str, list[str]] = {"put": [], "put_if_missing": [], "remove": []}
            for path in paths:
                # Nor does it refuse to remove something from a map that is not there.
                usable = ["put", "put_if_missing"] if "." in path else sorted(sections)
                sections[draw(st.sampled_from(usable))].append(path)
            may_add = is_alone and "a" not in paths
            return Update(
                key,
                condition,
                put={path: draw(VALUES) for path in sections["put"]},
                put_if_missing={path: draw(VALUES) for path in sections["put_if_missing"]},
                add=draw(st.dictionaries(st.just("a"), NUMBERS)) if may_add else {},
                remove=tuple(sections["remove"]),
            )
        case "delete":
            return Delete(key, condition)
        case _:
            return Check(key, AllOf((condition, Missing("never"))))


def outcome(gateway: Gateway, steps: list[TransactionStep]) -> object:
    try:
        if len(steps) == 1 and not isinstance(steps[0], Check):
            return gateway.write(steps[0])
        gateway.transact(steps, token=token())
    except ConditionFailedError as error:
        return ("condition", error.item)
    except TransactionRefusedError as error:
        return ("refused", error.failed, error.items)
    except REFUSED_FOR_GOOD:
        return "refused for good"
    return "done"


@pytest.fixture(scope="module")
def both(dynamodb: Any, tables: dict[str, str]) -> tuple[Gateway, Gateway]:
    return MemoryGateway(), BotocoreGateway(dynamodb, table_names=tables)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_random_operations_end_alike_in_both(
    both: tuple[Gateway, Gateway], data: st.DataObject
) -> None:
    run = uuid.uuid4().hex
    rows = [Key("operations", f"ROW#{run}", sk) for sk in ("1", "2", "3")]
    for _ in range(data.draw(st.integers(1, 5))):
        touched = data.draw(st.lists(st.sampled_from(rows), min_size=1, max_size=2, unique=True))
        is_alone = len(touched) == 1
        steps = [data.draw(steps_on(key, is_alone=is_alone)) for key in touched]

        ends = [outcome(gateway, steps) for gateway in both]

        assert ends[0] == ends[1]
        assert both[0].get_many(rows) == both[1].get_many(rows)
