import pytest

from frontdesk.adapters.dynamodb.expressions import query_request, step_request
from frontdesk.adapters.dynamodb.operations import (
    AllOf,
    AnyOf,
    Check,
    Condition,
    Delete,
    Equals,
    Key,
    Missing,
    Present,
    Query,
    Unconditional,
    Update,
)

KEY = Key("customers", "CUSTOMER#cus_1", "PROFILE")
ALWAYS = Unconditional("a test")


def rendered(condition: Condition) -> str | None:
    request = step_request(Delete(KEY, condition), table_name="t")
    expression: str | None = request.get("ConditionExpression")
    return expression


class TestConditions:
    def test_an_alternative_that_always_holds_makes_the_whole_hold(self) -> None:
        assert rendered(AnyOf((Equals("version", 1), ALWAYS))) is None

    def test_what_always_holds_is_left_out_of_a_conjunction(self) -> None:
        assert rendered(AllOf((ALWAYS, Present()))) == "attribute_exists(#n0)"

    def test_nested_conditions_bring_no_needless_parentheses(self) -> None:
        nested = AllOf((AnyOf((AllOf((Present(),)),)), AllOf((ALWAYS, Missing("a")))))

        assert rendered(nested) == "(attribute_exists(#n0) AND attribute_not_exists(#n1))"

    def test_a_conjunction_of_nothing_holds(self) -> None:
        assert rendered(AllOf((ALWAYS,))) is None

    def test_an_empty_alternative_could_never_hold_and_is_refused(self) -> None:
        with pytest.raises(ValueError, match="alternative"):
            rendered(AnyOf(()))

    def test_a_check_of_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="check"):
            step_request(Check(KEY, ALWAYS), table_name="t")

    def test_reserved_words_never_stand_in_an_expression(self) -> None:
        request = step_request(
            Update(KEY, Missing("name"), put={"status": "x"}, add={"count": 1}, remove=("year",)),
            table_name="t",
        )

        words = f"{request['UpdateExpression']} {request['ConditionExpression']}"
        assert not {"status", "count", "year", "name"} & set(words.replace("(", " ").split())


class TestQueries:
    @pytest.mark.parametrize(
        "query",
        [
            Query("customers", "p", at_least="a", below="b"),
            Query("customers", "p", prefix="a", at_least="b"),
            Query("customers", "p", prefix="a", below="b"),
        ],
    )
    def test_two_conditions_on_the_sort_key_are_refused(self, query: Query) -> None:
        """DynamoDB takes one; silently leaving one out would answer something else."""
        with pytest.raises(ValueError, match="one"):
            query_request(query, table_name="t")

    def test_an_index_is_never_asked_for_a_consistent_read(self) -> None:
        query = Query("customers", "p", index="customers_by_created", consistent=True)

        assert "ConsistentRead" not in query_request(query, table_name="t")
