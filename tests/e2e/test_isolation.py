"""Who may see and do what (G1): every operation of the OpenAPI document, every kind of caller.

The tests are made of the document. An operation, an id or a security scheme that they do not know
fails them: nothing is published that is not tried here.
"""

import os
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from frontdesk.adapters.dynamodb.operations import Item
from frontdesk.domain.credential import digest_of
from frontdesk.domain.ids import new_id
from frontdesk.domain.scopes import SCOPES
from tests.e2e import tables
from tests.e2e.calls import Answer, Api
from tests.e2e.market import Buyer, Market
from tests.e2e.operations import OPERATIONS, Operation

pytestmark = pytest.mark.timeout(300)  # the first test builds and deploys

PUBLIC = frozenset(
    (
        "POST /v1/sessions/sso",
        "GET /v1/sso",
        "GET /v1/storefront",
        "GET /v1/health",
        "GET /v1/openapi.json",
        "POST /webhooks/stripe",
        "POST /webhooks/paypal",
    )
)
"""Open to everybody. Adding a line here is a decision."""

GUARDED = tuple(one for one in OPERATIONS if one.schemes)
WITH_ID = tuple(one for one in OPERATIONS if one.id_prefix)
CUSTOMERS = tuple(one for one in GUARDED if "customer" in one.schemes)
CUSTOMERS_LISTS = tuple(one for one in CUSTOMERS if one.method == "GET" and not one.id_prefix)
ONLY_MERCHANTS = tuple(one for one in GUARDED if "customer" not in one.schemes)
ONLY_CUSTOMERS = tuple(one for one in GUARDED if "merchant" not in one.schemes)
SCOPED = tuple(one for one in GUARDED if one.scope)

FRESH_EACH_TIME = frozenset(("date", "x-request-id", "apigw-requestid", "x-amzn-requestid"))
ID_KEYS = frozenset(("ses", "key", "exp", "cus", "sub", "txn", "ref", "rrq", "pm"))


def each(operations: tuple[Operation, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=lambda operation: operation.key)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two customers of one shop, the shop's owner, and the ids of what is each one's own."""

    market: Market
    ada: Buyer
    bob: Buyer
    ids: Mapping[str, Mapping[str, str]]
    """By owner ("ada", "bob", "shop"), then by prefix."""

    def foreign_ids(self, name: str) -> dict[str, str]:
        """What `name` could try, by prefix: another customer's first, then the shop's."""
        other = {"ada": "bob", "bob": "ada"}[name]
        return {**self.ids["shop"], **self.ids[other]}


@pytest.fixture(scope="module")
def neighbours(market: Market) -> Neighbours:
    ada = market.new_buyer("Ada Lovelace", subscriptions=2)
    bob = market.new_buyer("Bob Tables", subscriptions=2)
    market.owner("PUT", "/v1/settings", {"refunds": {"accepts_requests": True}})
    ids = {"ada": _ids_of(ada, market=market), "bob": _ids_of(bob, market=market)}
    order = {"kind": "customers", "format": "csv"}
    export = market.owner("POST", "/v1/exports", order, Idempotency_Key=str(uuid.uuid4()))
    ids["shop"] = {"exp": export.body["id"], "key": _new_key(market)["id"]}
    market.settle()
    return Neighbours(market, ada, bob, ids)


def _new_key(market: Market) -> dict[str, Any]:
    made: dict[str, Any] = market.owner(
        "POST", "/v1/api-keys", {"name": "Shop's", "role": "owner"}
    ).body
    return made


def _ids_of(buyer: Buyer, *, market: Market) -> dict[str, str]:
    market.signed_in(buyer.id)  # a second session, so that the list of them has two pages
    transactions = market.owner("GET", f"/v1/customers/{buyer.id}/transactions").body["data"]
    refund = _new_refund(transactions[0], market=market)
    # Two, so that the list of them has two pages.
    requests = [_new_refund_request(one, buyer=buyer) for one in transactions[:2]]
    # In use, so that none of these tests takes it away.
    (card,) = (m for m in _two_cards(buyer, market=market) if m["subscriptions"])
    return {
        "cus": buyer.id,
        "pm": card["id"],
        "ref": refund["id"],
        "rrq": requests[1]["id"],
        "sub": buyer.api("GET", "/v1/me/subscriptions").body["data"][0]["id"],
        "txn": transactions[0]["id"],
        "ses": buyer.api("GET", "/v1/sessions").body["data"][0]["id"],
    }


def _two_cards(buyer: Buyer, *, market: Market) -> list[dict[str, Any]]:
    """So that the list of them has two pages."""
    card = "pm_card_mastercard"
    market.stripe.v1.payment_methods.attach(card, {"customer": buyer.provider_id})
    market.settle()
    listed: list[dict[str, Any]] = buyer.api("GET", "/v1/me/payment-methods").body["data"]
    return listed


def _new_refund(transaction: dict[str, Any], *, market: Market) -> dict[str, Any]:
    order = {"reason": "other", "amount": transaction["amount"] | {"amount": 100}}
    path = f"/v1/transactions/{transaction['id']}/refunds"
    made: dict[str, Any] = market.owner("POST", path, order, Idempotency_Key=str(uuid.uuid4())).body
    return made


def _new_refund_request(transaction: dict[str, Any], *, buyer: Buyer) -> dict[str, Any]:
    order = {"transaction_id": transaction["id"], "reason": "It does not fit"}
    made: dict[str, Any] = buyer.api(
        "POST", "/v1/me/refund-requests", order, Idempotency_Key=str(uuid.uuid4())
    ).body
    return made


def a_missing_id(prefix: str) -> str:
    return new_id(prefix, at=datetime.now(UTC), randomness=os.urandom(10))


BODIES: Mapping[str, Mapping[str, Any]] = {
    "cancel": {"when": "period_end"},
    "change": {"offer_id": f"off_{'0' * 26}"},
    "decline": {"reason": "Too late"},
    "refunds": {"reason": "other"},
    "price": {"amount": {"amount": 4900, "currency": "usd"}, "from": "next_renewal"},
}
"""By the last word of a path: what a command has to say at least."""


def ask(api: Api, operation: Operation, identifier: str = "") -> Answer:
    """As complete as a request has to be to get as far as its id."""
    body = dict(BODIES.get(operation.key.rpartition("/")[2], {}))
    return api(
        operation.method,
        operation.path(identifier),
        body if operation.needs_body else None,
        If_Match='"1"',
        Idempotency_Key=str(uuid.uuid4()),
    )


def seen(answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """Everything of an answer but what is new in each, byte for byte."""
    request_id = answer.headers["X-Request-Id"].encode()
    headers = [(n, v) for n, v in answer.headers.items() if n.lower() not in FRESH_EACH_TIME]
    return answer.status, sorted(headers), answer.raw.replace(request_id, b"")


class TestTheDocument:
    def test_what_is_open_to_everybody_is_so_on_purpose(self) -> None:
        assert {one.key for one in OPERATIONS if not one.schemes} == PUBLIC

    def test_every_scheme_is_one_that_these_tests_know(self) -> None:
        assert {scheme for one in GUARDED for scheme in one.schemes} == {"customer", "merchant"}

    def test_every_id_is_of_a_kind_that_these_tests_know(self) -> None:
        assert {one.id_prefix for one in WITH_ID} <= ID_KEYS

    def test_every_operation_that_takes_a_merchants_token_asks_for_a_scope_or_has_no_object(
        self,
    ) -> None:
        unscoped = {one.key for one in GUARDED if "merchant" in one.schemes and not one.scope}

        assert unscoped == {"DELETE /v1/sessions/current"}


@pytest.mark.case("G1")
class TestForeignIds:
    @pytest.mark.parametrize("name", ["ada", "bob"])
    @each(WITH_ID)
    def test_a_foreign_id_answers_a_customer_as_a_missing_one(
        self, neighbours: Neighbours, operation: Operation, name: str
    ) -> None:
        caller: Buyer = getattr(neighbours, name)
        prefix = str(operation.id_prefix)
        missing = ask(caller.api, operation, a_missing_id(prefix))

        foreign = ask(caller.api, operation, neighbours.foreign_ids(name)[prefix])

        assert seen(foreign) == seen(missing)
        expected = (404, "not_found") if "customer" in operation.schemes else (403, "forbidden")
        assert (foreign.status, foreign.code) == expected

    @each(WITH_ID)
    def test_an_id_of_another_kind_answers_everybody_as_a_missing_one(
        self, neighbours: Neighbours, operation: Operation
    ) -> None:
        prefix = str(operation.id_prefix)
        callers = (neighbours.ada.api, neighbours.market.owner)
        foreign = {kind: i for kind, i in neighbours.foreign_ids("ada").items() if kind != prefix}
        # The same object under the other kind's name, and what is no id at all.
        tried = [*foreign.values(), *(f"{prefix}_{i.partition('_')[2]}" for i in foreign.values())]
        tried += [f"{prefix}_", "x", "..", "%2e%2e", f"{a_missing_id(prefix)}x", "null", "*"]

        for caller in callers:
            missing = seen(ask(caller, operation, a_missing_id(prefix)))
            for identifier in tried:
                assert seen(ask(caller, operation, identifier)) == missing, identifier

    @each(tuple(one for one in WITH_ID if "merchant" in one.schemes))
    def test_a_merchants_key_finds_everything_but_a_customers_session(
        self, neighbours: Neighbours, operation: Operation
    ) -> None:
        owner, prefix = neighbours.market.owner, str(operation.id_prefix)
        known = {**neighbours.foreign_ids("ada"), "key": _new_key(neighbours.market)["id"]}[prefix]

        answers = [
            ask(owner, operation, identifier) for identifier in (known, a_missing_id(prefix))
        ]

        assert (answers[1].status, answers[1].code) == (404, "not_found")
        assert (answers[0].status == 404) == (prefix == "ses")

    @each(WITH_ID)
    def test_without_the_scope_an_object_that_is_there_answers_as_a_missing_one(
        self, neighbours: Neighbours, operation: Operation, key_without: Callable[[str], Api]
    ) -> None:
        prefix = str(operation.id_prefix)
        api = key_without(str(operation.scope)) if operation.scope else neighbours.market.owner

        answers = [
            seen(ask(api, operation, identifier))
            for identifier in (neighbours.foreign_ids("ada")[prefix], a_missing_id(prefix))
        ]

        assert answers[0] == answers[1]
        assert answers[0][0] == 403

    @each(tuple(one for one in WITH_ID if "customer" in one.schemes))
    def test_the_same_request_with_ones_own_id_is_answered(
        self, neighbours: Neighbours, operation: Operation
    ) -> None:
        """Without this, a route that answered 404 to everybody would look well guarded."""
        visitor = neighbours.market.signed_in(neighbours.ada.id)
        own = dict(neighbours.ids["ada"])
        own["ses"] = visitor("GET", "/v1/sessions").body["data"][0]["id"]

        answer = ask(visitor, operation, own[str(operation.id_prefix)])

        # A command on what is there may be refused: for its state, or for what it asks for.
        allowed = (200, 204) if operation.method == "GET" else (200, 202, 204, 409, 422)
        assert answer.status in allowed

    def test_foreign_ids_have_changed_nothing(self, neighbours: Neighbours) -> None:
        neighbours.market.settle()  # what other tests did with their own still comes back as events
        before = _but_answers(tables.items(neighbours.market.shop))

        for operation in WITH_ID:
            foreign = neighbours.foreign_ids("bob")[str(operation.id_prefix)]
            ask(neighbours.bob.api, operation, foreign)

        assert _but_answers(tables.items(neighbours.market.shop)) == before


def _but_answers(items: Mapping[tuple[str, str, str], Item]) -> dict[tuple[str, str, str], Item]:
    """Without what is kept of commands for their repeats, refusals too."""
    return {key: item for key, item in items.items() if key[2] != "REQUEST"}


@pytest.mark.case("G1")
class TestOnesOwn:
    @each(CUSTOMERS_LISTS)
    def test_a_customer_sees_nothing_of_another(
        self, neighbours: Neighbours, operation: Operation
    ) -> None:
        answer = ask(neighbours.ada.api, operation)
        others = neighbours.bob.marks | set(neighbours.ids["bob"].values())
        own = neighbours.ada.marks | set(neighbours.ids["ada"].values())

        text = answer.raw.decode()

        assert answer.status == 200
        assert [mark for mark in others if mark in text] == []
        assert [mark for mark in own if mark in text] != []

    @each(CUSTOMERS_LISTS)
    @pytest.mark.parametrize("name", ["customer", "customer_id", "customerId", "id", "email"])
    def test_an_owner_in_the_query_is_refused(
        self, neighbours: Neighbours, operation: Operation, name: str
    ) -> None:
        answer = neighbours.ada.api("GET", f"{operation.path()}?{name}={neighbours.bob.id}")

        assert (answer.status, answer.code) == (422, "invalid_input")
        assert answer.body["errors"][0]["code"] == "unknown_parameter"

    @each(CUSTOMERS_LISTS)
    def test_an_owner_in_a_header_is_not_looked_at(
        self, neighbours: Neighbours, operation: Operation
    ) -> None:
        names = ("X-Customer-Id", "X-User-Id", "X-Principal-Id", "X-Forwarded-User")
        claimed = Api(
            neighbours.ada.api.url,
            neighbours.ada.api.token,
            dict.fromkeys(names, neighbours.bob.id),
        )

        assert seen(ask(claimed, operation)) == seen(ask(neighbours.ada.api, operation))

    @each(tuple(one for one in CUSTOMERS_LISTS if "cursor" in one.query))
    def test_a_cursor_of_another_is_refused(
        self, neighbours: Neighbours, operation: Operation
    ) -> None:
        page = neighbours.ada.api("GET", f"{operation.path()}?limit=1")
        address = f"{operation.path()}?limit=1&cursor={page.body['next_cursor']}"

        answers = [buyer.api("GET", address) for buyer in (neighbours.ada, neighbours.bob)]

        assert answers[0].status == 200
        assert (answers[1].status, answers[1].code) == (400, "invalid_cursor")

    @pytest.mark.parametrize(
        "change",
        [{"id": "cus_x"}, {"customer_id": "cus_x"}, {"version": 9}, {"is_test": True}],
        ids=lambda change: next(iter(change)),
    )
    def test_a_customer_sets_no_field_that_is_not_a_customers(
        self, neighbours: Neighbours, change: dict[str, Any]
    ) -> None:
        current = neighbours.ada.api("GET", "/v1/me")

        answer = neighbours.ada.api("PATCH", "/v1/me", change, If_Match=current.headers["ETag"])

        assert (answer.status, answer.code) == (422, "invalid_input")
        assert seen(neighbours.ada.api("GET", "/v1/me")) == seen(current)


@pytest.fixture(scope="module")
def key_without(neighbours: Neighbours) -> Callable[[str], Api]:
    """A key that may do everything but one thing."""
    made: dict[str, Api] = {}

    def find(scope: str) -> Api:
        if scope not in made:
            made[scope] = key_with(neighbours.market, SCOPES - {scope})
        return made[scope]

    return find


def key_with(market: Market, scopes: frozenset[str]) -> Api:
    wanted = {"name": "A test's", "scopes": sorted(scopes)}
    answer = market.owner("POST", "/v1/api-keys", wanted)
    assert answer.status == 201, answer.raw
    return Api(market.shop.api_url, answer.body["secret"])


@pytest.mark.case("G1")
class TestCallers:
    @each(ONLY_MERCHANTS)
    def test_a_customers_token_works_on_no_route_of_the_merchant(
        self, neighbours: Neighbours, operation: Operation
    ) -> None:
        answer = ask(neighbours.ada.api, operation, a_missing_id(str(operation.id_prefix)))

        assert (answer.status, answer.code) == (403, "forbidden")

    @each(ONLY_CUSTOMERS)
    def test_a_merchants_key_works_on_no_route_of_the_customer(
        self, neighbours: Neighbours, operation: Operation
    ) -> None:
        own = neighbours.ids["ada"].get(str(operation.id_prefix), "")

        answer = ask(neighbours.market.owner, operation, own)

        assert (answer.status, answer.code) == (403, "forbidden")

    @each(SCOPED)
    def test_a_key_without_the_scope_is_refused(
        self, neighbours: Neighbours, operation: Operation, key_without: Callable[[str], Api]
    ) -> None:
        api = key_without(str(operation.scope))

        answer = ask(api, operation, a_missing_id(str(operation.id_prefix)))

        assert (answer.status, answer.code) == (403, "forbidden")

    @each(SCOPED)
    def test_a_key_with_no_other_scope_is_let_in(
        self, neighbours: Neighbours, operation: Operation
    ) -> None:
        api = key_with(neighbours.market, frozenset((str(operation.scope),)))

        answer = ask(api, operation, a_missing_id(str(operation.id_prefix)))

        assert answer.status not in (401, 403)


@pytest.fixture(scope="module")
def dead_tokens(neighbours: Neighbours) -> dict[str, str]:
    """What does not hold, as Authorization headers."""
    market = neighbours.market
    good, owner = str(neighbours.ada.api.token), str(market.owner.token)
    revoked = market.signed_in(neighbours.ada.id)
    revoked("DELETE", "/v1/sessions/current")
    expired = market.signed_in(neighbours.ada.id)
    expire(str(expired.token), market=market)
    key = _new_key(market)
    market.owner("DELETE", f"/v1/api-keys/{key['id']}")
    return {
        "no token": "",
        "a scheme alone": "Bearer",
        "an empty token": "Bearer ",
        "another scheme": f"Basic {good}",
        "no scheme": good,
        "two tokens": f"Bearer {good}, Bearer {owner}",
        "garbled": "Bearer \x01\xff{}[]\"'",
        "cut": f"Bearer {good[:-1]}",
        "longer": f"Bearer {good}A",
        "altered": f"Bearer {good[:-2]}{'AB' if good[-2:] != 'AB' else 'BA'}",
        "in capitals": f"Bearer {good.upper()}",
        "made up": f"Bearer fds_{secrets.token_urlsafe(32)}",
        "a made-up key": f"Bearer fd_live_{secrets.token_urlsafe(32)}",
        "a key of the other mode": f"Bearer {owner.replace('fd_test_', 'fd_live_')}",
        "revoked": f"Bearer {revoked.token}",
        "expired": f"Bearer {expired.token}",
        "a revoked key": f"Bearer {key['secret']}",
        "an id": f"Bearer {neighbours.ids['ada']['ses']}",
        "a digest": f"Bearer {digest_of(good)}",
        "5 KB": f"Bearer fds_{'a' * 5000}",
    }


def expire(token: str, *, market: Market) -> None:
    """As if an hour had passed."""
    name = market.shop.tables["operations"]
    (key,) = (
        {"pk": {"S": pk}, "sk": {"S": sk}}
        for (_, pk, sk), item in tables.items(market.shop).items()
        if item.get("digest") == digest_of(token) and item["entity"] == "session"
    )
    tables.client(market.shop).update_item(
        TableName=name,
        Key=key,
        UpdateExpression="SET expires_at_epoch_seconds = :past",
        ExpressionAttributeValues={":past": {"N": "1700000000"}},
    )


@pytest.mark.case("G1")
class TestTokens:
    @each(GUARDED)
    def test_a_token_that_does_not_hold_is_nobodys(
        self, neighbours: Neighbours, operation: Operation, dead_tokens: dict[str, str]
    ) -> None:
        url = neighbours.market.shop.api_url
        identifier = {**neighbours.ids["shop"], **neighbours.ids["ada"]}.get(
            str(operation.id_prefix), ""
        )

        answers = {
            what: ask(
                Api(url, headers={"Authorization": header} if header else {}), operation, identifier
            )
            for what, header in dead_tokens.items()
        }

        assert {what: (a.status, a.code) for what, a in answers.items()} == dict.fromkeys(
            answers, (401, "unauthenticated")
        )
        assert len({str(seen(answer)) for answer in answers.values()}) == 1
        assert {a.headers["WWW-Authenticate"] for a in answers.values()} == {"Bearer"}
