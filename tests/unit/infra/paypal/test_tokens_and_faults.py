import pytest

from infra.local.provider.exchange import Request
from infra.local.provider.faults import Fault
from tests.paypal_shop import START, Shop
from tests.unit.infra.paypal.conftest import CREDENTIALS, InProcess

type PayPal = Shop[InProcess]

PRODUCTS = "/v1/catalogs/products"


def ask_for_token(shop: PayPal, headers: dict[str, str], body: bytes) -> int:
    asked = Request("POST", "/v1/oauth2/token", "", body, headers)
    return shop.standin.api.reply(asked).answer.status


class TestTokens:
    def test_live_for_31668_seconds_of_paypals_time(self, shop: PayPal) -> None:
        issued = shop.client.sign_in().body
        clock = shop.standin.clock

        clock.freeze(START + 31_667)
        before = shop.client("GET", PRODUCTS).status
        clock.freeze(START + 31_668)
        after = shop.client("GET", PRODUCTS)

        assert (issued["expires_in"], issued["token_type"]) == (31_668, "Bearer")
        assert before == 200
        assert (after.status, after.body["error"]) == (401, "invalid_token")

    def test_may_be_revoked_before_they_expire(self, shop: PayPal) -> None:
        shop.client.sign_in()

        assert shop.standin.api.tokens.revoke_all() == 1
        assert shop.client("GET", PRODUCTS).status == 401

    def test_an_old_token_lives_on_beside_a_new_one(self, shop: PayPal) -> None:
        shop.client.sign_in()
        old = shop.client.token
        shop.client.sign_in()

        assert shop.client.token != old
        shop.client.token = old
        assert shop.client("GET", PRODUCTS).status == 200

    @pytest.mark.parametrize(
        "headers", [{}, {"authorization": "Basic !"}, {"authorization": "Bearer x"}]
    )
    def test_need_credentials(self, shop: PayPal, headers: dict[str, str]) -> None:
        assert ask_for_token(shop, headers, b"grant_type=client_credentials") == 401

    def test_need_the_right_ones_where_some_are_set(self, shop: PayPal) -> None:
        settings = shop.standin.account.settings
        settings.client_id, settings.client_secret = "client", "other"
        assert ask_for_token(shop, CREDENTIALS, b"grant_type=client_credentials") == 401

        settings.client_secret = "secret"
        assert ask_for_token(shop, CREDENTIALS, b"grant_type=client_credentials") == 200

    def test_need_the_right_grant(self, shop: PayPal) -> None:
        assert ask_for_token(shop, CREDENTIALS, b"grant_type=password") == 400

    @pytest.mark.parametrize("authorization", ["", "Basic x", "Bearer"])
    def test_without_one_nothing_is_answered(self, shop: PayPal, authorization: str) -> None:
        asked = Request("GET", PRODUCTS, headers={"authorization": authorization})

        assert shop.standin.api.reply(asked).answer.status == 401


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "status", "name"),
        [
            (Fault("rate_limited", path=PRODUCTS), 429, "RATE_LIMIT_REACHED"),
            (Fault("error", status=500, path=PRODUCTS), 500, "INTERNAL_SERVER_ERROR"),
            (Fault("error", status=503, path=PRODUCTS), 503, "SERVICE_UNAVAILABLE"),
        ],
    )
    def test_come_in_paypals_words_with_a_debug_id(
        self, shop: PayPal, fault: Fault, status: int, name: str
    ) -> None:
        shop.standin.api.faults.add(fault)

        answer = shop.client("GET", PRODUCTS)

        assert (answer.status, answer.body["name"]) == (status, name)
        assert answer.body["debug_id"]
        assert shop.client("GET", PRODUCTS).status == 200

    def test_a_401_in_mid_call_looks_like_a_dead_token(self, shop: PayPal) -> None:
        shop.client.sign_in()
        shop.standin.api.faults.add(Fault("error", status=401, path=PRODUCTS))

        answer = shop.client("GET", PRODUCTS)

        assert (answer.status, answer.body["error"]) == (401, "invalid_token")

    @pytest.mark.parametrize(("status", "key"), [(401, "error"), (503, "name")])
    def test_the_token_endpoint_can_fail(self, shop: PayPal, status: int, key: str) -> None:
        shop.standin.api.faults.add(Fault("error", status=status, path="/v1/oauth2/token"))

        answer = shop.client.sign_in()

        assert answer.status == status
        assert key in answer.body
        assert shop.client.sign_in().status == 200

    @pytest.mark.parametrize(("kind", "made"), [("hang", 1), ("reset", 1)])
    def test_a_connection_can_break_after_the_work_is_done(
        self, shop: PayPal, kind: str, made: int
    ) -> None:
        shop.client.sign_in()
        shop.standin.api.faults.add(Fault(kind, when="after", path=PRODUCTS))

        reply = shop.client.reply("POST", PRODUCTS, {"name": "Course", "type": "DIGITAL"})

        assert reply.fault is not None
        assert len(shop.standin.account.store.of_kind("product")) == made

    @pytest.mark.parametrize("kind", ["hang", "reset"])
    def test_or_before(self, shop: PayPal, kind: str) -> None:
        shop.client.sign_in()
        shop.standin.api.faults.add(Fault(kind, when="before", path=PRODUCTS))

        reply = shop.client.reply("POST", PRODUCTS, {"name": "Course", "type": "DIGITAL"})

        assert reply.fault is not None
        assert shop.standin.account.store.of_kind("product") == []

    def test_a_rate_limit_is_told_as_such(self, shop: PayPal) -> None:
        shop.client.sign_in()
        shop.standin.api.rate_limiter.limit_to(1)

        statuses = [shop.client("GET", PRODUCTS).status for _ in range(3)]

        assert statuses[0] == 200
        assert 429 in statuses


class TestRequests:
    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "/v1/nothing", None, 404),
            ("DELETE", "/v1/catalogs/products", None, 404),
            ("POST", PRODUCTS, {"name": "x", "type": "DIGITAL", "colour": "red"}, 400),
            ("POST", PRODUCTS, {"type": "DIGITAL"}, 400),
            ("POST", PRODUCTS, {"name": 5, "type": "DIGITAL"}, 400),
            ("POST", PRODUCTS, {"name": "x" * 128, "type": "DIGITAL"}, 400),
            ("POST", PRODUCTS, ["x"], 400),
        ],
    )
    def test_what_is_not_understood_is_refused(
        self, shop: PayPal, method: str, path: str, body: object, status: int
    ) -> None:
        assert shop.client(method, path, body).status == status

    def test_an_unknown_query_parameter_is_refused(self, shop: PayPal) -> None:
        assert shop.client("GET", PRODUCTS, limit="5").status == 400

    def test_broken_json_is_refused(self, shop: PayPal) -> None:
        shop.client.sign_in()
        headers = {"authorization": f"Bearer {shop.client.token}"}
        asked = Request("POST", PRODUCTS, "", b"{", headers)

        assert shop.standin.api.reply(asked).answer.status == 400

    def test_every_request_is_kept_with_its_id_and_status(self, shop: PayPal) -> None:
        shop.client("POST", PRODUCTS, {"name": "Course", "type": "DIGITAL"}, key="k-1")

        kept = shop.standin.api.log[-1]
        assert (kept["method"], kept["path"], kept["status"]) == ("POST", PRODUCTS, 201)
        assert kept["request_id"] == "k-1"
