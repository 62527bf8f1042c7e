"""What the client sends, and the three ways in which it says that something did not work."""

import json

import pytest

from frontdesk.adapters.paypal.client import (
    PayPalClient,
    PayPalRefusedError,
    PayPalShapeError,
    segment,
)
from frontdesk.adapters.paypal.http import Answer, AnswerTooLargeError, NoAnswerError
from frontdesk.adapters.paypal.oauth import AccessTokens
from frontdesk.ports.provider import ProviderUnavailableError
from tests.fakes.clock import FakeClock
from tests.unit.adapters.paypal.fakes import (
    BASE,
    CREDENTIALS,
    FakeHttp,
    FakeSecrets,
    Reply,
    as_json,
    client_for,
    token_answer,
)

PATH = "/v2/payments/captures/1/refund"


def posting(*replies: Reply) -> tuple[FakeHttp, PayPalClient]:
    http = FakeHttp()
    http.on("POST", BASE + PATH, *replies)
    return http, client_for(http)


class TestSent:
    def test_json_with_every_character_as_it_is(self) -> None:
        http, client = posting(as_json({"id": "1"}))
        client.post(PATH, {"note_to_payer": "Zoë 🦄", "amount": {"value": "12.30"}})

        (asked,) = http.asked_for(PATH)
        assert asked.body == '{"note_to_payer":"Zoë 🦄","amount":{"value":"12.30"}}'.encode()
        assert asked.headers["Content-Type"] == "application/json"
        assert asked.headers["Authorization"] == "Bearer A21.one"

    def test_bytes_as_they_stand(self) -> None:
        http, client = posting(as_json({}))
        client.post(PATH, b'{"a" :  1e400}')

        assert http.asked_for(PATH)[0].body == b'{"a" :  1e400}'

    def test_a_request_id_only_where_one_is_given(self) -> None:
        http, client = posting(as_json({}))
        client.post(PATH, {}, request_id="op:op_1")
        client.post(PATH, {})

        sent = [one.headers.get("PayPal-Request-Id") for one in http.asked_for(PATH)]
        assert sent == ["op:op_1", None]

    def test_the_whole_object_is_asked_for_only_where_it_is_wanted(self) -> None:
        http, client = posting(as_json({}))
        client.post(PATH, {}, wants_representation=True)
        client.post(PATH, {})

        sent = [one.headers.get("Prefer") for one in http.asked_for(PATH)]
        assert sent == ["return=representation", None]

    def test_a_question_is_escaped(self) -> None:
        http = FakeHttp()
        http.on("GET", f"{BASE}/v1/x?name=a%26b+%C3%A4", as_json({}))

        assert client_for(http).get("/v1/x", {"name": "a&b ä"}) == {}

    def test_a_path_prefix_of_the_address_stays(self) -> None:
        base = "http://127.0.0.1:9123/paypal/api"
        http = FakeHttp()
        http.on("POST", f"{base}/v1/oauth2/token", token_answer())
        http.on("GET", f"{base}/v1/x", as_json({"id": "1"}))
        from_prefix = tokens_at(http, base)

        assert PayPalClient(api_base=f"{base}/", http=http, tokens=from_prefix).get("/v1/x") == {
            "id": "1"
        }

    def test_no_call_waits_longer_than_ten_seconds(self) -> None:
        http, client = posting(as_json({}))
        client.post(PATH, {})

        assert [one.limits.connect_seconds + one.limits.read_seconds for one in http.asked] == [
            10,
            10,
        ]

    def test_a_json_patch_is_a_list(self) -> None:
        http = FakeHttp()
        http.on("PATCH", f"{BASE}/v1/billing/subscriptions/I-1", Answer(204, b""))
        client_for(http).patch(
            "/v1/billing/subscriptions/I-1", [{"op": "replace", "path": "/x", "value": 1}]
        )

        body = http.asked[-1].body
        assert body is not None
        assert json.loads(body) == [{"op": "replace", "path": "/x", "value": 1}]

    @pytest.mark.parametrize("text", ["../../evil", "a/b", "a?b", "a#b", "ä", "%2e"])
    def test_an_id_is_one_segment_of_a_path(self, text: str) -> None:
        assert not set(segment(text)) & set("/?#")


def tokens_at(http: FakeHttp, base: str) -> AccessTokens:
    return AccessTokens(
        api_base=base,
        http=http,
        secrets=FakeSecrets(CREDENTIALS),
        secret_name="paypal",
        clock=FakeClock(),
    )


class TestAnswers:
    def test_nothing_is_an_empty_object(self) -> None:
        _, client = posting(Answer(204, b""))

        assert client.post(PATH, {}) == {}

    def test_a_missing_object_is_none(self) -> None:
        assert client_for(FakeHttp()).get("/v1/x") is None

    @pytest.mark.parametrize("body", [b"", b"<html>404</html>", b"{}", b"[]", b'{"message":"no"}'])
    def test_a_missing_page_is_not_a_missing_object(self, body: bytes) -> None:
        """A wrong route or a proxy must not look like a deletion."""
        http = FakeHttp()
        http.on("GET", f"{BASE}/v1/x", Answer(404, body))

        with pytest.raises(ProviderUnavailableError):
            client_for(http).get("/v1/x")

    def test_what_is_deleted_twice_is_deleted(self) -> None:
        http = FakeHttp()
        client = client_for(http)
        http.on("DELETE", f"{BASE}/v3/vault/payment-tokens/1", Answer(204, b""))
        client.delete("/v3/vault/payment-tokens/1")
        http.on("DELETE", f"{BASE}/v3/vault/payment-tokens/1")
        client.delete("/v3/vault/payment-tokens/2")

    @pytest.mark.parametrize(
        "reply",
        [
            NoAnswerError(),
            AnswerTooLargeError(),
            Answer(500, b""),
            Answer(502, b"<html>"),
            Answer(503, b""),
            Answer(504, b""),
            Answer(429, b'{"name":"RATE_LIMIT_REACHED"}'),
            Answer(408, b""),
            as_json({"details": [{"issue": "PREVIOUS_REQUEST_IN_PROGRESS"}]}, 409),
            Answer(201, b"{"),
            Answer(201, b"<html>"),
        ],
        ids=repr,
    )
    def test_the_outcome_of_these_is_not_known(self, reply: Reply) -> None:
        _, client = posting(reply)

        with pytest.raises(ProviderUnavailableError):
            client.post(PATH, {})

    @pytest.mark.parametrize(
        ("answer", "issue"),
        [
            (
                as_json(
                    {
                        "name": "UNPROCESSABLE_ENTITY",
                        "details": [{"issue": "REFUND_AMOUNT_EXCEEDED"}],
                    },
                    422,
                ),
                "REFUND_AMOUNT_EXCEEDED",
            ),
            (
                as_json({"name": "TRANSACTION_ALREADY_REFUNDED"}, 400),
                "TRANSACTION_ALREADY_REFUNDED",
            ),
            (as_json({"name": "NOT_AUTHORIZED", "details": []}, 403), "NOT_AUTHORIZED"),
            (as_json({"name": "RESOURCE_NOT_FOUND"}, 404), "RESOURCE_NOT_FOUND"),
            (as_json({"name": "a name\nwith a line"}, 400), "UNKNOWN"),
            (as_json({"name": ["x"]}, 400), "UNKNOWN"),
            (as_json({"details": {"issue": "X"}}, 400), "UNKNOWN"),
            (as_json({"details": ["X"], "name": "Y"}, 400), "UNKNOWN"),
            (as_json([], 400), "UNKNOWN"),
            (Answer(403, b"<html>Access Denied</html>"), "UNKNOWN"),
            (Answer(302, b""), "UNKNOWN"),
        ],
    )
    def test_a_refusal_tells_paypals_code(self, answer: Answer, issue: str) -> None:
        _, client = posting(answer)

        with pytest.raises(PayPalRefusedError) as raised:
            client.post(PATH, {})
        assert (raised.value.status, raised.value.issue) == (answer.status, issue)

    @pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"'])
    def test_json_that_is_no_object_is_an_error(self, body: bytes) -> None:
        http = FakeHttp()
        http.on("GET", f"{BASE}/v1/x", Answer(200, body))

        with pytest.raises(PayPalShapeError):
            client_for(http).get("/v1/x")

    @pytest.mark.parametrize("status", [400, 404, 409, 422, 500])
    def test_no_body_and_no_token_stands_in_an_error(self, status: int) -> None:
        secret = {"name": "X", "message": "zoe@example.com", "details": [{"value": "A21.one"}]}
        _, client = posting(as_json(secret, status))

        with pytest.raises((PayPalRefusedError, ProviderUnavailableError)) as raised:
            client.post(PATH, {"email": "zoe@example.com"})
        shown = f"{raised.value!r} {raised.value.__cause__!r}"
        assert "zoe" not in shown
        assert "A21" not in shown


def test_nothing_is_tried_twice() -> None:
    http, client = posting(Answer(503, b""))

    with pytest.raises(ProviderUnavailableError):
        client.post(PATH, {})
    assert len(http.asked_for(PATH)) == 1
