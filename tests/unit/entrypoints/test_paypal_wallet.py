"""What a buyer pays with at PayPal, through the edge, over tables in memory and the local PayPal.

Subscriptions are paid from the buyer's account there; saved wallets pay nothing by themselves.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from frontdesk.entrypoints.schemas.payment_methods import MyPaymentMethod, MyPaymentMethodList
from infra.local.provider.faults import Fault
from tests.fakes.api_gateway import STAFF, ask, event
from tests.paying import (
    BACK,
    CONFIRM,
    DEFAULT,
    EDIT,
    FUNDING_PAGE,
    LIST,
    REMOVE,
    SETUP,
    PayPalWalletRig,
    without,
)
from tests.subscribing import subscription_function

NOTHING = {"default": "none", "edit": "none", "remove": "none"}


@pytest.fixture
def rig() -> PayPalWalletRig:
    return PayPalWalletRig()


class TestTheAccount:
    def test_is_what_subscriptions_are_paid_from(self, rig: PayPalWalletRig) -> None:
        answer = rig.me(LIST)

        MyPaymentMethodList.model_validate_json(answer.text or "")
        (row,) = answer.json["data"]
        assert row["provider"] == {"name": "paypal", "id": rig.payer}
        assert (row["type"], row["payer_email"]) == ("paypal", "zoe@example.com")
        assert len(row["subscriptions"]) == 1
        assert (row["is_default"], row["capabilities"]) == (False, NOTHING)

    def test_is_seen_to_at_paypal(self, rig: PayPalWalletRig) -> None:
        (row,) = rig.me.listed().values()

        assert row["update_url"] == FUNDING_PAGE

    def test_is_shown_as_long_as_it_pays_something(self, rig: PayPalWalletRig) -> None:
        rig.paypal.act("suspend", subscription=rig.subscription)
        rig.follow()
        assert len(rig.me.listed()) == 1

        rig.paypal.act("cancel", subscription=rig.subscription)
        rig.follow()

        assert rig.me.listed() == {}

    @pytest.mark.parametrize(
        ("key", "code"),
        [
            (DEFAULT, "not_offered_by_provider"),
            (EDIT, "not_offered_by_provider"),
            (REMOVE, "payment_method_in_use"),
        ],
    )
    def test_is_the_buyers_own_to_change(self, rig: PayPalWalletRig, key: str, code: str) -> None:
        (row,) = rig.me.listed().values()
        body = {"expiry": {"month": 1, "year": 2033}} if key == EDIT else None

        answer = rig.me(key, row["id"], body, version=row["version"])

        assert (answer.status, answer.code) == (409, code)
        assert rig.paypal.calls == []

    def test_is_told_with_each_subscription_too(self, rig: PayPalWalletRig) -> None:
        (row,) = rig.me.listed().values()
        function = subscription_function(rig.gateway, clock=rig.clock)
        made = event(
            "GET /v1/subscriptions/{id}", caller=STAFF, path={"id": row["subscriptions"][0]}
        )

        paid_with = ask(function, made).json["payment_method"]

        assert paid_with == {"id": row["id"], "type": "paypal", "brand": None, "last4": None}


class TestSettingUp:
    def test_sends_the_buyer_to_paypal(self, rig: PayPalWalletRig) -> None:
        answer = rig.me(SETUP, body={"provider": "paypal"})

        setup = answer.json["provider"]["id"]
        assert (answer.status, answer.json["client_secret"]) == (201, None)
        assert urlsplit(answer.json["approve_url"]).query == f"approval_session_id={setup}"
        kept = rig.standin.account.get("setup_token", setup)
        assert (kept["customer"], kept["urls"]) == (rig.payer, [BACK, BACK])

    def test_back_to_where_the_shop_allows_and_nowhere_else(self, rig: PayPalWalletRig) -> None:
        setup = rig.set_up(return_to=f"{BACK}/cards")

        elsewhere = rig.me(SETUP, body={"provider": "paypal", "return_to": "https://evil.example"})

        assert rig.standin.account.get("setup_token", setup)["urls"] == [f"{BACK}/cards"] * 2
        assert (elsewhere.status, elsewhere.json["errors"][0]["field"]) == (422, "return_to")

    def test_needs_an_address_to_come_back_to(self, rig: PayPalWalletRig) -> None:
        rig.shop_settings.settings = without()

        answer = rig.me(SETUP, body={"provider": "paypal"})

        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "return_to")
        assert rig.paypal.calls == []

    def test_the_same_request_after_a_crash_is_the_same_setup(self, rig: PayPalWalletRig) -> None:
        key = str(uuid4())
        rig.standin.api.faults.add(Fault(kind="reset", when="after", path=".*/setup-tokens"))

        answers = [
            rig.me(SETUP, body={"provider": "paypal"}, idempotency_key=key) for _ in range(3)
        ]

        assert [answer.status for answer in answers] == [503, 201, 201]
        assert answers[1].json == answers[2].json
        assert len(list(rig.standin.account.store.of_kind("setup_token"))) == 1


class TestConfirming:
    def test_keeps_what_the_buyer_has_agreed_to(self, rig: PayPalWalletRig) -> None:
        setup = rig.set_up()
        early = rig.confirm(setup)
        rig.approve(setup)

        saved = rig.confirm(setup)

        MyPaymentMethod.model_validate_json(saved.text or "")
        assert (early.status, early.code) == (409, "setup_not_approved")
        assert (saved.status, saved.json["payer_email"]) == (200, "zoe@example.com")
        assert saved.json["subscriptions"] == []
        assert saved.json["capabilities"] == NOTHING | {"remove": "native"}
        assert set(rig.me.listed()) == {rig.payer, saved.json["provider"]["id"]}

    def test_once_however_often_and_after_the_webhook(self, rig: PayPalWalletRig) -> None:
        setup = rig.set_up()
        rig.approve(setup)
        answers = [rig.confirm(setup)]
        rig.follow()
        answers.append(rig.confirm(setup))

        assert answers[0].json == answers[1].json
        assert len(list(rig.standin.account.store.of_kind("payment_token"))) == 1

    def test_a_lost_answer_is_asked_for_again(self, rig: PayPalWalletRig) -> None:
        setup = rig.set_up()
        rig.approve(setup)
        lost = Fault(kind="reset", when="after", method="POST", path=".*/payment-tokens")
        rig.standin.api.faults.add(lost)

        answers = [rig.confirm(setup) for _ in range(2)]

        assert [answer.status for answer in answers] == [503, 200]
        assert len(list(rig.standin.account.store.of_kind("payment_token"))) == 1

    def test_a_death_before_our_write_is_made_good_by_the_webhook(
        self, rig: PayPalWalletRig
    ) -> None:
        setup = rig.set_up()
        rig.approve(setup)
        rig.standin.api.faults.add(Fault(kind="reset", method="GET", path=".*/payment-tokens/.*"))
        assert rig.confirm(setup).status == 503

        rig.follow()

        assert len(rig.me.listed()) == 2

    def test_long_afterwards_a_used_one_is_over(self, rig: PayPalWalletRig) -> None:
        setup = rig.set_up()
        rig.approve(setup)
        rig.confirm(setup)
        rig.paypal.advance(days=1)
        rig.clock.advance(timedelta(days=1))

        answer = rig.confirm(setup)

        assert (answer.status, answer.code) == (409, "setup_is_over")

    def test_somebody_elses_account_is_saved_for_whoever_set_it_up(
        self, rig: PayPalWalletRig
    ) -> None:
        """Two people may share a wallet; the one who signed in here has it."""
        bo = rig.wallet_of(rig.payer_of(rig.subscribe("bo@example.com")))

        saved = rig.new_wallet(email="bo@example.com")
        rig.follow()

        assert rig.me.listed()[saved]["payer_email"] == "bo@example.com"
        assert saved not in bo.listed()

    @pytest.mark.case("G1")
    def test_somebody_elses_setup_is_answered_exactly_as_a_missing_one(
        self, rig: PayPalWalletRig
    ) -> None:
        bo = rig.wallet_of(rig.payer_of(rig.subscribe("bo@example.com")))
        theirs = bo(SETUP, body={"provider": "paypal"}).json["provider"]["id"]
        rig.approve(theirs, email="bo@example.com")
        rig.paypal.calls.clear()
        answers, calls = [], []
        for setup in (theirs, "4G497665M81652942"):
            answers.append(rig.confirm(setup))
            calls.append([method for method, _ in rig.paypal.calls])
            rig.paypal.calls.clear()

        assert answers[0] == answers[1]
        assert (answers[0].status, answers[0].code) == (404, "not_found")
        assert calls[0] == calls[1] == ["GET"]

    def test_a_customer_of_stripe_has_none(self, rig: PayPalWalletRig) -> None:
        setup = rig.set_up()

        answer = rig.me(CONFIRM, body={"provider": "stripe", "setup_id": setup})

        assert (answer.status, answer.code) == (404, "not_found")


class TestASavedWallet:
    @pytest.mark.parametrize("key", [DEFAULT, EDIT])
    def test_cannot_be_the_default_nor_edited(self, rig: PayPalWalletRig, key: str) -> None:
        row = _saved(rig)
        body = {"billing_address": {"city": "Odense"}} if key == EDIT else None
        rig.paypal.calls.clear()

        answer = rig.me(key, row["id"], body, version=row["version"])

        assert (answer.status, answer.code) == (409, "not_offered_by_provider")
        assert rig.paypal.calls == []

    def test_is_taken_away_although_subscriptions_live(self, rig: PayPalWalletRig) -> None:
        """None of them is paid with it."""
        saved = rig.new_wallet()

        answer = rig.me(REMOVE, rig.me.listed()[saved]["id"])

        assert answer.status == 204
        assert rig.standin.account.find(saved) is None
        assert set(rig.me.listed()) == {rig.payer}

    def test_that_is_gone_already_is_gone(self, rig: PayPalWalletRig) -> None:
        saved = rig.new_wallet()
        method_id = rig.me.listed()[saved]["id"]
        rig.paypal.act("remove_wallet", payment_token=saved)

        assert rig.me(REMOVE, method_id).status == 204
        assert rig.paypal.changes() == []

    def test_a_lost_answer_is_looked_after(self, rig: PayPalWalletRig) -> None:
        method_id = _saved(rig)["id"]
        rig.standin.api.faults.add(Fault(kind="reset", when="after", method="DELETE"))

        assert rig.me(REMOVE, method_id).status == 204

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_paypal_that_is_silent_is_told_as_such(self, rig: PayPalWalletRig, when: str) -> None:
        method_id = _saved(rig)["id"]
        silent: Any = {"kind": "reset", "when": when, "path": "/v3/vault/.*", "times": None}
        rig.standin.api.faults.add(Fault(**silent))

        answer = rig.me(REMOVE, method_id)

        assert (answer.status, answer.code) == (503, "service_unavailable")


class TestWithoutBillingInformation:
    def test_the_payers_address_is_not_told(self, rig: PayPalWalletRig) -> None:
        rig.shop_settings.settings = without("billing_information")

        (row,) = rig.me.listed().values()

        assert row["payer_email"] is None


def _saved(rig: PayPalWalletRig) -> Any:
    """A wallet of mine, as it is listed."""
    saved = rig.new_wallet()
    return rig.me.listed()[saved]
