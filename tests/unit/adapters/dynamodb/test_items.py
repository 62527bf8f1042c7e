"""What is stored is read back as it was: every field of every projection, through the codec."""

import builtins
import types
from collections import abc
from dataclasses import is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.codec import decode_item, decode_value, encode_item, encode_value
from frontdesk.adapters.dynamodb.operations import Put, Update, Value
from frontdesk.adapters.dynamodb.profile_item import customer_of, profile_steps, unchanged
from frontdesk.adapters.dynamodb.subscription_item import subscription_from, subscription_item
from frontdesk.adapters.dynamodb.transaction_item import transaction_from, transaction_item
from frontdesk.domain.customer import Customer
from frontdesk.domain.search import words_of
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.transaction import Transaction
from tests.fakes.gateway import MemoryGateway
from tests.thoroughness import tries

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MOMENTS = st.integers(0, 10**14).map(lambda ms: EPOCH + timedelta(milliseconds=ms))
NUMBERS = st.integers(-(10**12), 10**12)
TEXTS = st.text(max_size=20)
LEAVES: dict[Any, st.SearchStrategy[Any]] = {datetime: MOMENTS, int: NUMBERS, str: TEXTS}


def whole(kind: type[Any], **own: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Every field of the class is drawn, those with a default as well."""
    drawn = {name: of(hint) for name, hint in get_type_hints(kind).items()}
    return st.builds(kind, **drawn | own)


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of the types that our classes are made of, small ones."""
    arguments = get_args(hint)
    match get_origin(hint) or hint:
        case types.UnionType:
            return st.one_of(*map(of, arguments))
        case builtins.tuple:
            return st.lists(of(arguments[0]), max_size=2).map(tuple)
        case builtins.frozenset:
            return st.frozensets(of(arguments[0]), max_size=2)
        case abc.Mapping:
            return st.dictionaries(*map(of, arguments), max_size=2)
        case leaf if leaf in LEAVES:
            return LEAVES[leaf]
        case type() as kind if is_dataclass(kind):
            return whole(kind)
        case other:
            return st.from_type(other)


@given(data=st.data())
@settings(max_examples=tries(30, quick=5))
def test_a_transaction_is_read_back_as_it_was(data: st.DataObject) -> None:
    one: Transaction = data.draw(whole(Transaction))
    stored = decode_item(encode_item(transaction_item(one, at=NOW)))

    assert transaction_from(stored) == one


@given(data=st.data())
@settings(max_examples=tries(30, quick=5))
def test_a_subscription_is_read_back_as_it_was(data: st.DataObject) -> None:
    status = st.sampled_from(["active", "canceled"])
    one: Subscription = data.draw(whole(Subscription, billing_status=status))
    stored = decode_item(encode_item(subscription_item(one, at=NOW)))

    assert subscription_from(stored) == one


IDS = st.text("0123456789abcdef", min_size=26, max_size=26).map(lambda tail: f"cus_{tail}")


@given(data=st.data())
@settings(max_examples=tries(30, quick=5))
def test_a_profile_is_read_back_as_it_was_but_for_what_others_own(data: st.DataObject) -> None:
    one: Customer = data.draw(whole(Customer, id=IDS))
    gateway = MemoryGateway()
    gateway.transact(profile_steps(None, one, at=NOW), token="t-1")

    found = customer_of(gateway.get(keys.profile(one.id)) or {})

    bare = replace(one, version=1, lifetime_values={}, subscription_statuses={})
    assert replace(found, last_activity_at=None) == replace(bare, last_activity_at=None)


@given(data=st.data())
@settings(max_examples=tries(30, quick=5))
def test_a_change_leaves_exactly_the_tokens_and_pointers_of_what_stands(
    data: st.DataObject,
) -> None:
    one: Customer = data.draw(whole(Customer, id=IDS))
    other: Customer = data.draw(whole(Customer, id=st.just(one.id)))
    gateway = MemoryGateway()
    gateway.transact(profile_steps(None, one, at=NOW), token="t-1")
    before = customer_of(gateway.items[keys.profile(one.id)])
    gateway.transact(profile_steps(before, other, at=NOW), token="t-2")

    words = words_of(other.email, other.name)
    tokens = {k for k, item in gateway.items.items() if item["entity"] == "search_token"}
    pointers = [item for item in gateway.items.values() if item["entity"] == "email_owner"]
    assert tokens == {keys.search_token(word, one.id) for word in words}
    assert all(gateway.items[key]["words"] == list(words) for key in tokens)
    assert len(pointers) == bool((other.email or "").strip())  # blanks are no address


class TestProfileSteps:
    ONE = Customer(id="cus_1", created_at=NOW, name="Ann", email="ann@example.com")

    def test_a_change_touches_nothing_that_others_own(self) -> None:
        step = profile_steps(self.ONE, replace(self.ONE, name="Anna"), at=NOW)[0]

        assert isinstance(step, Update)
        owned = ("lifetime_value_minor", "subscription_statuses", "last_activity_key", "ltv_usd")
        assert not set(owned) & step.put.keys()

    def test_an_unchanged_profile_is_known_as_such(self) -> None:
        assert unchanged(self.ONE, replace(self.ONE, lifetime_values={"usd": 5}))
        assert not unchanged(self.ONE, replace(self.ONE, phone="+1"))
        assert not unchanged(None, self.ONE)

    def test_the_same_words_are_not_written_again(self) -> None:
        steps = profile_steps(self.ONE, replace(self.ONE, phone="+1"), at=NOW)

        assert len(steps) == 1

    def test_the_largest_profile_fits_into_a_transaction_beside_a_batch_of_events(self) -> None:
        words, others = (" ".join(f"{c}{n}" for n in range(40)) for c in "ab")
        before = replace(self.ONE, name=words)
        steps = profile_steps(before, replace(self.ONE, name=others, email="x@y.z"), at=NOW)

        assert len(steps) <= 100 - 10 - 1

    def test_a_new_profile_is_in_every_list(self) -> None:
        step = profile_steps(None, self.ONE, at=NOW)[0]

        assert isinstance(step, Put)
        listed = ("list_shard", "created_at_key", "name_key", "last_activity_key")
        assert set(listed) | {"lifetime_value_minor"} <= step.item.keys()


VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none()
    | st.booleans()
    | NUMBERS
    | TEXTS
    | st.binary(max_size=8)
    | st.frozensets(TEXTS, min_size=1, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(value=VALUES)
def test_any_value_is_decoded_to_what_was_encoded(value: Value) -> None:
    assert decode_value(encode_value(value)) == value


@pytest.mark.parametrize("value", [1.5, [0.1], {"a": 2.0}, object(), (1,), {1}, datetime.now(UTC)])
def test_what_has_no_exact_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        encode_value(value)


@pytest.mark.parametrize("attribute", [{"NS": ["1"]}, {"BS": [b"x"]}, {"N": "1.5"}])
def test_what_is_not_ours_is_not_read(attribute: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        decode_value(attribute)
