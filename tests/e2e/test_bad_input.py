"""What is wrong gets a clear problem document, and nothing is lost or changed by it."""

import base64
import json
import time
import uuid
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from frontdesk.adapters.dynamodb.operations import Item
from frontdesk.domain.ids import derived_id
from infra.local.stripe.posting import signature_header
from tests.e2e import tables
from tests.e2e.calls import Answer, Api
from tests.e2e.market import Buyer, Market
from tests.e2e.shops import WEBHOOK_SECRET

pytestmark = pytest.mark.timeout(300)  # the first test builds and deploys

BODY_LIMIT = 256 * 1024
WEBHOOK_BODY_LIMIT = 1024 * 1024
MISSING = {prefix: derived_id(prefix, origin="missing") for prefix in ("cus", "sub", "txn", "exp")}
TOUCHED_BY_ASKING = frozenset(("api_key", "session", "request"))
"""When a key was last used, how long a session lasts, the answers that are kept for repeats."""


@pytest.fixture(scope="module")
def buyer(market: Market) -> Buyer:
    return market.new_buyer("Bea Buyer", subscriptions=2)


@pytest.fixture(scope="module")
def etag(buyer: Buyer) -> str:
    return str(buyer.api("GET", "/v1/me").headers["ETag"])


def contents(market: Market) -> dict[tuple[str, str, str], Item]:
    return {
        key: item
        for key, item in tables.items(market.shop).items()
        if item.get("entity") not in TOUCHED_BY_ASKING
    }


def ensure_problem(answer: Answer, *, status: int, code: str) -> None:
    """An RFC 9457 document with everything that is promised of it."""
    assert (answer.status, answer.code) == (status, code), answer.raw
    body = answer.body
    assert body["status"] == status
    assert body["type"] == f"urn:frontdesk:problem:{code}"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["X-Request-Id"]


def ensure_field(answer: Answer, field: str, code: str) -> None:
    ensure_problem(answer, status=422, code="invalid_input")
    assert {"field": field, "code": code} in [
        {"field": one["field"], "code": one["code"]} for one in answer.body["errors"]
    ]
    assert all(one["message"] for one in answer.body["errors"])


NOT_JSON = {
    "nothing": b"",
    "cut off": b'{"name": "Ada',
    "a word": b"hello",
    "single quotes": b"{'name': 'Ada'}",
    "a comma too many": b'{"name": "Ada",}',
    "two objects": b"{}{}",
    "NaN": b'{"phone": NaN}',
    "the same name twice": b'{"name": "Ada", "name": "Bob"}',
    "half of a surrogate pair": b'{"name": "\\ud800"}',
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "a byte order mark": b'\xef\xbb\xbf{"name": "Ada"}',
    "UTF-16": '{"name": "Ada"}'.encode("utf-16"),
    "too deep": b'{"name":' * 200 + b"1" + b"}" * 200,
    "a number of 5,000 digits": b'{"name": ' + b"9" * 5000 + b"}",
}
NOT_AN_OBJECT = {"a list": b"[]", "null": b"null", "a number": b"1", "a text": b'"name"'}
WRONG_FIELDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown field": ({"nickname": "A"}, "nickname", "unknown_field"),
    "an unknown field inside": ({"address": {"planet": "A"}}, "address.planet", "unknown_field"),
    "a number for a text": ({"name": 1}, "name", "wrong_type"),
    "a list for a text": ({"name": ["Ada"]}, "name", "wrong_type"),
    "a text for an object": ({"address": "Lane 1"}, "address", "wrong_type"),
    "a text for a truth value": (
        {"notification_preferences": {"news": "yes"}},
        "notification_preferences.news",
        "wrong_type",
    ),
    "an empty name": ({"name": ""}, "name", "too_short"),
    "a name too long": ({"name": "x" * 257}, "name", "too_long"),
    "a biography too long": ({"social": {"bio": "x" * 2001}}, "social.bio", "too_long"),
    "a control character": ({"name": "Ada\x07"}, "name", "invalid_format"),
    "a country of three letters": ({"address": {"country": "DNK"}}, "address.country", "*"),
    "an e-mail of a company without @": ({"company": {"email": "x.example"}}, "company.email", "*"),
    "an e-mail, which has a route of its own": ({"email": "a@b.example"}, "email", "*"),
}


class TestBodies:
    @pytest.fixture(autouse=True)
    def _nothing_changes(self, buyer: Buyer) -> Any:
        before = buyer.api("GET", "/v1/me").raw
        yield
        assert buyer.api("GET", "/v1/me").raw == before

    @pytest.mark.parametrize("raw", NOT_JSON.values(), ids=list(NOT_JSON))
    def test_what_is_not_json(self, buyer: Buyer, etag: str, raw: bytes) -> None:
        answer = buyer.api("PATCH", "/v1/me", raw=raw, If_Match=etag)

        ensure_problem(answer, status=400, code="malformed_json")

    @pytest.mark.parametrize("raw", NOT_AN_OBJECT.values(), ids=list(NOT_AN_OBJECT))
    def test_json_that_is_no_object(self, buyer: Buyer, etag: str, raw: bytes) -> None:
        ensure_field(buyer.api("PATCH", "/v1/me", raw=raw, If_Match=etag), "", "not_an_object")

    @pytest.mark.parametrize(
        ("change", "field", "code"), WRONG_FIELDS.values(), ids=list(WRONG_FIELDS)
    )
    def test_fields_that_are_wrong_are_named(
        self, buyer: Buyer, etag: str, change: dict[str, Any], field: str, code: str
    ) -> None:
        answer = buyer.api("PATCH", "/v1/me", change, If_Match=etag)

        codes = [one["code"] for one in answer.body["errors"] if one["field"] == field]
        ensure_field(answer, field, codes[0] if code == "*" else code)

    def test_every_wrong_field_is_named_at_once(self, buyer: Buyer, etag: str) -> None:
        answer = buyer.api("PATCH", "/v1/me", {"name": 1, "phone": 2, "x": 3}, If_Match=etag)

        assert {one["field"] for one in answer.body["errors"]} == {"name", "phone", "x"}

    @pytest.mark.parametrize(
        "media_type",
        ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"],
    )
    def test_another_media_type(self, buyer: Buyer, etag: str, media_type: str) -> None:
        answer = buyer.api("PATCH", "/v1/me", {}, If_Match=etag, Content_Type=media_type)

        ensure_problem(answer, status=415, code="unsupported_media_type")

    @pytest.mark.parametrize("size", [BODY_LIMIT + 1, 4 * 1024 * 1024])
    def test_a_body_over_the_limit(self, buyer: Buyer, etag: str, size: int) -> None:
        raw = b'{"name": "' + b"x" * (size - 12) + b'"}'

        answer = buyer.api("PATCH", "/v1/me", raw=raw, If_Match=etag)

        assert len(raw) == size
        ensure_problem(answer, status=413, code="body_too_large")

    def test_a_body_at_the_limit_is_read(self, buyer: Buyer, etag: str) -> None:
        raw = b'{"name": "' + b"x" * (BODY_LIMIT - 12) + b'"}'

        ensure_field(buyer.api("PATCH", "/v1/me", raw=raw, If_Match=etag), "name", "too_long")

    @pytest.mark.parametrize(
        "number", ["4242 4242 4242 4242", "4242-4242-4242-4242", "４２４２４２４２４２４２４２４２"]
    )
    def test_a_card_number_is_not_taken(self, buyer: Buyer, etag: str, number: str) -> None:
        change = {"social": {"bio": f"My card: {number}"}}

        answer = buyer.api("PATCH", "/v1/me", change, If_Match=etag)

        ensure_problem(answer, status=422, code="invalid_input")
        assert number not in answer.raw.decode()


NO_VERSION = [("", 428, "precondition_required"), ("*", 428, "precondition_required")]
WRONG_VERSIONS = [
    ('"999999"', 412, "version_conflict"),
    ('"never-given"', 412, "version_conflict"),
    ("1", 400, "invalid_if_match"),
    ('"1", "2"', 400, "invalid_if_match"),
]


class TestVersions:
    @pytest.mark.parametrize(("if_match", "status", "code"), [*NO_VERSION, *WRONG_VERSIONS])
    @pytest.mark.parametrize("path", ["/v1/me", "/v1/customers/{id}"])
    def test_a_change_names_the_version_that_it_changes(
        self, market: Market, buyer: Buyer, path: str, if_match: str, status: int, code: str
    ) -> None:
        api = buyer.api if path == "/v1/me" else market.owner
        headers = {"If-Match": if_match} if if_match else {}

        answer = Api(api.url, api.token, headers)("PATCH", path.format(id=buyer.id), {})

        ensure_problem(answer, status=status, code=code)

    @pytest.mark.parametrize(("if_match", "status", "code"), WRONG_VERSIONS)
    def test_settings_that_name_a_version_name_the_current_one(
        self, market: Market, if_match: str, status: int, code: str
    ) -> None:
        answer = market.owner("PUT", "/v1/settings", {}, If_Match=if_match)

        ensure_problem(answer, status=status, code=code)

    def test_of_two_changes_to_one_version_the_second_is_refused(self, buyer: Buyer) -> None:
        version = buyer.api("GET", "/v1/me").headers["ETag"]

        first = buyer.api("PATCH", "/v1/me", {"locale": "da-DK"}, If_Match=version)
        second = buyer.api("PATCH", "/v1/me", {"locale": "en-GB"}, If_Match=version)

        assert first.status == 200
        ensure_problem(second, status=412, code="version_conflict")
        assert buyer.api("GET", "/v1/me").body["locale"] == "da-DK"


class TestQueries:
    @pytest.mark.parametrize(
        ("query", "field", "code"),
        [
            ({"limit": "0"}, "limit", "out_of_range"),
            ({"limit": "101"}, "limit", "out_of_range"),
            ({"limit": "ten"}, "limit", "out_of_range"),
            ({"limit": "1e1"}, "limit", "out_of_range"),
            ({"limit": "١٠"}, "limit", "out_of_range"),
            ({"sort": "password"}, "sort", "unknown_value"),
            ({"order": "up"}, "order", "unknown_value"),
            ({"status": "happy"}, "status", "unknown_value"),
            ({"test": "1"}, "test", "invalid_boolean"),
            ({"search": ""}, "search", "too_short"),
            ({"search": "x" * 101}, "search", "too_long"),
            ({"search": "a\0b"}, "search", "invalid_characters"),
            ({"offset": "3"}, "offset", "unknown_parameter"),
            ({"limit": "5", "limit[]": "6"}, "limit[]", "unknown_parameter"),
        ],
        ids=lambda value: str(value) if isinstance(value, dict) else "",
    )
    def test_parameters_that_are_wrong_are_named(
        self, market: Market, query: dict[str, str], field: str, code: str
    ) -> None:
        ensure_field(market.owner("GET", f"/v1/customers?{urlencode(query)}"), field, code)

    def test_a_parameter_twice_is_no_way_around_its_limit(self, market: Market) -> None:
        answer = market.owner("GET", "/v1/customers?limit=5&limit=6")

        ensure_field(answer, "limit", "out_of_range")

    def test_broken_percent_encoding_is_answered(self, market: Market) -> None:
        answer = market.owner("GET", "/v1/customers?search=%ff%fe%zz")

        assert answer.status in (200, 400, 422), answer.raw


@pytest.fixture(scope="module")
def cursor(buyer: Buyer) -> str:
    return str(buyer.api("GET", "/v1/me/subscriptions?limit=1").body["next_cursor"])


ALTERED: dict[str, Callable[[str], str]] = {
    "one character": lambda c: c[:5] + ("A" if c[5] != "A" else "B") + c[6:],
    "the last character": lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"),
    "no seal": lambda c: c.partition(".")[0],
    "an empty seal": lambda c: c.partition(".")[0] + ".",
    "only a seal": lambda c: "." + c.partition(".")[2],
    "another position under the seal": lambda c: (
        f"{base64.urlsafe_b64encode(b'{"after":"0"}').decode().rstrip('=')}.{c.partition('.')[2]}"
    ),
    "twice": lambda c: f"{c}.{c}",
    "padded": lambda c: f"{c}==",
    "in capitals": str.upper,
    "no cursor": lambda _: "next",
    "not ASCII": lambda c: f"{c}é",
    "an id": lambda _: MISSING["sub"],
}


class TestCursors:
    def test_the_cursor_as_it_was_given_goes_on(self, buyer: Buyer, cursor: str) -> None:
        answer = buyer.api("GET", f"/v1/me/subscriptions?limit=1&cursor={quote(cursor)}")

        assert (answer.status, len(answer.body["data"])) == (200, 1)

    @pytest.mark.parametrize("alter", ALTERED.values(), ids=list(ALTERED))
    def test_an_altered_cursor(
        self, buyer: Buyer, cursor: str, alter: Callable[[str], str]
    ) -> None:
        altered = quote(alter(cursor))

        answer = buyer.api("GET", f"/v1/me/subscriptions?cursor={altered}")

        ensure_problem(answer, status=400, code="invalid_cursor")

    def test_a_cursor_of_another_list(self, market: Market, buyer: Buyer, cursor: str) -> None:
        given = quote(cursor)
        answers = [
            buyer.api("GET", f"/v1/sessions?cursor={given}"),
            market.owner("GET", f"/v1/customers?cursor={given}"),
            market.owner("GET", f"/v1/customers/{buyer.id}/subscriptions?cursor={given}"),
        ]

        for answer in answers:
            ensure_problem(answer, status=400, code="invalid_cursor")

    def test_a_cursor_of_another_question(self, market: Market, buyer: Buyer) -> None:
        page = market.owner("GET", f"/v1/customers/{buyer.id}/transactions?limit=1").body
        given = quote(page["next_cursor"])

        answer = market.owner("GET", f"/v1/customers/{MISSING['cus']}/transactions?cursor={given}")

        ensure_problem(answer, status=400, code="invalid_cursor")


class TestIds:
    @pytest.mark.parametrize(
        "path",
        [
            "/v1/customers/{cus}",
            "/v1/customers/{cus}/subscriptions",
            "/v1/customers/{cus}/transactions",
            "/v1/subscriptions/{sub}",
            "/v1/transactions/{txn}",
            "/v1/exports/{exp}",
        ],
    )
    def test_an_unknown_id(self, market: Market, path: str) -> None:
        ensure_problem(market.owner("GET", path.format(**MISSING)), status=404, code="not_found")

    @pytest.mark.parametrize(
        "path", ["/v1/nowhere", "/v2/me", "/", "/v1/me/", "/v1/me/../settings"]
    )
    def test_an_unknown_path(self, market: Market, path: str) -> None:
        ensure_problem(market.owner("GET", path), status=404, code="not_found")

    def test_a_wrong_method_is_told_which_would_be_right(self, market: Market) -> None:
        answer = market.owner("DELETE", "/v1/settings")

        ensure_problem(answer, status=405, code="method_not_allowed")
        assert answer.headers["Allow"] == "GET, PUT"


class TestCommands:
    ORDER = {"kind": "customers", "format": "csv"}  # noqa: RUF012 - never changed

    @pytest.mark.parametrize(
        ("key", "code"),
        [
            (None, "idempotency_key_required"),
            ("", "idempotency_key_required"),
            ("once", "invalid_idempotency_key"),
            ("1" * 300, "invalid_idempotency_key"),
            ("0c52a6f0-3f4e-4b0e-9d5a-3a8f4ce3a11g", "invalid_idempotency_key"),
        ],
    )
    def test_a_command_without_a_usable_key_is_not_done(
        self, market: Market, key: str | None, code: str
    ) -> None:
        before = contents(market)
        headers = {} if key is None else {"Idempotency-Key": key}
        api = Api(market.shop.api_url, market.owner.token, headers)

        ensure_problem(api("POST", "/v1/exports", self.ORDER), status=400, code=code)
        assert contents(market) == before

    def test_a_key_with_another_body_is_refused_and_a_repeat_is_answered_as_before(
        self, market: Market
    ) -> None:
        key = str(uuid.uuid4())
        first = market.owner("POST", "/v1/exports", self.ORDER, Idempotency_Key=key)
        other = self.ORDER | {"format": "jsonl"}

        refused = market.owner("POST", "/v1/exports", other, Idempotency_Key=key)
        repeated = market.owner("POST", "/v1/exports", self.ORDER, Idempotency_Key=key)

        assert first.status == 202
        ensure_problem(refused, status=422, code="idempotency_key_reused")
        assert (repeated.status, repeated.raw) == (202, first.raw)
        assert repeated.headers["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize(
        ("order", "field"),
        [
            ({"kind": "customers"}, "format"),
            ({"kind": "everything", "format": "csv"}, "kind"),
            ({"kind": "customers", "format": "xlsx"}, "format"),
            (
                {"kind": "customers", "format": "csv", "filter": {"created_from": "now"}},
                "filter.created_from",
            ),
            (
                {
                    "kind": "customers",
                    "format": "csv",
                    "filter": {"created_from": "2026-01-01T00:00"},
                },
                "filter.created_from",
            ),
        ],
    )
    def test_an_order_that_cannot_be_made(
        self, market: Market, order: dict[str, Any], field: str
    ) -> None:
        answer = market.owner("POST", "/v1/exports", order, Idempotency_Key=str(uuid.uuid4()))

        ensure_problem(answer, status=422, code="invalid_input")
        assert field in [one["field"] for one in answer.body["errors"]]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"currency": "eur"}, "currency"),
            ({"features": {"everything": True}}, "features.everything"),
            ({"allowed_origins": ["*"]}, "allowed_origins.0"),
            ({"return_addresses": ["https://shop.example/../x"]}, "return_addresses.0"),
            ({"order_history_days": 0}, "order_history_days"),
            (
                {
                    "sso": {
                        "keys": [{"kid": "k", "issuer": "i", "audience": "a", "secret": "short"}]
                    }
                },
                "sso.keys.0.secret",
            ),
            (
                {
                    "sso": {
                        "keys": [{"kid": "k", "issuer": "i", "audience": "a", "secret": "a" * 64}]
                    }
                },
                "sso.keys.0.secret",
            ),
            (
                {"sso": {"keys": [{"kid": "k", "issuer": "i", "audience": "a"}]}},
                "sso.keys.0.secret",
            ),
        ],
        ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
    )
    def test_settings_that_cannot_be(
        self, market: Market, change: dict[str, Any], field: str
    ) -> None:
        before = market.owner("GET", "/v1/settings")

        answer = market.owner("PUT", "/v1/settings", change, If_Match=before.headers["ETag"])

        ensure_problem(answer, status=422, code="invalid_input")
        assert field in [one["field"] for one in answer.body["errors"]]
        assert market.owner("GET", "/v1/settings").raw == before.raw

    @pytest.mark.parametrize(
        "token", ["", "x", "a.b.c", "é" * 10, "x" * 5000, "eyJhbGciOiJub25lIn0.e30."]
    )
    def test_a_sign_in_token_that_does_not_hold(self, market: Market, token: str) -> None:
        answer = market.anyone("POST", "/v1/sessions/sso", {"token": token})

        ensure_problem(answer, status=401, code="invalid_sso_token")


def an_event(**changes: Any) -> dict[str, Any]:
    event: dict[str, Any] = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": int(time.time()),
        "data": {"object": {"id": "cus_nobody", "object": "customer"}},
        "livemode": False,
        "type": "customer.updated",
    }
    return {name: value for name, value in (event | changes).items() if value is not None}


def signature(body: bytes, *, secret: str = WEBHOOK_SECRET, age_seconds: int = 0) -> str:
    return signature_header(body, [secret], at_epoch_seconds=int(time.time()) - age_seconds)


EVENT = json.dumps(an_event()).encode()
NOT_UTF8 = EVENT.replace(b"cus_nobody", b"cus_\xff\xfe\x80")
SIGNATURES: dict[str, Callable[[], str]] = {
    "none": lambda: "",
    "of another secret": lambda: signature(EVENT, secret="whsec_another"),
    "of another body": lambda: signature(EVENT + b" "),
    "301 seconds old": lambda: signature(EVENT, age_seconds=302),
    "a day old": lambda: signature(EVENT, age_seconds=86_400),
    "301 seconds ahead": lambda: signature(EVENT, age_seconds=-302),
    "a year ahead": lambda: signature(EVENT, age_seconds=-31_536_000),
    "not ASCII": lambda: f"t={int(time.time())},v1=é{'a' * 63}",
    "not ASCII in its time": lambda: signature(EVENT).replace("t=", "t=²"),
    "without a time": lambda: signature(EVENT).partition(",")[2],
    "without a version": lambda: signature(EVENT).partition(",")[0],
    "of the fake scheme only": lambda: signature(EVENT).replace("v1=", "v2="),
    "with two times": lambda: f"t=1,{signature(EVENT)}",
    "with a time that is no number": lambda: signature(EVENT).replace("t=", "t=x"),
    "with a time beyond every clock": lambda: f"t={'9' * 400},v1={'a' * 64}",
    "in capitals": lambda: signature(EVENT).upper(),
    "cut": lambda: signature(EVENT)[:-80],
    "no signature at all": lambda: "hello",
    "very long": lambda: f"{signature(EVENT)}{',v1=' + 'a' * 64}" * 60,
}


class TestWebhooks:
    """Never a 5xx, which Stripe would repeat for days, and never a change."""

    @pytest.fixture(autouse=True)
    def _nothing_changes(self, market: Market, buyer: Buyer) -> Any:
        market.settle()
        before = tables.items(market.shop)
        yield
        assert tables.items(market.shop) == before

    @pytest.mark.parametrize("make", SIGNATURES.values(), ids=list(SIGNATURES))
    def test_a_signature_that_does_not_hold(self, market: Market, make: Callable[[], str]) -> None:
        answer = market.post(EVENT, signature=make() or " ")

        ensure_problem(answer, status=400, code="invalid_signature")

    def test_no_signature(self, market: Market) -> None:
        answer = market.anyone("POST", "/webhooks/stripe", raw=EVENT)

        ensure_problem(answer, status=400, code="invalid_signature")

    @pytest.mark.case("A5")
    @pytest.mark.parametrize("is_signed", [True, False])
    def test_a_body_that_is_not_utf8(self, market: Market, is_signed: bool) -> None:
        """API Gateway has replaced what was not UTF-8, so that no signature fits any more."""
        answer = market.post(NOT_UTF8, signature=None if is_signed else signature(EVENT))

        ensure_problem(answer, status=400, code="invalid_signature")

    @pytest.mark.case("A5")
    def test_bytes_that_are_not_utf8_and_are_signed(self, market: Market) -> None:
        answer = market.post(NOT_UTF8, media_type="application/octet-stream")

        ensure_problem(answer, status=400, code="malformed_json")

    @pytest.mark.parametrize(
        "raw",
        [b"", b"{", b"null", b"[]", b'"event"', b"[" * 100_000, b"NaN", b"\xef\xbb\xbf{}"],
        ids=["empty", "cut", "null", "list", "text", "deep", "NaN", "byte order mark"],
    )
    def test_a_signed_body_that_is_no_event(self, market: Market, raw: bytes) -> None:
        answer = market.post(raw)

        assert (answer.status, answer.code) in (
            (400, "malformed_json"),
            (400, "malformed_event"),
        ), answer.raw

    @pytest.mark.parametrize(
        "changes",
        [
            {"id": None},
            {"id": 1},
            {"id": ""},
            {"id": "evt_\n1"},
            {"id": "evt_" + "x" * 300},
            {"type": None},
            {"type": ["customer.updated"]},
            {"created": None},
            {"created": "now"},
            {"created": -1},
            {"created": 10**18},
            {"created": True},
            {"created": 1.5},
        ],
        ids=str,
    )
    def test_a_signed_event_with_a_field_that_cannot_be(
        self, market: Market, changes: dict[str, Any]
    ) -> None:
        ensure_problem(market.deliver(an_event(**changes)), status=400, code="malformed_event")

    @pytest.mark.case("A7")
    @pytest.mark.parametrize("livemode", [True, None, "false", 0])
    def test_an_event_of_the_other_mode(self, market: Market, livemode: Any) -> None:
        answer = market.deliver(an_event(livemode=livemode))

        ensure_problem(answer, status=400, code="wrong_environment")

    def test_a_body_over_the_limit(self, market: Market) -> None:
        answer = market.post(b" " * (WEBHOOK_BODY_LIMIT + 1))

        ensure_problem(answer, status=413, code="body_too_large")

    def test_another_method(self, market: Market) -> None:
        answer = market.anyone("GET", "/webhooks/stripe")

        ensure_problem(answer, status=405, code="method_not_allowed")


@pytest.mark.parametrize(
    "path",
    ["/v1/me%00", "/v1/customers/%00", "/v1/customers/%ff", "/v1//me", "/v1/customers/a%20b", "/%"],
)
def test_a_path_of_odd_bytes_is_answered(market: Market, buyer: Buyer, path: str) -> None:
    """As raw as it gets: urllib would not send some of these."""
    parts = urlsplit(market.shop.api_url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request(
        "GET", parts.path + path, headers={"Authorization": f"Bearer {market.owner.token}"}
    )
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()

    assert (answer.status, body["code"]) == (404, "not_found")
