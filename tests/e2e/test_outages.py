"""When something behind Frontdesk does not answer, callers are told to come again, and can."""

import uuid

import pytest

from tests import sso
from tests.e2e.calls import Answer
from tests.e2e.market import Buyer, Market

pytestmark = pytest.mark.timeout(300)  # the first test builds and deploys


@pytest.fixture(scope="module")
def buyer(market: Market) -> Buyer:
    return market.new_buyer("Otto Outage")


def ensure_told_to_come_again(answer: Answer) -> None:
    assert (answer.status, answer.code) == (503, "service_unavailable"), answer.raw
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]


class TestTables:
    def test_health_is_good_only_while_the_tables_answer(self, market: Market) -> None:
        with market.without("dynamodb", function="settings"):
            during = market.anyone("GET", "/v1/health")

        ensure_told_to_come_again(during)
        assert market.anyone("GET", "/v1/health").status == 200

    def test_what_cannot_be_read_or_written_can_be_asked_for_again(
        self, market: Market, buyer: Buyer
    ) -> None:
        version = buyer.api("GET", "/v1/me").headers["ETag"]
        change = {"locale": "da-DK"}
        with market.without("dynamodb", function="profile"):
            read = buyer.api("GET", "/v1/me")
            written = buyer.api("PATCH", "/v1/me", change, If_Match=version)

        ensure_told_to_come_again(read)
        ensure_told_to_come_again(written)
        assert buyer.api("PATCH", "/v1/me", change, If_Match=version).status == 200

    @pytest.mark.parametrize("service", ["dynamodb", "secrets_manager"])
    def test_a_sign_in_that_could_not_be_is_possible_afterwards(
        self, market: Market, buyer: Buyer, service: str
    ) -> None:
        """Nobody is let in without the keys, and the token is not spent."""
        body = {"token": sso.mint(market.sso_key, subject=buyer.id)}
        with market.without(service, function="sessions"):
            during = market.anyone("POST", "/v1/sessions/sso", body)

        ensure_told_to_come_again(during)
        assert market.anyone("POST", "/v1/sessions/sso", body).status == 201

    def test_without_the_secret_of_cursors_no_cursor_is_given_or_taken(
        self, market: Market, buyer: Buyer
    ) -> None:
        page = f"/v1/customers/{buyer.id}/transactions?limit=1"
        cursor = market.owner("GET", page).body["next_cursor"]
        with market.without("secrets_manager", function="transactions"):
            given = market.owner("GET", page)
            taken = market.owner("GET", f"{page}&cursor={cursor}")

        ensure_told_to_come_again(given)
        ensure_told_to_come_again(taken)


class TestMachines:
    def test_an_export_that_could_not_be_started_is_started_by_the_same_order(
        self, market: Market
    ) -> None:
        order, key = {"kind": "customers", "format": "csv"}, str(uuid.uuid4())
        with market.without("sfn", function="exports"):
            during = market.owner("POST", "/v1/exports", order, Idempotency_Key=key)

        afterwards = market.owner("POST", "/v1/exports", order, Idempotency_Key=key)
        market.settle()

        ensure_told_to_come_again(during)
        assert afterwards.status == 202
        listed = market.owner("GET", "/v1/exports").body["data"]
        assert [one["status"] for one in listed] == ["succeeded"]
