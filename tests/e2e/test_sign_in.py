"""Signing in, sessions, keys: over HTTP, with several instances of each function at once."""

import secrets
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest

from frontdesk.domain.sso import SsoKey
from infra.local.settings import DEFAULT_ORIGINS
from tests import sso
from tests.e2e.calls import Answer, Api, wait_until
from tests.e2e.market import Buyer, Market

pytestmark = pytest.mark.timeout(300)  # the first test builds and deploys

REPLAYS = 1_000
SENDERS = 16
ACCOUNT = "https://shop.example/account"
ORIGIN = DEFAULT_ORIGINS[0]


@pytest.fixture(scope="module")
def visitor(market: Market) -> Buyer:
    settings = {"return_addresses": [ACCOUNT], "allowed_origins": [ORIGIN]}
    change_settings(market, settings)
    for function in ("sessions", "authorizer"):  # they remember settings for some seconds
        market.restart(function)
    return market.new_buyer("Vera Visitor")


def change_settings(market: Market, settings: dict[str, Any]) -> None:
    version = market.owner("GET", "/v1/settings").headers["ETag"]
    answer = market.owner("PUT", "/v1/settings", settings, If_Match=version)
    assert answer.status == 200, answer.raw


def is_let_in(api: Api) -> bool:
    answer = api("GET", "/v1/me")
    assert (answer.status, answer.code) in ((200, None), (401, "unauthenticated"))
    return answer.status == 200


class TestReplay:
    @pytest.mark.case("G5")
    def test_one_token_a_thousand_times_at_once_opens_one_session(
        self, market: Market, visitor: Buyer
    ) -> None:
        sign_out_everywhere(visitor, market=market)
        warm_up(market)
        body = {"token": sso.mint(market.sso_key, subject=visitor.id)}

        with ThreadPoolExecutor(SENDERS) as senders:
            answers = list(
                senders.map(
                    lambda _: market.anyone("POST", "/v1/sessions/sso", body), range(REPLAYS)
                )
            )

        assert Counter((answer.status, answer.code) for answer in answers) == {
            (201, None): 1,
            (401, "token_already_used"): REPLAYS - 1,
        }
        (opened,) = (answer for answer in answers if answer.status == 201)
        api = Api(market.shop.api_url, opened.body["token"])
        assert [one["id"] for one in api("GET", "/v1/sessions").body["data"]] == [opened.body["id"]]


def warm_up(market: Market) -> None:
    """As many instances as senders. A few at a time: on a small machine, sixteen that begin at
    once would outlast the function's time-out."""
    for width in range(4, SENDERS + 1, 4):
        with ThreadPoolExecutor(width) as senders:
            list(
                senders.map(
                    lambda _: market.anyone("POST", "/v1/sessions/sso", {"token": "x"}),
                    range(width),
                )
            )


def sign_out_everywhere(buyer: Buyer, *, market: Market) -> None:
    api = market.signed_in(buyer.id)
    address = "/v1/sessions?limit=100"
    while others := [s for s in api("GET", address).body["data"] if not s["is_current"]]:
        for session in others:
            api("DELETE", f"/v1/sessions/{session['id']}")
    api("DELETE", "/v1/sessions/current")


@dataclass
class Crowd:
    """People who keep signing in, each with the key that the shop signs with at the moment."""

    market: Market
    subject: str
    signing_with: SsoKey
    answers: list[tuple[str, Answer]] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Crowd":
        self._threads = [threading.Thread(target=self._keep_coming) for _ in range(4)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _keep_coming(self) -> None:
        while not self._is_over.is_set():
            key = self.signing_with
            self.answers.append((key.kid, self.market.sign_in(self.subject, key=key)))

    def come_by(self, number: int) -> None:
        """Returns when so many more have signed in, or were refused."""
        wanted = len(self.answers) + number
        wait_until(lambda: len(self.answers) >= wanted, seconds=60, what="the crowd")


class TestRotation:
    @pytest.mark.case("G6")
    def test_keys_are_rotated_under_load_and_nobody_valid_is_refused(
        self, market: Market, visitor: Buyer
    ) -> None:
        old, before = market.sso_key, market.signed_in(visitor.id)
        new = replace(old, kid="rotated", secret=secrets.token_urlsafe(48))

        with Crowd(market, visitor.id, signing_with=old) as crowd:
            crowd.come_by(30)
            change_settings(market, {"sso": {"keys": [_known(old), _new(new)]}})
            crowd.come_by(30)
            crowd.signing_with = new
            crowd.come_by(30)
            both = [market.sign_in(visitor.id, key=key).status for key in (old, new)]
            change_settings(market, {"sso": {"keys": [_known(new)]}})
            crowd.come_by(30)

        assert Counter((kid, answer.status) for kid, answer in crowd.answers).keys() == {
            (old.kid, 201),
            (new.kid, 201),
        }
        assert both == [201, 201]
        # An instance may remember keys for five minutes; a new one remembers nothing.
        market.restart("sessions")
        refused = market.sign_in(visitor.id, key=old)
        assert (refused.status, refused.code) == (401, "invalid_sso_token")
        assert market.sign_in(visitor.id, key=new).status == 201
        assert is_let_in(before)

        change_settings(market, {"sso": {"keys": [_new(old)]}})
        market.restart("sessions")

    @pytest.mark.case("G6")
    def test_a_key_that_is_switched_off_opens_nothing_and_is_kept(
        self, market: Market, visitor: Buyer
    ) -> None:
        key = market.sso_key
        change_settings(market, {"sso": {"keys": [_known(key) | {"active": False}]}})
        market.restart("sessions")
        off = market.sign_in(visitor.id).status
        change_settings(market, {"sso": {"keys": [_known(key)]}})
        market.restart("sessions")

        assert (off, market.sign_in(visitor.id).status) == (401, 201)

    def test_secrets_of_keys_are_never_told(self, market: Market) -> None:
        answer = market.owner("GET", "/v1/settings")

        assert answer.body["sso"]["keys"][0].keys() == {"kid", "issuer", "audience", "active"}
        assert market.sso_key.secret not in answer.raw.decode()


def _known(key: SsoKey) -> dict[str, Any]:
    return {"kid": key.kid, "issuer": key.issuer, "audience": key.audience}


def _new(key: SsoKey) -> dict[str, Any]:
    return _known(key) | {"secret": key.secret}


def follow_link(market: Market, subject: str, *, cookie: str = "", **query: str) -> Answer:
    """What a browser does that the shop sends to us."""
    asked = {"token": sso.mint(market.sso_key, subject=subject), **query}
    api = Api(market.shop.api_url, headers={"Cookie": cookie} if cookie else {})
    return api("GET", f"/v1/sso?{urlencode(asked)}")


def cookie_of(answer: Answer) -> SimpleCookie:
    return SimpleCookie(answer.headers["Set-Cookie"])


def browser(market: Market, answer: Answer) -> Api:
    """Sends the cookie that `answer` has set, and no Authorization."""
    ((name, morsel),) = cookie_of(answer).items()
    return Api(market.shop.api_url, headers={"Cookie": f"{name}={morsel.value}"})


class TestBrowserForm:
    def test_a_link_sets_a_guarded_cookie_and_goes_to_the_allowed_address(
        self, market: Market, visitor: Buyer
    ) -> None:
        answer = follow_link(market, visitor.id, return_to=f"{ACCOUNT}/orders?page=2")

        ((_, morsel),) = cookie_of(answer).items()
        assert (answer.status, answer.headers["Location"]) == (303, f"{ACCOUNT}/orders?page=2")
        assert morsel["secure"] is True
        assert morsel["httponly"] is True
        assert (morsel["samesite"], morsel["path"], morsel["domain"]) == ("Lax", "/", "")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert morsel.value not in answer.headers["Location"]
        assert browser(market, answer)("GET", "/v1/me").body["id"] == visitor.id

    def test_without_an_address_the_first_allowed_one_is_taken(
        self, market: Market, visitor: Buyer
    ) -> None:
        assert follow_link(market, visitor.id).headers["Location"] == ACCOUNT

    def test_a_link_works_once(self, market: Market, visitor: Buyer) -> None:
        token = sso.mint(market.sso_key, subject=visitor.id)
        address = f"/v1/sso?{urlencode({'token': token})}"
        first, second = market.anyone("GET", address), market.anyone("GET", address)

        assert first.status == 303
        assert (second.status, second.code) == (401, "token_already_used")
        assert second.headers["Set-Cookie"] is None

    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/account",
            "https://shop.example.evil.example/account",
            "https://shop.example@evil.example/account",
            "https://shop.example:444/account",
            "https://shop.example/accounts",
            "https://shop.example/account/../evil",
            "https://shop.example/account/%2e%2e/evil",
            "http://shop.example/account",
            "//evil.example",
            "/account",
            "\\\\evil.example",
            "javascript:alert(1)",
            "https://shop.example/account\nX-Evil: 1",
            " https://shop.example/account",
        ],
    )
    def test_an_address_that_is_not_allowed_is_refused_and_spends_nothing(
        self, market: Market, visitor: Buyer, address: str
    ) -> None:
        token = sso.mint(market.sso_key, subject=visitor.id)

        refused = market.anyone(
            "GET", f"/v1/sso?{urlencode({'token': token, 'return_to': address})}"
        )

        assert (refused.status, refused.code) == (422, "invalid_input")
        assert refused.body["errors"][0]["field"] == "return_to"
        assert refused.headers["Set-Cookie"] is refused.headers["Location"] is None
        assert market.anyone("GET", f"/v1/sso?{urlencode({'token': token})}").status == 303

    def test_a_cookie_changes_something_only_for_a_page_of_the_shop(
        self, market: Market, visitor: Buyer
    ) -> None:
        api = browser(market, follow_link(market, visitor.id))
        version = api("GET", "/v1/me").headers["ETag"]
        change = {"phone": "+4520000024"}

        without = api("PATCH", "/v1/me", change, If_Match=version)
        allowed = api("PATCH", "/v1/me", change, If_Match=version, Origin=ORIGIN)

        assert (without.status, without.code) == (401, "unauthenticated")
        assert (allowed.status, allowed.body["phone"]) == (200, "+4520000024")

    def test_a_cookie_opens_no_route_of_the_merchant(self, market: Market, visitor: Buyer) -> None:
        answer = browser(market, follow_link(market, visitor.id))("GET", "/v1/customers")

        assert (answer.status, answer.code) == (403, "forbidden")

    def test_a_key_in_a_cookie_is_nobodys(self, market: Market, visitor: Buyer) -> None:
        ((name, _),) = cookie_of(follow_link(market, visitor.id)).items()
        api = Api(market.shop.api_url, headers={"Cookie": f"{name}={market.owner.token}"})

        assert api("GET", "/v1/customers").code == "unauthenticated"

    def test_signing_in_again_in_the_same_browser_ends_the_session_before(
        self, market: Market, visitor: Buyer
    ) -> None:
        first = browser(market, follow_link(market, visitor.id))
        second = browser(market, follow_link(market, visitor.id, cookie=first.headers["Cookie"]))

        assert (is_let_in(first), is_let_in(second)) == (False, True)

    def test_signing_out_takes_the_cookie_away(self, market: Market, visitor: Buyer) -> None:
        api = browser(market, follow_link(market, visitor.id))

        answer = api("DELETE", "/v1/sessions/current", Origin=ORIGIN)

        ((_, morsel),) = cookie_of(answer).items()
        assert (answer.status, morsel.value, morsel["max-age"]) == (204, "", "0")
        assert not is_let_in(api)


class TestSessions:
    def test_sessions_are_listed_newest_first_with_place_and_time(
        self, market: Market, visitor: Buyer
    ) -> None:
        sign_out_everywhere(visitor, market=market)
        apis = [market.signed_in(visitor.id) for _ in range(3)]

        listed = apis[1]("GET", "/v1/sessions").body["data"]

        assert [one["is_current"] for one in listed] == [False, True, False]
        assert {one["ip_address"] for one in listed} == {"127.0.0.1"}
        assert listed == sorted(listed, key=lambda one: str(one["created_at"]), reverse=True)
        assert "token" not in listed[0]

    def test_a_revoked_session_is_refused_at_its_next_request_and_the_others_go_on(
        self, market: Market, visitor: Buyer
    ) -> None:
        kept, lost = market.signed_in(visitor.id), market.signed_in(visitor.id)
        (identifier,) = (
            one["id"] for one in lost("GET", "/v1/sessions").body["data"] if one["is_current"]
        )

        with requests_in_flight(lost):
            answer = kept("DELETE", f"/v1/sessions/{identifier}")
            is_let_in_afterwards = is_let_in(lost)

        assert answer.status == 204
        assert not is_let_in_afterwards
        assert is_let_in(kept)
        assert kept("DELETE", f"/v1/sessions/{identifier}").code == "not_found"

    def test_signing_out_ends_the_session_that_asks(self, market: Market, visitor: Buyer) -> None:
        api, other = market.signed_in(visitor.id), market.signed_in(visitor.id)

        answer = api("DELETE", "/v1/sessions/current")

        assert (answer.status, answer.raw) == (204, b"")
        assert (is_let_in(api), is_let_in(other)) == (False, True)


class requests_in_flight:  # noqa: N801 - reads as the context that it is
    """Somebody who keeps asking, so that every instance has seen the token."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(4)]

    def _ask(self) -> None:
        while not self._is_over.is_set():
            is_let_in(self._api)

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()


class TestApiKeys:
    @pytest.fixture
    def made(self, market: Market) -> Iterator[dict[str, Any]]:
        answer = market.owner("POST", "/v1/api-keys", {"name": "Till", "role": "analyst"})
        assert answer.status == 201, answer.raw
        yield answer.body
        market.owner("DELETE", f"/v1/api-keys/{answer.body['id']}")

    def test_a_key_works_is_listed_without_its_secret_and_ends_at_once(
        self, market: Market, made: dict[str, Any]
    ) -> None:
        api = Api(market.shop.api_url, made["secret"])
        before = api("GET", "/v1/customers")
        listed = market.owner("GET", "/v1/api-keys")
        revoked = market.owner("DELETE", f"/v1/api-keys/{made['id']}")
        after = api("GET", "/v1/customers")

        assert (before.status, revoked.status) == (200, 204)
        assert (after.status, after.code) == (401, "unauthenticated")
        assert made["id"] in [key["id"] for key in listed.body["data"]]
        assert made["secret"] not in listed.raw.decode()
        assert made["id"] not in market.owner("GET", "/v1/api-keys").raw.decode()
        assert market.owner("DELETE", f"/v1/api-keys/{made['id']}").code == "not_found"

    def test_the_same_order_twice_makes_one_key_whose_secret_is_told_once(
        self, market: Market
    ) -> None:
        order, once = {"name": "Twice", "role": "support"}, str(uuid.uuid4())
        first = market.owner("POST", "/v1/api-keys", order, Idempotency_Key=once)
        second = market.owner("POST", "/v1/api-keys", order, Idempotency_Key=once)
        listed = market.owner("GET", "/v1/api-keys?limit=100").body["data"]

        assert second.body == first.body | {"secret": None}
        assert second.headers["Idempotency-Replayed"] == "true"
        assert [key["name"] for key in listed].count("Twice") == 1
        market.owner("DELETE", f"/v1/api-keys/{first.body['id']}")

    def test_a_key_makes_no_key_that_may_do_more(self, market: Market) -> None:
        order = {"name": "Maker", "scopes": ["api_keys:write", "customers:read"]}
        maker = market.owner("POST", "/v1/api-keys", order).body
        api = Api(market.shop.api_url, maker["secret"])

        more = api("POST", "/v1/api-keys", {"name": "More", "role": "owner"})
        same = api("POST", "/v1/api-keys", {"name": "Same", "scopes": ["customers:read"]})

        assert (more.status, more.code) == (403, "forbidden")
        assert same.status == 201
        for key in (same.body["id"], maker["id"]):
            market.owner("DELETE", f"/v1/api-keys/{key}")
