"""One token, for as long as it lasts."""

import base64
import threading
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.adapters.paypal.client import PayPalClient
from frontdesk.adapters.paypal.http import Answer, AnswerTooLargeError, NoAnswerError
from frontdesk.adapters.paypal.oauth import AccessTokens
from frontdesk.domain.errors import UnavailableError
from frontdesk.ports.provider import ProviderUnavailableError
from tests.fakes.clock import FakeClock
from tests.unit.adapters.paypal.fakes import (
    BASE,
    CREDENTIALS,
    Asked,
    FakeHttp,
    FakeSecrets,
    Reply,
    as_json,
    token_answer,
    tokens_for,
)

URL = f"{BASE}/v1/oauth2/token"
LIFE = 31_668
UNAUTHORIZED = Answer(401, b'{"error":"invalid_token"}')


def telling(*replies: Reply) -> FakeHttp:
    http = FakeHttp()
    http.on("POST", URL, *replies)
    return http


class TestToken:
    def test_it_is_asked_for_with_the_credentials_of_the_secret(self) -> None:
        http = telling(token_answer())

        assert tokens_for(http).current() == "A21.one"
        (asked,) = http.asked
        assert asked.headers["Authorization"] == f"Basic {base64.b64encode(b'id:secret').decode()}"
        assert asked.body == b"grant_type=client_credentials"

    def test_it_is_kept_until_four_fifths_of_its_life_are_over(self) -> None:
        clock = FakeClock()
        http = telling(token_answer("one"), token_answer("two"))
        tokens = tokens_for(http, clock=clock)

        assert tokens.current() == "one"
        clock.advance(timedelta(seconds=LIFE * 0.8 - 1))
        assert tokens.current() == "one"
        clock.advance(timedelta(seconds=1))
        assert tokens.current() == "two"
        assert len(http.asked) == 2

    @pytest.mark.parametrize(
        "reply",
        [
            NoAnswerError(),
            AnswerTooLargeError(),
            Answer(429, b""),
            Answer(500, b""),
            Answer(302, b""),
            Answer(200, b""),
            Answer(200, b"<html>"),
            Answer(200, b"[]"),
            as_json({"access_token": "", "expires_in": 9}),
            as_json({"access_token": "A", "expires_in": 0}),
            as_json({"access_token": "A", "expires_in": "9"}),
            as_json({"access_token": "A"}),
            as_json({"expires_in": 9}),
        ],
        ids=repr,
    )
    def test_a_failing_endpoint_never_leads_to_an_old_token(self, reply: Reply) -> None:
        clock = FakeClock()
        tokens = tokens_for(telling(token_answer(), reply), clock=clock)
        tokens.current()
        clock.advance(timedelta(seconds=LIFE * 0.8))

        with pytest.raises(ProviderUnavailableError):
            tokens.current()

    def test_a_rolled_secret_is_read_again(self) -> None:
        secrets = FakeSecrets(CREDENTIALS)
        http = telling(UNAUTHORIZED, token_answer())

        assert tokens_for(http, secrets=secrets).current() == "A21.one"
        assert (secrets.reloads, len(http.asked)) == (1, 2)

    def test_a_secret_that_was_read_a_moment_ago_is_not(self) -> None:
        secrets = FakeSecrets(CREDENTIALS)
        secrets.may_reload = False
        http = telling(UNAUTHORIZED)

        with pytest.raises(ProviderUnavailableError):
            tokens_for(http, secrets=secrets).current()
        assert len(http.asked) == 1

    @pytest.mark.parametrize("text", ["", "{}", "[]", '"x"', '{"client_id": "id"}'])
    def test_without_usable_credentials_nobody_is_asked(self, text: str) -> None:
        http = telling(token_answer())

        with pytest.raises(UnavailableError):
            tokens_for(http, secrets=FakeSecrets(text)).current()
        assert http.asked == []

    def test_a_refused_token_is_gone_even_while_there_are_no_credentials(self) -> None:
        clock, secrets = FakeClock(), FakeSecrets(CREDENTIALS)
        tokens = tokens_for(telling(token_answer()), clock=clock, secrets=secrets)
        refused = tokens.current()
        clock.advance(timedelta(hours=1))
        secrets.value = "{}"

        with pytest.raises(UnavailableError):
            tokens.after_refusal_of(refused)
        with pytest.raises(UnavailableError):
            tokens.current()

    def test_no_secret_stands_in_an_error(self) -> None:
        tokens = tokens_for(telling(as_json({"access_token": "A21.secret"}, 500)))

        with pytest.raises(ProviderUnavailableError) as raised:
            tokens.current()
        shown = f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r}"
        assert "secret" not in shown


@pytest.mark.case("B7")
class TestNoStorm:
    def test_a_hundred_threads_ask_once(self) -> None:
        """The first asks; the others stand at the lock until it has the answer."""
        clock = FakeClock()
        gate = threading.Event()

        def slowly(_asked: Asked) -> Answer:
            gate.wait(30)
            return token_answer()

        http = telling(slowly)
        tokens = tokens_for(http, clock=clock)
        found: list[str] = []
        threads = [
            threading.Thread(target=lambda: found.append(tokens.current())) for _ in range(100)
        ]
        for thread in threads:
            thread.start()
        gate.set()
        for thread in threads:
            thread.join()

        assert found == ["A21.one"] * 100
        assert len(http.asked) == 1

    def test_while_the_endpoint_fails_who_waited_does_not_ask_again(self) -> None:
        clock = FakeClock()
        http = telling(Answer(503, b""))
        tokens = tokens_for(http, clock=clock)
        for _ in range(100):
            with pytest.raises(ProviderUnavailableError):
                tokens.current()
        assert len(http.asked) == 1

        clock.advance(timedelta(seconds=5))
        with pytest.raises(ProviderUnavailableError):
            tokens.current()
        assert len(http.asked) == 2

    def test_a_token_that_everybody_finds_refused_is_renewed_once(self) -> None:
        clock = FakeClock()
        http = telling(token_answer("one"), token_answer("two"), token_answer("three"))
        tokens = tokens_for(http, clock=clock)
        tokens.current()
        clock.advance(timedelta(hours=1))

        assert [tokens.after_refusal_of("one") for _ in range(100)] == ["two"] * 100
        assert len(http.asked) == 2

    def test_one_call_a_minute_at_most_while_every_token_is_refused(self) -> None:
        clock = FakeClock()
        http = telling(*(token_answer(f"token-{number}") for number in range(1, 9)))
        tokens = tokens_for(http, clock=clock)
        for _ in range(120):
            refuse_current(tokens)
            clock.advance(timedelta(seconds=1))

        assert len(http.asked) <= 3


def refuse_current(tokens: AccessTokens) -> None:
    try:
        tokens.after_refusal_of(tokens.current())
    except ProviderUnavailableError:
        return


@pytest.mark.case("B7")
class TestRefusedInMidCall:
    def client(self, http: FakeHttp, clock: FakeClock) -> PayPalClient:
        return PayPalClient(api_base=BASE, http=http, tokens=tokens_for(http, clock=clock))

    def rig(self, *replies: Reply) -> tuple[FakeHttp, PayPalClient]:
        """A client whose token is an hour old, and what its next calls are answered."""
        clock = FakeClock()
        http = telling(token_answer("one"), token_answer("two"), token_answer("three"))
        client = self.client(http, clock)
        http.on("GET", f"{BASE}/warm", as_json({}))
        client.get("/warm")
        clock.advance(timedelta(hours=1))
        http.on("GET", f"{BASE}/thing", *replies)
        http.asked.clear()
        return http, client

    def test_one_fresh_token_and_the_call_again(self) -> None:
        http, client = self.rig(UNAUTHORIZED, as_json({"id": "1"}))

        assert client.get("/thing") == {"id": "1"}
        sent: list[Any] = [one.headers["Authorization"] for one in http.asked_for("/thing")]
        assert sent == ["Bearer one", "Bearer two"]
        assert len(http.asked_for("/v1/oauth2/token")) == 1

    def test_then_it_gives_up(self) -> None:
        http, client = self.rig(UNAUTHORIZED)

        with pytest.raises(ProviderUnavailableError):
            client.get("/thing")
        assert len(http.asked_for("/thing")) == 2
        assert len(http.asked_for("/v1/oauth2/token")) == 1

    def test_without_a_fresh_token_it_gives_up_at_once(self) -> None:
        http, client = self.rig(UNAUTHORIZED)
        http.on("POST", URL, Answer(503, b""))

        with pytest.raises(ProviderUnavailableError):
            client.get("/thing")
        assert len(http.asked_for("/thing")) == 1
