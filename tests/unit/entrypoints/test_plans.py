"""Plan tokens: the command does exactly what its preview showed, or nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from frontdesk.domain.money import Money
from frontdesk.domain.plan import Effect, EffectKind, Plan, PlanWarning
from frontdesk.domain.principal import Principal
from frontdesk.entrypoints.messages import Request
from frontdesk.entrypoints.plans import LIFE, PlanIsStaleError, Plans
from frontdesk.entrypoints.routes import Caller, Route
from tests.fakes.api_gateway import CUSTOMER, STAFF, STOREFRONT
from tests.fakes.clock import FakeClock

NOW = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)
ROUTE = Route("POST /v1/things/{id}/do", "things", "Do it", Caller.MERCHANT)
OTHER_ROUTE = replace(ROUTE, key="POST /v1/things/{id}/undo")


class Body(BaseModel):
    amount: int = 1
    plan_token: str | None = None


EFFECT = Effect(EffectKind.REFUND, "txn_1", "requested", NOW, amount=Money(5, "usd"))
PLAN = Plan(effects=(EFFECT,), amount_due=Money(-5, "usd"), subject_version=3)


class World:
    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.plans = Plans(lambda: "a secret of this test, long enough", clock=self.clock)

    def previewed(self, plan: Plan = PLAN, **options: Any) -> str:
        request = _request(is_preview=True, **options)
        answer = self.plans.preview(
            plan, request=request, planned_at=self.plans.moment(request)
        ).body
        assert isinstance(answer, dict)
        return str(answer["plan_token"])

    def agreed(self, token: str | None, plan: Plan = PLAN, **options: Any) -> datetime:
        request = _request(token=token, **options)
        moment = self.plans.moment(request)
        self.plans.ensure_agreed(plan, request=request)
        return moment


def _request(
    *,
    token: str | None = None,
    is_preview: bool = False,
    route: Route = ROUTE,
    caller: Principal = STAFF,
    thing: str = "thing_1",
    amount: int = 1,
) -> Request:
    return Request(
        route=route,
        request_id="r",
        caller=caller,
        path={"id": thing},
        body=Body(amount=amount, plan_token=token),
        filters=SimpleNamespace(preview=is_preview),
    )


@pytest.fixture
def world() -> World:
    return World()


def test_a_command_with_the_token_of_the_same_plan_is_agreed(world: World) -> None:
    token = world.previewed()
    world.clock.advance(timedelta(minutes=14, seconds=59))

    assert world.agreed(token) == NOW.replace(microsecond=123000)


def test_a_command_without_a_token_is_bound_to_none(world: World) -> None:
    assert world.agreed(None) == NOW.replace(microsecond=123000)


def test_the_preview_says_until_when_it_holds(world: World) -> None:
    request = _request(is_preview=True)
    answer = world.plans.preview(PLAN, request=request, planned_at=NOW)

    assert answer.status == 200
    assert isinstance(answer.body, dict)
    assert answer.body["expires_at"] == "2026-11-01T12:15:00Z"


def test_warnings_are_advice_and_not_sealed(world: World) -> None:
    warned = replace(PLAN, warnings=(PlanWarning("equal_refund", "3 minutes ago"),))

    world.agreed(world.previewed(warned), PLAN)


OTHER_PLANS = {
    "version": replace(PLAN, subject_version=4),
    "amount due": replace(PLAN, amount_due=Money(-4, "usd")),
    "currency": replace(PLAN, amount_due=Money(-5, "eur")),
    "no effect": replace(PLAN, effects=()),
    "one more effect": replace(PLAN, effects=(EFFECT, EFFECT)),
    "amount": replace(PLAN, effects=(replace(EFFECT, amount=Money(4, "usd")),)),
    "kind": replace(PLAN, effects=(replace(EFFECT, kind=EffectKind.CHARGE),)),
    "subject": replace(PLAN, effects=(replace(EFFECT, subject_id="txn_2"),)),
    "detail": replace(PLAN, effects=(replace(EFFECT, detail="other"),)),
    "a millisecond": replace(
        PLAN, effects=(replace(EFFECT, effective_at=NOW + timedelta(milliseconds=1)),)
    ),
    "until": replace(PLAN, effects=(replace(EFFECT, until=NOW),)),
}


@pytest.mark.parametrize("plan", OTHER_PLANS.values(), ids=OTHER_PLANS)
def test_another_plan_is_refused(world: World, plan: Plan) -> None:
    token = world.previewed()

    with pytest.raises(PlanIsStaleError):
        world.agreed(token, plan)


@pytest.mark.parametrize(
    "options",
    [
        {"caller": STOREFRONT},
        {"caller": CUSTOMER},
        {"route": OTHER_ROUTE},
        {"thing": "thing_2"},
        {"amount": 2},
    ],
    ids=["storefront", "customer", "route", "thing", "amount"],
)
def test_a_token_is_for_one_caller_one_object_and_one_command(
    world: World, options: dict[str, Any]
) -> None:
    token = world.previewed()

    with pytest.raises(PlanIsStaleError):
        world.agreed(token, **options)


@pytest.mark.parametrize("age", [LIFE, timedelta(days=1), -timedelta(minutes=1)], ids=str)
def test_a_token_holds_for_a_quarter_of_an_hour(world: World, age: timedelta) -> None:
    token = world.previewed()
    world.clock.advance(age)

    with pytest.raises(PlanIsStaleError):
        world.agreed(token)


@given(text=st.text(alphabet="abcXYZ019-_.", min_size=1, max_size=120))
def test_no_other_text_is_a_token(text: str) -> None:
    with pytest.raises(PlanIsStaleError):
        World().agreed(text)


@given(st.data())
def test_no_altered_token_is_one(data: st.DataObject) -> None:
    world = World()
    token = world.previewed()
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("abcXYZ019-_.").filter(lambda c: c != token[place]))

    with pytest.raises(PlanIsStaleError):
        world.agreed(token[:place] + other + token[place + 1 :])
