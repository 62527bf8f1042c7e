"""A cancellation at once that gives money back, through the edge, at the local Stripe."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.domain.errors import FrontdeskError
from frontdesk.domain.ids import derived_id
from frontdesk.domain.money import Money
from frontdesk.domain.refund import RefundOrder
from frontdesk.domain.scopes import Scope
from frontdesk.domain.times import to_text
from frontdesk.entrypoints.schemas.subscription_commands import CanceledSubscription
from frontdesk.use_cases.refunds import refund_payment
from infra.local.provider.faults import Fault
from tests.fakes.api_gateway import STAFF
from tests.subscribing import START, SubscriptionRig, refund_world
from tests.subscribing_paypal import PayPalSubscriptionRig

KEY = "11111111-1111-4111-8111-111111111111"
TEN_DAYS = timedelta(days=10)


@pytest.fixture
def rig() -> SubscriptionRig:
    """At 30.00 for a month of thirty days, of which ten are over."""
    made = SubscriptionRig()
    made.advance(TEN_DAYS)
    made.follow()
    return made


def refunds(rig: SubscriptionRig) -> list[Any]:
    return list(rig.stripe.get("refunds")["data"])


def ended(refund: str, **fields: Any) -> dict[str, Any]:
    return {"when": "now", "refund": refund, **fields}


def settled(rig: SubscriptionRig) -> Iterator[str]:
    yield from rig.wrongs()
    yield from (f"{payment} still reserves" for payment in rig.reserving())


@pytest.mark.parametrize(("share", "amount"), [("full", 3000), ("prorated", 2000)])
def test_the_money_goes_back_and_the_subscription_ends(
    rig: SubscriptionRig, share: str, amount: int
) -> None:
    answer = rig.order("cancel", ended(share, reason="unused", comment="No more."))

    told = CanceledSubscription.model_validate_json(answer.text or "")
    assert answer.status == 200
    assert (told.status, told.operation.kind, told.operation.state) == (
        "canceled",
        "cancel",
        "succeeded",
    )
    assert told.refund is not None
    assert (told.refund.status, told.refund.amount.amount) == ("succeeded", amount)
    assert [refund["amount"] for refund in refunds(rig)] == [amount]
    assert rig.at_stripe["cancellation_details"]["feedback"] == "unused"
    assert list(settled(rig)) == []


def test_at_paypal_it_is_the_latest_sale_that_goes_back() -> None:
    rig = PayPalSubscriptionRig()
    rig.advance(timedelta(days=40))  # one renewal, ten days ago
    rig.follow()

    answer = rig.order("cancel", ended("prorated"))

    assert (answer.status, answer.json["status"]) == (200, "canceled")
    assert answer.json["refund"]["provider"]["name"] == "paypal"
    assert 1990 <= answer.json["refund"]["amount"]["amount"] <= 2050
    assert list(settled(rig)) == []


def test_the_preview_is_one_plan_of_both_and_is_kept_to(rig: SubscriptionRig) -> None:
    shown = rig.order("cancel", ended("prorated"), preview=True).json
    rig.advance(timedelta(minutes=10))

    answer = rig.order("cancel", ended("prorated", plan_token=shown["plan_token"]))

    effects = {(e["kind"], e["detail"]) for e in shown["plan"]["effects"]}
    assert effects == {
        ("refund", "refund_requested"),
        ("subscription", "canceled"),
        ("access", "ended"),
    }
    assert shown["plan"]["amount_due"] == {"amount": -2000, "currency": "usd"}
    assert {w["code"] for w in shown["plan"]["warnings"]} == {"not_reversible", "access_continues"}
    assert answer.json["refund"]["amount"]["amount"] == 2000


def test_a_plan_of_which_one_half_has_changed_is_stale(rig: SubscriptionRig) -> None:
    token = rig.order("cancel", ended("full"), preview=True).json["plan_token"]
    rig.order("pause")

    answer = rig.order("cancel", ended("full", plan_token=token))

    assert (answer.status, answer.code) == (409, "plan_is_stale")
    assert refunds(rig) == []


def test_the_share_is_never_more_than_what_is_left(rig: SubscriptionRig) -> None:
    (charge,) = rig.stripe.get("charges")["data"]
    rig.stripe.post("refunds", charge=charge["id"], amount=2500)
    rig.follow()

    answer = rig.order("cancel", ended("prorated"))

    assert answer.json["refund"]["amount"]["amount"] == 500


def _refunded(rig: SubscriptionRig) -> None:
    (charge,) = rig.stripe.get("charges")["data"]
    rig.stripe.post("refunds", charge=charge["id"])
    rig.follow()


def _disputed(rig: SubscriptionRig) -> None:
    (charge,) = rig.stripe.get("charges")["data"]
    rig.stripe.act("dispute", charge=charge["id"])
    rig.follow()


def _over(rig: SubscriptionRig) -> None:
    rig.order("cancel", {"when": "now"})


def _nothing(_: SubscriptionRig) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "body", "status", "code"),
    [
        (_nothing, {"when": "period_end", "refund": "full"}, 422, "refund_needs_end_at_once"),
        (
            _nothing,
            {"when": to_text(START + 2 * TEN_DAYS), "refund": "prorated"},
            422,
            "refund_needs_end_at_once",
        ),
        (_nothing, ended("half"), 422, "invalid_input"),
        (_nothing, ended("full", comment="4242 4242 4242 4242"), 422, "invalid_input"),
        (_refunded, ended("full"), 409, "refund_exceeds_remaining"),
        (_disputed, ended("prorated"), 409, "payment_disputed"),
        (_over, ended("full"), 409, "subscription_is_over"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_happens(
    rig: SubscriptionRig, prepare: Any, body: dict[str, Any], status: int, code: str
) -> None:
    prepare(rig)
    made, standing = len(refunds(rig)), len(rig.operations())

    answer, preview = rig.order("cancel", body), rig.order("cancel", body, preview=True)

    assert {(a.status, a.code) for a in (answer, preview)} == {(status, code)}
    assert (len(refunds(rig)), len(rig.operations())) == (made, standing)


def test_a_trial_has_nothing_to_give_back() -> None:
    rig = SubscriptionRig(subscription_fields={"trial_period_days": 14})

    answer = rig.order("cancel", ended("full"))

    assert (answer.status, answer.code) == (409, "nothing_to_refund")
    assert rig.operations() == []


def test_a_period_that_is_over_has_no_unused_share(rig: SubscriptionRig) -> None:
    """The renewal was not paid: the payment before is for what has been used."""
    settings = rig.stripe.get(f"customers/{rig.customer}")["invoice_settings"]
    card = settings["default_payment_method"]
    rig.stripe.act("card", payment_method=card, conduct="generic_decline")
    rig.advance(timedelta(days=25))
    rig.follow()

    answer = rig.order("cancel", ended("prorated"))

    assert (answer.status, answer.code) == (409, "nothing_to_refund")


def test_whoever_may_not_refund_may_not_by_cancelling_either(rig: SubscriptionRig) -> None:
    without = replace(STAFF, scopes=STAFF.scopes - {Scope.REFUNDS_WRITE})

    answers = [
        rig.order("cancel", ended("full"), staff=without, preview=preview)
        for preview in (True, False)
    ]

    assert {(a.status, a.code) for a in answers} == {(403, "forbidden")}
    assert rig.order("cancel", {"when": "now"}, staff=without).status == 200


def test_the_customer_gives_itself_nothing_back(rig: SubscriptionRig) -> None:
    assert rig.order("cancel", ended("full"), me=True).status == 422


def test_the_same_command_again_is_the_same_refund_and_the_same_end(rig: SubscriptionRig) -> None:
    first = rig.order("cancel", ended("prorated"), key=KEY)
    rig.advance(timedelta(days=31))  # the answer is forgotten, and the share would be another

    again = rig.order("cancel", ended("prorated"), key=KEY)

    assert (again.status, again.json["refund"]["id"]) == (200, first.json["refund"]["id"])
    assert len(refunds(rig)) == 1


@pytest.mark.parametrize("other", [ended("full"), {"when": "now"}], ids=str)
def test_the_same_key_with_another_command_is_refused_for_ever(
    rig: SubscriptionRig, other: dict[str, Any]
) -> None:
    rig.order("cancel", ended("prorated"), key=KEY)
    rig.advance(timedelta(days=31))

    answer = rig.order("cancel", other, key=KEY)

    assert (answer.status, answer.code) == (422, "idempotency_key_reused")
    assert len(refunds(rig)) == 1


def test_a_refund_that_is_refused_leaves_the_subscription(rig: SubscriptionRig) -> None:
    (charge,) = rig.stripe.get("charges")["data"]
    rig.stripe.post("refunds", charge=charge["id"], amount=2500)  # unseen by us

    answer = rig.order("cancel", ended("full"))

    assert (answer.status, answer.code) == (409, "refused_by_provider")
    assert rig.at_stripe["status"] == "active"
    assert list(settled(rig)) == []


def test_an_end_waits_for_a_refund_of_which_nothing_is_known_yet(rig: SubscriptionRig) -> None:
    rig.standin.api.faults.add(Fault("error", when="before", method="POST", path="/v1/refunds"))

    answer = rig.order("cancel", ended("full"))

    assert (answer.status, answer.json["refund"]["status"]) == (202, "unknown")
    assert answer.json["operation"]["state"] == "requested"
    assert rig.at_stripe["status"] == "active"
    for _ in range(2):
        rig.janitor()
    assert rig.at_stripe["status"] == "canceled"
    assert list(settled(rig)) == []


def test_an_end_that_the_provider_refuses_is_told_beside_the_money_that_has_gone(
    rig: SubscriptionRig,
) -> None:
    fault = Fault("error", status=400, method="DELETE", path="/v1/subscriptions.*", times=9)
    rig.standin.api.faults.add(fault)

    answer = rig.order("cancel", ended("full"))

    assert (answer.status, answer.json["status"]) == (200, "active")
    assert answer.json["refund"]["status"] == "succeeded"
    assert answer.json["operation"]["state"] == "failed"


def test_two_at_once_are_one(rig: SubscriptionRig) -> None:
    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(lambda _: rig.order("cancel", ended("full")), range(24)))

    codes = Counter((a.status, a.json.get("code")) for a in answers)
    assert codes[(200, None)] == 1
    assert codes.keys() <= {
        (200, None),
        (409, "operation_in_progress"),
        (409, "subscription_is_over"),
        (409, "refund_exceeds_remaining"),
        (503, "service_unavailable"),
    }
    assert [refund["amount"] for refund in refunds(rig)] == [3000]
    for _ in range(2):
        rig.janitor()
    assert list(settled(rig)) == []


def test_beside_refunds_of_the_same_payment_never_more_goes_back_than_was_paid(
    rig: SubscriptionRig,
) -> None:
    world = refund_world(rig.gateway, doing=rig.world)
    (charge,) = rig.stripe.get("charges")["data"]
    payment = world.subscriptions.latest_payment(rig.subscription)
    assert payment is not None
    assert payment.provider_id == charge["id"]
    order = RefundOrder(transaction_id=payment.id, amount=Money(700, "usd"))

    def one(number: int) -> str:
        if number % 3 == 0:
            return str(rig.order("cancel", ended("full")).status)
        operation_id = derived_id("op", origin=f"test:{number}")
        try:
            made = refund_payment(order, operation_id=operation_id, requested_by="x", world=world)
        except FrontdeskError as error:
            return error.code
        return made.state

    with ThreadPoolExecutor(8) as senders:
        answers = set(senders.map(one, range(24)))

    assert answers <= {
        "200",
        "202",
        "409",
        "503",
        "succeeded",
        "unknown",
        "refund_exceeds_remaining",
        "service_unavailable",
    }
    for _ in range(3):
        rig.janitor()
    assert sum(refund["amount"] for refund in refunds(rig)) <= 3000
    assert rig.subscription.open_operation is None
    is_over = rig.at_stripe["status"] == "canceled"
    ends = [o for o in rig.operations() if o.kind == "cancel" and o.state == "succeeded"]
    assert len(ends) == is_over
    item = rig.gateway.items[keys.subscription(rig.id)]
    assert "open_operation" not in item
    assert list(settled(rig)) == []
