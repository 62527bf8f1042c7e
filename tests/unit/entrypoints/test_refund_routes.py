"""The routes of refunds and of requests for them, through the edge, over tables in memory."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Item, Key
from frontdesk.adapters.dynamodb.refund_requests import DynamoRefundRequests
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.money import Money
from frontdesk.domain.principal import Kind, Principal
from frontdesk.domain.scopes import Role, granted
from frontdesk.domain.settings import RefundRules, Settings
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.plans import Plans
from frontdesk.entrypoints.refund_requests import refund_request_handlers
from frontdesk.entrypoints.refunds import refund_handlers
from frontdesk.entrypoints.schemas.plans import Preview
from frontdesk.entrypoints.schemas.refund_requests import (
    MyRefundRequest,
    MyRefundRequestList,
    RefundRequest,
    RefundRequestList,
)
from frontdesk.entrypoints.schemas.refunds import Refund, RefundList
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.use_cases.refund_requests import RequestWorld
from tests.currencies import REFUSED
from tests.fakes.api_gateway import STAFF, STOREFRONT, Answer, ask, event
from tests.fakes.ids import CountingIds
from tests.fakes.settings import FixedSettings
from tests.refunding import RefundRig

SECRET = "a secret of this test, long enough"
CREATE = "POST /v1/transactions/{id}/refunds"
RULES = RefundRules(accepts_requests=True, window_days=30, automatic_up_to=Money(1000, "usd"))
MISSING = {"txn": "txn_" + "0" * 26, "ref": "ref_" + "0" * 26, "rrq": "rrq_" + "0" * 26}


def key(number: int) -> str:
    return str(uuid5(UUID(int=0), str(number)))


class Api(RefundRig):
    """A shop whose API is asked, with an Idempotency-Key that counts up unless one is given."""

    def __init__(self, *, rules: RefundRules = RULES, captured_minor: int = 1000) -> None:
        super().__init__(captured_minor=captured_minor)
        self.settings = FixedSettings(Settings(currency="usd", refunds=rules))
        self.keys = 0
        cursors = Cursors(lambda: SECRET)
        clock, gateway = self.rig.clock, self.rig.gateway
        requests = DynamoRefundRequests(gateway, clock=clock)
        records = DynamoRequests(gateway, clock=clock, ids=CountingIds())
        world = RequestWorld(requests=requests, settings=self.settings, refunding=self.world)
        self.function = http_function(
            "refunds",
            {
                **refund_handlers(
                    refunds=lambda: self.world.refunds,
                    transactions=lambda: self.world.transactions,
                    subscriptions=lambda: self.world.subscriptions,
                    world=lambda: self.world,
                    plans=Plans(lambda: SECRET, clock=clock),
                    cursors=cursors,
                ),
                **refund_request_handlers(
                    requests=lambda: requests, world=lambda: world, cursors=cursors
                ),
            },
            requests=lambda: records,
        )

    @property
    def customer(self) -> Principal:
        return Principal(Kind.CUSTOMER, self.transaction.customer_id)

    def call(
        self,
        route: str,
        body: Mapping[str, Any] | None = None,
        *,
        identifier: str | None = None,
        caller: Principal = STAFF,
        idempotency_key: str | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        if idempotency_key is None:
            self.keys += 1
            idempotency_key = key(self.keys)
        given = {"content-type": "application/json", "idempotency-key": idempotency_key}
        return ask(
            self.function,
            event(
                route,
                caller=caller,
                path={"id": identifier} if identifier else None,
                query=query,
                headers=given if headers is None else headers,
                body=json.dumps(body) if body is not None else None,
            ),
        )

    def create(self, body: Mapping[str, Any] | None = None, **options: Any) -> Answer:
        body = {"reason": "requested_by_customer", **(body or {})}
        return self.call(CREATE, body, **{"identifier": self.transaction_id, **options})

    def preview(self, body: Mapping[str, Any] | None = None, **options: Any) -> Answer:
        return self.create(body, query={"preview": "true"}, **options)

    def ask_about(self, body: dict[str, Any], **options: Any) -> Answer:
        body = {"reason": "Not for me.", **body}
        return self.call(
            "POST /v1/me/refund-requests", body, **{"caller": self.customer, **options}
        )

    def ask_for(self, transaction_id: str | None = None, **options: Any) -> Answer:
        return self.ask_about({"transaction_id": transaction_id or self.transaction_id}, **options)

    def another_payment(
        self, amount_minor: int = 1000, *, currency: str = "usd", is_foreign: bool = False
    ) -> str:
        owner = self.rig.provider.payment(self.payment).customer
        if is_foreign:
            owner = self.rig.provider.add_customer(name="Bo")
        self.payment = self.rig.provider.pay(owner, amount_minor=amount_minor, currency=currency)
        self.rig.follow()
        return self.transaction_id

    def hand_over(self, provider: str) -> None:
        """The payment is one of this provider's."""
        found = keys.transaction(self.transaction.customer_id, self.transaction_id)
        self.rig.gateway.items[found] |= {"provider_name": provider}

    def no_answer(self) -> None:
        def fail(name: str) -> None:
            raise ProviderUnavailableError("a test says so")

        self.commands.before_call = fail


@pytest.fixture
def api() -> Api:
    return Api()


def usd(amount: int) -> dict[str, Any]:
    return {"amount": {"amount": amount, "currency": "usd"}}


# --- making refunds ----------------------------------------------------------------------------


def test_a_refund_is_made_and_described(api: Api) -> None:
    answer = api.create(usd(300) | {"comment": "Sent twice."})

    refund = Refund.model_validate_json(answer.text or "")
    assert (answer.status, refund.status, refund.amount.amount) == (201, "succeeded", 300)
    assert answer.headers["Location"] == f"/v1/refunds/{refund.id}"
    assert refund.customer_id == api.transaction.customer_id
    assert refund.requested_by == STAFF.key
    again = api.call("GET /v1/refunds/{id}", identifier=refund.id)
    assert (again.status, again.json) == (200, answer.json)


def test_what_became_of_a_refund_may_not_be_known_yet(api: Api) -> None:
    api.no_answer()

    answer = api.create(usd(300))

    assert (answer.status, answer.json["status"]) == (202, "unknown")
    assert answer.json["provider"] == {"name": "stripe", "id": None}
    api.commands.before_call = lambda name: None
    api.tend()
    read = api.call("GET /v1/refunds/{id}", identifier=answer.json["id"])
    assert read.json["status"] == "succeeded"
    assert api.wrongs() == []


def test_the_same_key_is_answered_the_same(api: Api) -> None:
    first, again = (api.create(usd(300), idempotency_key=key(7)) for _ in range(2))

    assert (again.status, again.json) == (first.status, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(api.commands.calls) == 1


def test_the_same_key_is_the_same_refund_when_its_answer_is_forgotten(api: Api) -> None:
    first = api.create(usd(300), idempotency_key=key(7))
    api.rig.clock.advance(timedelta(days=31))

    again = api.create(usd(300), idempotency_key=key(7))

    assert (again.status, again.json) == (201, first.json)
    assert "Idempotency-Replayed" not in again.headers
    assert len(api.commands.calls) == 1


@pytest.mark.case("D3")
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=31)], ids=str)
def test_the_same_key_with_another_body_is_refused(api: Api, later: timedelta) -> None:
    api.create(usd(300), idempotency_key=key(7))
    api.rig.clock.advance(later)

    answer = api.create(usd(301), idempotency_key=key(7))

    assert (answer.status, answer.code) == (422, "idempotency_key_reused")
    assert len(api.commands.calls) == 1


def test_the_same_key_of_another_caller_is_another_refund(api: Api) -> None:
    answers = [
        api.create(usd(300), idempotency_key=key(7), caller=who) for who in (STAFF, STOREFRONT)
    ]

    assert [a.status for a in answers] == [201, 201]
    assert len({a.json["id"] for a in answers}) == 2


@pytest.mark.case("D6")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (usd(1001), 409, "refund_exceeds_remaining"),
        (usd(0), 422, "invalid_input"),
        (usd(-1), 422, "invalid_input"),
        ({"amount": {"amount": 1, "currency": "eur"}}, 422, "currency_mismatch"),
        ({"amount": 300}, 422, "invalid_input"),
        ({"amount": {"amount": 3.5, "currency": "usd"}}, 422, "invalid_input"),
        ({"amount": {"amount": 300}}, 422, "invalid_input"),
        ({"reason": "because"}, 422, "invalid_input"),
        ({"affiliate": "x"}, 422, "invalid_input"),
        ({"comment": "4242 4242 4242 4242"}, 422, "card_number_not_allowed"),
        ({"revoke_access": True}, 409, "payment_grants_no_access"),
        ({"cancel_subscription": True}, 409, "payment_has_no_subscription"),
    ],
    ids=str,
)
def test_a_wrong_order_is_refused_before_anything_happens(
    api: Api, body: dict[str, Any], status: int, code: str
) -> None:
    answer, preview = api.create(body), api.preview(body)

    assert (answer.status, answer.code) == (preview.status, preview.code) == (status, code)
    assert api.commands.calls == []
    assert api.rig.entities("operation") == api.rig.entities("refund") == []
    assert api.transaction.reservations == {}


@pytest.mark.case("E2")
@pytest.mark.parametrize(("provider", "amount", "currency", "code"), REFUSED)
def test_an_amount_that_the_provider_would_not_take_is_refused_before_it_is_asked(
    api: Api, provider: str, amount: float, currency: str, code: str
) -> None:
    api.another_payment(10_000, currency=currency)
    api.hand_over(provider)
    before = dict(api.rig.gateway.items)
    body = {"amount": {"amount": amount, "currency": currency}}
    preview, answer = api.preview(body), api.create(body)

    assert (answer.status, answer.code) == (preview.status, preview.code) == (422, code)
    assert answer.json["errors"]
    assert api.commands.calls == []
    assert api.transaction.reservations == {}
    assert _without_requests(api.rig.gateway.items) == _without_requests(before)


@pytest.mark.case("E2")
@pytest.mark.parametrize(
    ("amount", "currency"), [(5120, "kwd"), (1000, "isk"), (1, "jpy"), (1045, "huf"), (600, "ugx")]
)
def test_an_amount_that_the_provider_takes_arrives_as_it_was_asked_for(
    api: Api, amount: int, currency: str
) -> None:
    api.another_payment(10_000, currency=currency)
    body = {"amount": {"amount": amount, "currency": currency}}
    answer = api.create(body)

    assert (answer.status, answer.json["amount"]) == (201, body["amount"])
    assert [(c.amount_minor, c.currency) for c in api.commands.calls] == [(amount, currency)]
    assert api.wrongs() == []


def _without_requests(items: Mapping[Key, Item]) -> dict[Key, Item]:
    """That a key was used is remembered of every answer."""
    return {key: item for key, item in items.items() if item["entity"] != "request"}


@pytest.mark.case("D6")
def test_a_refund_without_a_key_is_refused(api: Api) -> None:
    answer = api.create(headers={"content-type": "application/json"})

    assert (answer.status, answer.code) == (400, "idempotency_key_required")
    assert api.commands.calls == []


@pytest.mark.case("D6")
def test_a_missing_payment_is_not_found(api: Api) -> None:
    answer = api.create(identifier=MISSING["txn"])

    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.ANALYST])
def test_not_everybody_of_the_staff_gives_money_back(api: Api, role: Role) -> None:
    answer = api.create(caller=replace(STAFF, scopes=granted(role, ())))

    assert (answer.status, answer.code) == (403, "forbidden")


def test_a_customer_gives_itself_nothing_back(api: Api) -> None:
    assert api.create(caller=api.customer).status == 403


def test_a_refusal_of_the_provider_is_a_conflict_and_stays_one(api: Api) -> None:
    api.rig.provider.refund(api.payment, 900)

    answers = [api.create(usd(500), idempotency_key=key(7)) for _ in range(2)]

    assert {(a.status, a.code) for a in answers} == {(409, "refund_exceeds_remaining")}
    assert len(api.commands.calls) == 1
    assert api.wrongs() == []


def test_a_table_that_does_not_answer_leaves_the_key_free_for_the_next_try(api: Api) -> None:
    calls = 0

    def fail_once(name: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise UnavailableError

    api.rig.gateway.before_call = fail_once
    first = api.create(usd(300), idempotency_key=key(7))
    again = api.create(usd(300), idempotency_key=key(7))

    assert (first.status, again.status) == (503, 201)
    assert api.wrongs() == []


# --- previews ------------------------------------------------------------------------------------


def test_a_preview_says_what_would_happen_and_does_nothing(api: Api) -> None:
    before = dict(api.rig.gateway.items)

    answer = api.preview(usd(300), headers={"content-type": "application/json"})

    preview = Preview.model_validate_json(answer.text or "")
    assert answer.status == 200
    assert preview.plan.amount_due.amount == -300
    assert [(e.kind, e.subject_id) for e in preview.plan.effects] == [
        ("refund", api.transaction_id)
    ]
    assert preview.plan.warnings == []
    assert api.rig.gateway.items == before
    assert api.commands.calls == []


def test_a_preview_warns_of_an_equal_refund_a_moment_ago(api: Api) -> None:
    api.create(usd(300))
    api.rig.clock.advance(timedelta(minutes=3))

    answer = api.preview(usd(300))

    assert [w["code"] for w in answer.json["plan"]["warnings"]] == ["equal_refund"]
    assert api.create(usd(300)).status == 201


def test_a_previewed_refund_is_made_as_it_was_shown(api: Api) -> None:
    token = api.preview(usd(300)).json["plan_token"]
    api.rig.clock.advance(timedelta(minutes=14))

    answer = api.create(usd(300) | {"plan_token": token})

    assert (answer.status, answer.json["amount"]["amount"]) == (201, 300)


def _other_amount(api: Api) -> dict[str, Any]:
    return usd(301)


def _dashboard_refund(api: Api) -> dict[str, Any]:
    api.rig.provider.refund(api.payment, 100)
    api.look_at_payment()
    return usd(300)


def _dispute(api: Api) -> dict[str, Any]:
    api.rig.provider.dispute(api.payment, 1000)
    api.look_at_payment()
    return usd(300)


def _another_refund(api: Api) -> dict[str, Any]:
    api.create(usd(300))
    return usd(300)


def _a_quarter_of_an_hour(api: Api) -> dict[str, Any]:
    api.rig.clock.advance(timedelta(minutes=15))
    return usd(300)


@pytest.mark.parametrize(
    "change",
    [_other_amount, _dashboard_refund, _dispute, _another_refund, _a_quarter_of_an_hour],
)
def test_a_plan_that_no_longer_holds_is_not_carried_out(api: Api, change: Any) -> None:
    token = api.preview(usd(300)).json["plan_token"]
    body = change(api)
    calls = len(api.commands.calls)

    answer = api.create(body | {"plan_token": token})

    assert (answer.status, answer.code) == (409, "plan_is_stale")
    assert len(api.commands.calls) == calls
    assert api.transaction.reservations == {}


def test_a_plan_for_all_that_is_left_is_stale_when_less_is_left(api: Api) -> None:
    token = api.preview().json["plan_token"]
    _dashboard_refund(api)

    answer = api.create({"plan_token": token})

    assert (answer.status, answer.code) == (409, "plan_is_stale")


def test_a_repeat_of_a_planned_refund_is_no_new_plan(api: Api) -> None:
    """It has happened: that the plan could not be made any more does not matter."""
    body = usd(300) | {"plan_token": api.preview(usd(300)).json["plan_token"]}
    first = api.create(body, idempotency_key=key(7))
    api.rig.clock.advance(timedelta(days=31))

    again = api.create(body, idempotency_key=key(7))

    assert (again.status, again.json) == (201, first.json)


# --- reading -------------------------------------------------------------------------------------


def test_refunds_are_listed_newest_first_and_page_by_page(api: Api) -> None:
    made: list[str | None] = []
    for _ in range(5):
        api.rig.clock.advance(timedelta(minutes=1))
        api.rig.provider.now = api.rig.clock.now()
        made.insert(0, api.create(usd(10)).json["id"])
    api.rig.provider.pass_time(60)
    made.insert(0, None)
    api.rig.provider.refund(api.payment, 10)  # in the dashboard
    api.look_at_payment()

    pages, cursor = [], None
    while True:
        query = {"limit": "4"} | ({"cursor": cursor} if cursor else {})
        page = RefundList.model_validate_json(api.call("GET /v1/refunds", query=query).text or "")
        pages.append([refund.id for refund in page.data])
        cursor = page.next_cursor
        if cursor is None:
            break

    assert [len(page) for page in pages] == [4, 2]
    assert [one for page in pages for one in page][1:] == made[1:]


def test_refunds_are_listed_by_status(api: Api) -> None:
    done = api.create(usd(10)).json["id"]
    api.no_answer()
    open_one = api.create(usd(20)).json["id"]

    listed = {
        status: [
            r["id"] for r in api.call("GET /v1/refunds", query={"status": status}).json["data"]
        ]
        for status in ("succeeded", "unknown", "failed")
    }

    assert listed == {"succeeded": [done], "unknown": [open_one], "failed": []}


def test_a_refund_that_is_not_there_is_not_found(api: Api) -> None:
    assert api.call("GET /v1/refunds/{id}", identifier=MISSING["ref"]).status == 404


# --- requests ------------------------------------------------------------------------------------


def test_a_small_first_request_is_approved_and_refunded_at_once(api: Api) -> None:
    answer = api.ask_for()

    made = MyRefundRequest.model_validate_json(answer.text or "")
    assert (answer.status, made.status, made.amount.amount) == (201, "approved", 1000)
    assert made.refund is not None
    assert made.refund.status == "succeeded"
    assert api.transaction.refundable_minor == 0
    assert api.wrongs() == []


def test_whoever_knows_no_payment_names_the_subscription(api: Api) -> None:
    api.subscribe()

    first, again = (
        api.ask_about({"subscription_id": api.subscription.id}, idempotency_key=key(7))
        for _ in range(2)
    )

    assert (first.status, first.json["status"]) == (201, "approved")
    assert first.json["transaction_id"] == api.transaction_id
    assert again.json == first.json
    assert len(api.commands.calls) == 1


def test_a_subscription_that_was_never_paid_has_nothing_to_give_back(api: Api) -> None:
    owner = api.rig.provider.payment(api.payment).customer
    assert owner is not None
    api.rig.provider.subscribe(owner, product=None)
    api.rig.follow()

    answer = api.ask_about({"subscription_id": api.subscription.id})

    assert (answer.status, answer.code) == (409, "nothing_to_refund")


def test_somebody_elses_subscription_is_a_missing_one(api: Api) -> None:
    api.subscribe()
    somebody = Principal(Kind.CUSTOMER, "cus_" + "1" * 26)

    answers = [
        api.ask_about({"subscription_id": name}, caller=somebody)
        for name in (api.subscription.id, "sub_" + "0" * 26)
    ]

    assert [(a.status, a.code) for a in answers] == [(404, "not_found")] * 2


@pytest.mark.parametrize("both", [True, False])
def test_a_request_is_about_one_thing(api: Api, both: bool) -> None:
    api.subscribe()
    named = {"subscription_id": api.subscription.id, "transaction_id": api.transaction_id}

    answer = api.ask_about(named if both else {})

    assert (answer.status, answer.code) == (422, "invalid_input")
    assert [error["code"] for error in answer.json["errors"]] == ["one_of_two"]


def _old(api: Api) -> None:
    api.rig.clock.advance(timedelta(days=31))


def _refunded(api: Api) -> None:
    api.create(usd(1000))


def _disputed(api: Api) -> None:
    _dispute(api)


@pytest.mark.parametrize(
    ("prepare", "because"),
    [
        (_old, "outside_window"),
        (_refunded, "already_refunded"),
        (_disputed, "payment_disputed"),
    ],
)
def test_what_the_rules_do_not_allow_is_declined_with_the_reason(
    api: Api, prepare: Any, because: str
) -> None:
    prepare(api)

    answer = api.ask_for()

    assert (answer.status, answer.json["status"], answer.json["because"]) == (
        201,
        "declined",
        because,
    )
    assert answer.json["refund"] is None


def _above_cap(api: Api) -> None:
    api.another_payment(1001)


def _refunded_before(api: Api) -> None:
    api.create(usd(10))
    api.another_payment()


def _partly_refunded(api: Api) -> None:
    api.create(usd(10))


def _disputed_elsewhere(api: Api) -> None:
    api.rig.provider.dispute(api.payment, 1000)
    api.look_at_payment()
    api.another_payment()


def _without_cap(api: Api) -> None:
    api.settings.settings = Settings(currency="usd", refunds=RefundRules(accepts_requests=True))


@pytest.mark.parametrize(
    ("prepare", "because"),
    [
        (_above_cap, "above_cap"),
        (_refunded_before, "earlier_refunds"),
        (_partly_refunded, "earlier_refunds"),
        (_disputed_elsewhere, "disputes"),
        (_without_cap, "needs_approval"),
    ],
)
def test_what_the_rules_leave_open_waits_for_staff(api: Api, prepare: Any, because: str) -> None:
    prepare(api)

    answer = api.ask_for()

    assert (answer.json["status"], answer.json["because"]) == ("queued", because)
    assert answer.json["refund"] is None
    waiting = api.call("GET /v1/refund-requests", query={"status": "queued"})
    shown = RefundRequestList.model_validate_json(waiting.text or "").data
    assert [one.id for one in shown] == [answer.json["id"]]


def test_requests_at_once_are_not_approved_past_the_rule_of_earlier_refunds(api: Api) -> None:
    """The second is asked for between the judgement and the admission of the first."""
    first, second = api.transaction_id, api.another_payment()
    gateway, answers = api.rig.gateway, []

    def ask_for_the_second(name: str) -> None:
        if name == "transact":
            gateway.before_call = lambda name: None
            answers.append(api.ask_for(second))

    gateway.before_call = ask_for_the_second
    answers.append(api.ask_for(first))

    judged = [(answer.json["status"], answer.json["because"]) for answer in answers]
    assert judged == [("approved", None), ("queued", "earlier_refunds")]


def test_another_customers_approval_changes_no_judgement(api: Api) -> None:
    first = api.ask_for()
    owner = api.customer.id
    api.another_payment(is_foreign=True)

    assert first.json["status"] == "approved"
    assert api.customer.id != owner
    assert api.ask_for().json["status"] == "approved"


def test_a_shop_that_takes_no_requests_says_so(api: Api) -> None:
    api.settings.settings = Settings(currency="usd")

    answer = api.ask_for()

    assert (answer.status, answer.code) == (403, "feature_disabled")


@pytest.mark.parametrize("is_foreign", [True, False])
def test_somebody_elses_payment_is_a_missing_one(api: Api, is_foreign: bool) -> None:
    own = api.customer
    other = api.another_payment(is_foreign=True) if is_foreign else MISSING["txn"]

    answer = api.ask_for(other, caller=own)

    assert (answer.status, answer.code) == (404, "not_found")


def queued(api: Api) -> str:
    _without_cap(api)
    return str(api.ask_for().json["id"])


def test_a_payment_has_one_waiting_request_at_most(api: Api) -> None:
    queued(api)

    answer = api.ask_for()

    assert (answer.status, answer.code) == (409, "refund_request_open")


def test_staff_approve_and_the_refund_is_made(api: Api) -> None:
    request_id = queued(api)

    answer = api.call("POST /v1/refund-requests/{id}/approve", identifier=request_id)

    decided = RefundRequest.model_validate_json(answer.text or "")
    assert (answer.status, decided.status, decided.decided_by) == (200, "approved", STAFF.key)
    assert decided.refund is not None
    assert decided.refund.status == "succeeded"
    assert api.wrongs() == []


def test_approving_twice_makes_one_refund(api: Api) -> None:
    request_id = queued(api)

    answers = [
        api.call("POST /v1/refund-requests/{id}/approve", identifier=request_id, caller=who)
        for who in (STAFF, STOREFRONT, STAFF)
    ]

    assert [a.status for a in answers] == [200, 200, 200]
    assert len({json.dumps(a.json) for a in answers}) == 1
    assert len(api.commands.calls) == 1


def test_staff_decline_and_say_why(api: Api) -> None:
    request_id = queued(api)
    body = {"reason": "It was used for a month."}

    answers = [
        api.call("POST /v1/refund-requests/{id}/decline", body, identifier=request_id)
        for _ in range(2)
    ]

    assert [(a.status, a.json["status"]) for a in answers] == [(200, "declined")] * 2
    mine = api.call("GET /v1/me/refund-requests", caller=api.customer)
    (shown,) = MyRefundRequestList.model_validate_json(mine.text or "").data
    assert (shown.status, shown.note) == ("declined", "It was used for a month.")
    assert api.ask_for().json["status"] == "queued"  # it may be asked for again


def test_what_is_decided_is_not_decided_otherwise(api: Api) -> None:
    approved, declined = queued(api), None
    api.call("POST /v1/refund-requests/{id}/approve", identifier=approved)
    api.another_payment()
    declined = queued(api)
    body = {"reason": "No."}
    api.call("POST /v1/refund-requests/{id}/decline", body, identifier=declined)

    late = [
        api.call("POST /v1/refund-requests/{id}/decline", body, identifier=approved),
        api.call("POST /v1/refund-requests/{id}/approve", identifier=declined),
    ]

    assert [(a.status, a.code) for a in late] == [(409, "refund_request_decided")] * 2
    assert len(api.commands.calls) == 1


def test_a_request_whose_payment_has_changed_stays_waiting(api: Api) -> None:
    request_id = queued(api)
    _dispute(api)

    answer = api.call("POST /v1/refund-requests/{id}/approve", identifier=request_id)

    assert (answer.status, answer.code) == (409, "payment_disputed")
    read = api.call("GET /v1/refund-requests/{id}", identifier=request_id)
    assert (read.status, read.json["status"]) == (200, "queued")
    assert api.commands.calls == []


def test_a_request_that_the_provider_refuses_is_approved_with_a_refund_that_failed(
    api: Api,
) -> None:
    request_id = queued(api)
    api.rig.provider.refund(api.payment, 900)

    answer = api.call("POST /v1/refund-requests/{id}/approve", identifier=request_id)

    assert (answer.status, answer.json["status"]) == (200, "approved")
    assert answer.json["refund"]["status"] == "failed"
    assert api.wrongs() == []


@pytest.mark.parametrize("by_staff", [False, True])
def test_an_approval_ends_what_the_payment_still_gives(api: Api, by_staff: bool) -> None:
    made = api.subscribe()
    if by_staff:
        request_id = queued(api)
        api.call("POST /v1/refund-requests/{id}/approve", identifier=request_id)
    else:
        api.ask_for()

    assert api.rig.provider.subscription(made).status == "canceled"
    assert api.subscription.access(now=api.rig.clock.now()).reason == "revoked"
    assert api.wrongs() == []


def test_approvals_at_once_are_one_refund_and_one_end(api: Api) -> None:
    """By the first the subscription is over, and the others' orders are made of what they see."""
    api.subscribe()
    request_id = queued(api)

    def approve(_: int) -> Answer:
        headers = {"content-type": "application/json"}
        path = "POST /v1/refund-requests/{id}/approve"
        return api.call(path, identifier=request_id, headers=headers)

    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(approve, range(24)))

    told = {(a.status, a.json.get("code")) for a in answers}
    assert told <= {(200, None), (409, "operation_in_progress"), (503, "service_unavailable")}
    assert (200, None) in told
    assert len({call.operation_id for call in api.commands.calls}) == 1
    assert len(api.transaction.refunds) == 1
    for _ in range(2):
        api.tend()
    assert api.wrongs() == []


def test_an_approval_leaves_access_where_the_shop_wants_it(api: Api) -> None:
    made = api.subscribe()
    rules = replace(RULES, revokes_access=False)
    api.settings.settings = Settings(currency="usd", refunds=rules)

    answer = api.ask_for()

    assert answer.json["status"] == "approved"
    assert api.rig.provider.subscription(made).status == "active"
    assert api.subscription.access_revoked_at is None


def test_an_approval_for_an_older_payment_ends_nothing(api: Api) -> None:
    made, older = api.subscribe(), api.transaction_id
    api.rig.clock.advance(timedelta(days=1))
    api.rig.provider.now = api.rig.clock.now()
    api.another_payment()
    api.bill(made)

    answer = api.ask_for(older)

    assert answer.json["status"] == "approved"
    assert api.rig.provider.subscription(made).status == "active"


def test_my_requests_are_mine_newest_first(api: Api) -> None:
    own = api.customer
    made: list[str] = []
    for _ in range(3):
        made.insert(0, queued(api))
        api.rig.clock.advance(timedelta(minutes=1))
        api.another_payment()
    api.another_payment(is_foreign=True)
    queued(api)

    first = api.call("GET /v1/me/refund-requests", caller=own, query={"limit": "2"}).json
    rest = api.call(
        "GET /v1/me/refund-requests", caller=own, query={"cursor": first["next_cursor"]}
    ).json

    assert [one["id"] for one in first["data"] + rest["data"]] == made
    assert rest["next_cursor"] is None


def test_the_same_key_is_the_same_request_for_ever(api: Api) -> None:
    _without_cap(api)
    first = api.ask_for(idempotency_key=key(7))
    api.rig.clock.advance(timedelta(days=31))

    again = api.ask_for(idempotency_key=key(7))
    other = api.ask_for(api.another_payment(), idempotency_key=key(7), caller=api.customer)

    assert (again.status, again.json) == (201, first.json)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
