"""Idempotency-Key: once is once, whatever happens in between."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.adapters.dynamodb.operations import Item, TableUnavailableError, Write
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.domain.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    UnavailableError,
)
from frontdesk.domain.principal import Principal
from frontdesk.entrypoints.http import Request, Response, http_function
from frontdesk.entrypoints.routes import Caller, Idempotency, Route
from tests.fakes.api_gateway import STAFF, STOREFRONT, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds

KEY = "0c52a6f0-3f4e-4b0e-9d5a-3a8f4ce3a111"
OTHER_KEY = "0c52a6f0-3f4e-4b0e-9d5a-3a8f4ce3a222"


class _RepeatingGateway(MemoryGateway):
    """Every write is made twice, and only the second's answer arrives."""

    def write(self, write: Write) -> Item:
        super().write(write)
        return super().write(write)


class _CrashError(BaseException):
    """The process dies: no handler of exceptions sees it."""


def _route(path: str = "/v1/orders/{id}", **options: Any) -> Route:
    options = {"idempotency": Idempotency.REQUIRED, "scope": "exports:write", **options}
    return Route(
        f"POST {path}",
        "orders",
        "Orders something",
        Caller.MERCHANT,
        status=201,
        body="settings:SettingsUpdate",
        **options,
    )


class Shop:
    """Orders are numbered as they are made; `handle` may be exchanged for what goes wrong."""

    def __init__(self, *routes: Route) -> None:
        self.clock = FakeClock()
        self.ids = CountingIds()
        self.gateway: MemoryGateway = MemoryGateway()
        self.operations: list[str | None] = []
        self.handle: Callable[[Request], Response] = self.order
        table = routes or (_route(),)
        self._function = http_function(
            "orders",
            {route.key: self._noted for route in table},
            requests=lambda: DynamoRequests(self.gateway, clock=self.clock, ids=self.ids),
            table=table,
        )

    def order(self, request: Request) -> Response:
        number = len(self.operations)
        return Response({"number": number, "version": 1}, headers={"Location": f"/o/{number}"})

    def _noted(self, request: Request) -> Response:
        self.operations.append(request.operation_id)
        return self.handle(request)

    def post(
        self,
        key: str | None = KEY,
        *,
        body: str = '{"headline": "a"}',
        caller: Principal = STAFF,
        identifier: str = "1",
        route: str = "POST /v1/orders/{id}",
    ) -> Answer:
        headers = {"content-type": "application/json"}
        if key is not None:
            headers["idempotency-key"] = key
        made = event(route, caller=caller, path={"id": identifier}, headers=headers, body=body)
        return ask(self._function, made)


@pytest.fixture
def shop() -> Shop:
    return Shop()


class TestKeys:
    def test_is_required_where_money_or_work_hangs_on_it(self, shop: Shop) -> None:
        answer = shop.post(None)

        assert (answer.status, answer.code) == (400, "idempotency_key_required")
        assert shop.operations == []

    def test_may_be_left_out_elsewhere(self) -> None:
        shop = Shop(_route(idempotency=Idempotency.OPTIONAL))

        assert shop.post(None).json["number"] == 1
        assert shop.post(None).json["number"] == 2
        assert shop.operations == [None, None]

    def test_left_empty_is_not_left_out(self) -> None:
        shop = Shop(_route(idempotency=Idempotency.OPTIONAL))

        assert shop.post("").code == "invalid_idempotency_key"
        assert shop.operations == []

    @pytest.mark.parametrize(
        "key", ["1", "x" * 36, KEY + "0", f"{KEY}, {OTHER_KEY}", "٣" * 36, "*"]
    )
    def test_is_a_uuid(self, shop: Shop, key: str) -> None:
        answer = shop.post(key)

        assert (answer.status, answer.code) == (400, "invalid_idempotency_key")
        assert shop.gateway.calls == []

    def test_is_the_same_in_capitals_and_in_quotes(self, shop: Shop) -> None:
        shop.post(KEY)

        for key in (KEY.upper(), f'"{KEY}"', f" {KEY} "):
            assert shop.post(key).headers["Idempotency-Replayed"] == "true"

    def test_a_wrong_body_is_refused_before_anything_is_remembered(self, shop: Shop) -> None:
        assert shop.post(body='{"nonsense": 1}').status == 422
        assert shop.post().status == 201


class TestRepeats:
    def test_a_repeat_is_answered_as_the_first_was(self, shop: Shop) -> None:
        first, again = shop.post(), shop.post()

        assert first.status == again.status == 201
        assert first.json == again.json == {"number": 1, "version": 1}
        assert again.headers["Location"] == "/o/1"
        assert again.headers["ETag"] == '"1"'
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(shop.operations) == 1

    def test_how_the_json_is_written_does_not_matter(self, shop: Shop) -> None:
        shop.post(body='{"headline": "a", "order_history_days": 5}')
        answer = shop.post(body=' {"order_history_days":5,"headline":"\\u0061"}')

        assert answer.headers["Idempotency-Replayed"] == "true"

    def test_another_body_under_the_key_is_refused(self, shop: Shop) -> None:
        shop.post()
        answer = shop.post(body='{"headline": "b"}')

        assert (answer.status, answer.code) == (422, "idempotency_key_reused")
        assert len(shop.operations) == 1

    def test_another_object_under_the_key_is_refused(self, shop: Shop) -> None:
        shop.post(identifier="1")

        assert shop.post(identifier="2").code == "idempotency_key_reused"

    def test_a_null_is_not_the_same_as_nothing(self, shop: Shop) -> None:
        """In a body where what is left out stays, the two are different commands."""
        shop.post(body='{"headline": null}')

        assert shop.post(body="{}").code == "idempotency_key_reused"

    def test_another_key_is_another_command(self, shop: Shop) -> None:
        assert shop.post(KEY).json["number"] == 1
        assert shop.post(OTHER_KEY).json["number"] == 2
        assert len(set(shop.operations)) == 2

    def test_nobody_is_shown_anothers_answer(self, shop: Shop) -> None:
        assert shop.post(caller=STAFF).json["number"] == 1
        assert shop.post(caller=STOREFRONT).json["number"] == 2

    def test_a_key_counts_for_one_route(self) -> None:
        shop = Shop(_route(), _route("/v1/returns/{id}"))
        shop.post()
        answer = shop.post(route="POST /v1/returns/{id}")

        assert "Idempotency-Replayed" not in answer.headers

    def test_a_secret_is_shown_once_and_not_kept(self, shop: Shop) -> None:
        shop.handle = lambda request: Response(
            {"id": "key_1", "secret": "fd_live_abc"}, unreplayed=("secret",)
        )

        assert shop.post().json == {"id": "key_1", "secret": "fd_live_abc"}
        assert shop.post().json == {"id": "key_1", "secret": None}
        assert "fd_live_abc" not in str(shop.gateway.items)

    def test_an_answer_is_remembered_for_thirty_days(self, shop: Shop) -> None:
        shop.post()
        shop.clock.advance(timedelta(days=29, hours=23))
        assert shop.post().headers["Idempotency-Replayed"] == "true"

        shop.clock.advance(timedelta(hours=2))
        assert "Idempotency-Replayed" not in shop.post().headers

    def test_the_effect_is_remembered_for_ever(self, shop: Shop) -> None:
        """The operation id depends on caller, route and key alone."""
        shop.post()
        shop.clock.advance(timedelta(days=4000))
        shop.gateway.items.clear()
        shop.post()

        assert len(shop.operations) == 2
        assert len(set(shop.operations)) == 1


class TestRefusals:
    @pytest.mark.parametrize("error", [NotFoundError(), ConflictError("Already refunded.")])
    def test_the_answer_no_is_an_answer(self, shop: Shop, error: Exception) -> None:
        def refuse(request: Request) -> Response:
            raise error

        shop.handle = refuse
        first = shop.post()
        shop.handle = shop.order
        again = shop.post()

        assert first.status == again.status != 201
        assert first.code == again.code
        assert again.headers["Content-Type"] == "application/problem+json"
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(shop.operations) == 1

    def test_a_repeated_no_carries_its_own_request_id(self, shop: Shop) -> None:
        def refuse(request: Request) -> Response:
            raise NotFoundError

        shop.handle = refuse
        shop.post()
        again = shop.post()

        assert again.json["request_id"] == again.headers["X-Request-Id"]

    @pytest.mark.parametrize(
        "error",
        [ForbiddenError(), UnavailableError(), RuntimeError("no"), TableUnavailableError("x")],
    )
    def test_what_may_pass_is_tried_again_at_once_as_the_same_operation(
        self, shop: Shop, error: Exception
    ) -> None:
        def fail(request: Request) -> Response:
            raise error

        shop.handle = fail
        assert shop.post().status >= 403
        shop.handle = shop.order

        assert shop.post().status == 201
        assert len(shop.operations) == 2
        assert len(set(shop.operations)) == 1

    def test_a_key_stays_bound_to_its_body_after_a_failure(self, shop: Shop) -> None:
        """The effect may have happened: another one must not hide behind its key."""

        def fail(request: Request) -> Response:
            raise UnavailableError

        shop.handle = fail
        shop.post()
        shop.handle = shop.order

        assert shop.post(body='{"headline": "b"}').code == "idempotency_key_reused"


class TestCrashes:
    def test_while_the_first_runs_a_repeat_is_asked_to_wait(self, shop: Shop) -> None:
        answers: list[Answer] = []

        def slow(request: Request) -> Response:
            answers.append(shop.post())
            return shop.order(request)

        shop.handle = slow

        assert shop.post().status == 201
        (meanwhile,) = answers
        assert (meanwhile.status, meanwhile.code) == (409, "operation_in_progress")
        assert meanwhile.headers["Retry-After"]

    def test_after_a_crash_a_repeat_goes_on_with_the_same_operation(self, shop: Shop) -> None:
        def crash(request: Request) -> Response:
            raise _CrashError

        shop.handle = crash
        with pytest.raises(_CrashError):
            shop.post()
        shop.handle = shop.order

        shop.clock.advance(timedelta(seconds=119))
        assert shop.post().code == "operation_in_progress"
        shop.clock.advance(timedelta(seconds=2))
        assert shop.post().status == 201
        assert len(set(shop.operations)) == 1

    def test_one_that_wakes_up_late_changes_nothing_of_its_successors_answer(
        self, shop: Shop
    ) -> None:
        def overrun(request: Request) -> Response:
            shop.handle = shop.order
            shop.clock.advance(timedelta(seconds=121))
            shop.post()
            return Response({"number": "late"})

        shop.handle = overrun
        shop.post()

        assert shop.post().json["number"] == 2

    def test_one_that_fails_late_does_not_free_its_successors_key(self, shop: Shop) -> None:
        def overrun(request: Request) -> Response:
            shop.handle = shop.order
            shop.clock.advance(timedelta(seconds=121))
            shop.post()
            raise UnavailableError

        shop.handle = overrun
        shop.post()

        assert shop.post().headers["Idempotency-Replayed"] == "true"

    def test_an_answer_that_cannot_be_kept_is_given_all_the_same(self, shop: Shop) -> None:
        def lose_the_table(request: Request) -> Response:
            shop.gateway.before_call = _fail
            return shop.order(request)

        def _fail(name: str) -> None:
            raise TableUnavailableError("down")

        shop.handle = lose_the_table

        assert shop.post().status == 201

    def test_without_the_records_nothing_begins(self, shop: Shop) -> None:
        def _fail(name: str) -> None:
            raise TableUnavailableError("down")

        shop.gateway.before_call = _fail

        assert (shop.post().code, shop.operations) == ("service_unavailable", [])

    def test_a_claim_whose_confirmation_was_lost_is_still_ours(self, shop: Shop) -> None:
        """The gateway sends a lost write again, and the second one meets the first."""
        shop.gateway = _RepeatingGateway()

        assert shop.post().status == 201
        assert shop.post().headers["Idempotency-Replayed"] == "true"

    def test_of_many_at_once_one_runs(self, shop: Shop) -> None:
        begin = threading.Barrier(8)
        answers: list[Answer] = []

        def send() -> None:
            begin.wait(timeout=10)
            answers.append(shop.post())

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=10)

        assert len(shop.operations) == 1
        assert {answer.status for answer in answers} <= {201, 409}
