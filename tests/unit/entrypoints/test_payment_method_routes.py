"""A customer's payment methods, through the edge, over tables in memory and the local Stripe."""

import json
from typing import Any
from uuid import uuid4

import pytest

from frontdesk.domain.ids import derived_id
from frontdesk.domain.settings import FEATURES
from frontdesk.entrypoints.schemas.payment_methods import MyPaymentMethod, MyPaymentMethodList
from infra.local.provider.faults import Fault
from tests.paying import (
    CONFIRM,
    DEFAULT,
    EDIT,
    LIST,
    REMOVE,
    SETUP,
    StripeWalletRig,
    without,
)

MISSING = derived_id("pm", origin="missing")
ALL_NATIVE = {"default": "native", "edit": "native", "remove": "native"}


@pytest.fixture
def rig() -> StripeWalletRig:
    return StripeWalletRig()


class TestListing:
    @pytest.mark.feature("K1-15")
    def test_shows_the_card_and_what_it_pays(self, rig: StripeWalletRig) -> None:
        answer = rig.me(LIST)

        MyPaymentMethodList.model_validate_json(answer.text or "")
        (row,) = answer.json["data"]
        assert row.pop("id").startswith("pm_")
        assert row.pop("version") > 0
        assert row == {
            "provider": {"name": "stripe", "id": rig.card_id},
            "type": "card",
            "brand": "visa",
            "last4": "4242",
            "expiry": {"month": 9, "year": 2031},
            "payer_email": None,
            "billing_address": dict.fromkeys(
                ("line1", "line2", "city", "state", "postal_code", "country")
            ),
            "is_default": True,
            "subscriptions": [rig.id],
            "capabilities": ALL_NATIVE,
            "update_url": None,
        }

    def test_a_subscriptions_own_method_pays_it_and_not_the_default(
        self, rig: StripeWalletRig
    ) -> None:
        own = rig.new_card()
        rig.stripe.post(f"subscriptions/{rig.provider_id}", default_payment_method=own)
        rig.follow()

        found = rig.me.listed()

        assert found[own]["subscriptions"] == [rig.id]
        assert not found[own]["is_default"]
        assert found[rig.card_id]["subscriptions"] == []

    def test_a_subscription_that_is_over_is_paid_with_nothing(self, rig: StripeWalletRig) -> None:
        rig.stripe.act("cancel", subscription=rig.provider_id)
        rig.follow()

        assert rig.me.listed()[rig.card_id]["subscriptions"] == []

    def test_is_read_page_by_page(self, rig: StripeWalletRig) -> None:
        cards = {rig.card_id, *(rig.new_card() for _ in range(4))}
        query: dict[str, Any] = {"limit": "2"}
        seen: list[str] = []
        while True:
            answer = rig.me(LIST, **query)
            seen += [row["provider"]["id"] for row in answer.json["data"]]
            if answer.json["next_cursor"] is None:
                break
            query["cursor"] = answer.json["next_cursor"]

        assert sorted(seen) == sorted(cards)

    def test_looking_takes_two_reads_and_asks_no_provider(self, rig: StripeWalletRig) -> None:
        rig.gateway.calls.clear()

        rig.me(LIST)

        assert rig.gateway.calls == ["query", "get_many"]
        assert rig.stripe.calls == []

    def test_nobody_elses_are_in_it(self, rig: StripeWalletRig) -> None:
        other = rig.stripe.post("customers", name="Bo")["id"]
        rig.stripe.post("payment_methods/pm_card_amex/attach", customer=other)
        rig.follow()

        assert set(rig.me.listed()) == {rig.card_id}
        assert len(rig.wallet_of(other).listed()) == 1

    def test_a_customer_that_does_not_exist_is_not_found(self, rig: StripeWalletRig) -> None:
        assert rig.wallet_of("nobody")(LIST).code == "not_found"


class TestSettingUp:
    @pytest.mark.feature("K1-16")
    @pytest.mark.feature("K2-22")
    @pytest.mark.feature("C4-08")
    def test_a_new_card_is_added_edited_made_the_default_and_the_old_one_taken_away(
        self, rig: StripeWalletRig
    ) -> None:
        setup = rig.me(SETUP, body={"provider": "stripe"})
        intent = setup.json["provider"]["id"]
        rig.stripe.post(f"setup_intents/{intent}/confirm", payment_method="pm_card_mastercard")

        added = rig.me(CONFIRM, body={"provider": "stripe", "setup_id": intent})
        method_id, version = added.json["id"], added.json["version"]
        change = {"expiry": {"month": 1, "year": 2033}}
        edited = rig.me(EDIT, method_id, change, version=version)
        chosen = rig.me(DEFAULT, method_id)
        gone = rig.me(REMOVE, rig.id_of(rig.card_id))

        answers = (setup, added, edited, chosen, gone)
        assert [answer.status for answer in answers] == [201, 200, 200, 200, 204]
        (left,) = rig.me.listed().values()
        assert (left["brand"], left["expiry"]["year"]) == ("mastercard", 2033)
        assert (left["is_default"], left["subscriptions"]) == (True, [rig.id])
        method = rig.stripe_customer["invoice_settings"]["default_payment_method"]
        assert method == left["provider"]["id"]

    def test_answers_the_secret_for_the_form_on_the_shops_page(self, rig: StripeWalletRig) -> None:
        answer = rig.me(SETUP, body={"provider": "stripe"})

        intent = rig.stripe.get(f"setup_intents/{answer.json['provider']['id']}")
        assert answer.json == {
            "provider": {"name": "stripe", "id": intent["id"]},
            "client_secret": intent["client_secret"],
            "approve_url": None,
        }
        assert (intent["customer"], intent["usage"]) == (rig.customer, "off_session")

    def test_the_secret_is_told_once_and_never_kept(
        self, rig: StripeWalletRig, capsys: pytest.CaptureFixture[str]
    ) -> None:
        key = str(uuid4())
        first, again = (
            rig.me(SETUP, body={"provider": "stripe"}, idempotency_key=key) for _ in range(2)
        )

        secret = first.json["client_secret"]
        assert again.json == first.json | {"client_secret": None}
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(rig.stripe.changes()) == 1
        told = capsys.readouterr()
        assert secret not in repr(rig.gateway.items) + told.out + told.err

    def test_the_same_request_after_a_crash_is_the_same_setup(self, rig: StripeWalletRig) -> None:
        key = str(uuid4())
        _lose(rig, when="after")
        lost = rig.me(SETUP, body={"provider": "stripe"}, idempotency_key=key)

        again = rig.me(SETUP, body={"provider": "stripe"}, idempotency_key=key)

        assert (lost.status, again.status) == (503, 201)
        assert again.json["client_secret"]
        assert len(_setups(rig)) == 1

    def test_without_a_key_each_request_is_one_of_its_own(self, rig: StripeWalletRig) -> None:
        ids = [
            rig.me(SETUP, body={"provider": "stripe"}, request_id=f"request-{n}").json["provider"]
            for n in range(2)
        ]

        assert ids[0] != ids[1]

    def test_a_customer_of_one_provider_has_no_account_at_another(
        self, rig: StripeWalletRig
    ) -> None:
        answer = rig.me(SETUP, body={"provider": "paypal"})

        assert (answer.status, answer.code) == (409, "no_account_at_provider")
        assert rig.stripe.calls == []

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"provider": "adyen"},
            {"provider": "stripe", "card": "4242"},
            {"provider": "stripe", "return_to": "https://evil.example/"},
        ],
        ids=json.dumps,
    )
    def test_what_is_wrong_is_refused_and_nobody_asked(
        self, rig: StripeWalletRig, body: dict[str, Any]
    ) -> None:
        assert rig.me(SETUP, body=body).code == "invalid_input"
        assert rig.stripe.calls == []

    def test_a_customer_that_stripe_has_deleted_has_no_account_any_more(
        self, rig: StripeWalletRig
    ) -> None:
        rig.stripe.act("delete_customer", customer=rig.customer)
        rig.follow()

        assert rig.me(SETUP, body={"provider": "stripe"}).code == "no_account_at_provider"


class TestConfirming:
    def set_up(self, rig: StripeWalletRig) -> str:
        return str(rig.me(SETUP, body={"provider": "stripe"}).json["provider"]["id"])

    def confirm(self, rig: StripeWalletRig, setup_id: str) -> Any:
        return rig.me(CONFIRM, body={"provider": "stripe", "setup_id": setup_id})

    def test_before_the_buyer_has_agreed_there_is_nothing_to_keep(
        self, rig: StripeWalletRig
    ) -> None:
        answer = self.confirm(rig, self.set_up(rig))

        assert (answer.status, answer.code) == (409, "setup_not_approved")

    def test_may_be_asked_again_and_after_the_webhook(self, rig: StripeWalletRig) -> None:
        setup = self.set_up(rig)
        rig.stripe.post(f"setup_intents/{setup}/confirm", payment_method="pm_card_mastercard")
        rig.follow()

        answers = [self.confirm(rig, setup) for _ in range(2)]

        assert answers[0].json == answers[1].json
        assert answers[0].json["brand"] == "mastercard"
        assert len(rig.me.listed()) == 2

    def test_one_that_was_given_up_is_over(self, rig: StripeWalletRig) -> None:
        setup = self.set_up(rig)
        rig.stripe.post(f"setup_intents/{setup}/cancel")

        assert self.confirm(rig, setup).code == "setup_is_over"

    @pytest.mark.case("G1")
    def test_somebody_elses_is_answered_exactly_as_a_missing_one(
        self, rig: StripeWalletRig
    ) -> None:
        other = rig.stripe.post("customers", name="Bo")["id"]
        theirs = rig.stripe.post(
            "setup_intents", customer=other, payment_method="pm_card_visa", confirm=True
        )
        rig.follow()
        rig.stripe.calls.clear()

        foreign = self.confirm(rig, theirs["id"])
        asked = [method for method, _ in rig.stripe.calls]
        rig.stripe.calls.clear()
        missing = self.confirm(rig, "seti_missing")

        assert foreign == missing
        assert (foreign.status, foreign.code) == (404, "not_found")
        assert asked == [method for method, _ in rig.stripe.calls] == ["get"]

    def test_an_id_that_is_none_goes_into_no_address(self, rig: StripeWalletRig) -> None:
        assert self.confirm(rig, "../customers/cus_1").code == "invalid_input"
        assert rig.stripe.calls == []


class TestTheDefault:
    def test_is_what_everything_is_paid_with_from_then_on(self, rig: StripeWalletRig) -> None:
        """Also what has had a method of its own, or the old card could never be taken away."""
        rig.stripe.post(f"subscriptions/{rig.provider_id}", default_payment_method=rig.card_id)
        card = rig.new_card()

        answer = rig.me(DEFAULT, rig.id_of(card))

        MyPaymentMethod.model_validate_json(answer.text or "")
        assert answer.status == 200
        assert (answer.json["is_default"], answer.json["subscriptions"]) == (True, [rig.id])
        assert rig.at_stripe["default_payment_method"] is None
        assert rig.me(REMOVE, rig.id_of(rig.card_id)).status == 204

    def test_made_so_again_changes_nothing(self, rig: StripeWalletRig) -> None:
        answer = rig.me(DEFAULT, rig.id_of(rig.card_id))

        assert (answer.status, answer.json["is_default"]) == (200, True)
        assert rig.stripe.changes() == []

    def test_a_card_that_stripe_has_forgotten_is_missing(self, rig: StripeWalletRig) -> None:
        card = rig.new_card()
        method_id = rig.id_of(card)
        rig.stripe.post(f"payment_methods/{card}/detach")

        assert rig.me(DEFAULT, method_id).code == "not_found"
        assert card not in rig.me.listed()

    def test_a_lost_answer_is_looked_after(self, rig: StripeWalletRig) -> None:
        method_id = rig.id_of(rig.new_card())
        _lose(rig, when="after")

        answer = rig.me(DEFAULT, method_id)

        assert (answer.status, answer.json["is_default"]) == (200, True)

    def test_a_stripe_that_does_not_answer_is_told_as_such(self, rig: StripeWalletRig) -> None:
        method_id = rig.id_of(rig.new_card())
        _lose(rig, when="before")

        answer = rig.me(DEFAULT, method_id)

        assert (answer.status, answer.code) == (503, "service_unavailable")
        assert rig.me(DEFAULT, method_id).status == 200


class TestEditing:
    def version(self, rig: StripeWalletRig) -> int:
        return int(rig.me.listed()[rig.card_id]["version"])

    def edit(self, rig: StripeWalletRig, body: dict[str, Any], version: int | None = None) -> Any:
        stands = self.version(rig) if version is None else version
        return rig.me(EDIT, rig.id_of(rig.card_id), body, version=stands)

    def test_a_new_date_and_address_are_stripes(self, rig: StripeWalletRig) -> None:
        body = {
            "expiry": {"month": 1, "year": 2033},
            "billing_address": {"line1": "Torvet 1", "city": "Odense", "country": "dk"},
        }

        answer = self.edit(rig, body)

        MyPaymentMethod.model_validate_json(answer.text or "")
        assert (answer.status, answer.json["expiry"]) == (200, body["expiry"])
        assert answer.json["billing_address"]["country"] == "DK"
        method = rig.stripe.get(f"payment_methods/{rig.card_id}")
        assert (method["card"]["exp_month"], method["card"]["exp_year"]) == (1, 2033)
        assert method["billing_details"]["address"]["line1"] == "Torvet 1"
        assert answer.headers["ETag"] == f'"{self.version(rig)}"'

    def test_what_is_not_named_stays_and_null_empties(self, rig: StripeWalletRig) -> None:
        self.edit(rig, {"billing_address": {"line1": "Torvet 1", "line2": "2.", "city": "Odense"}})

        answer = self.edit(rig, {"billing_address": {"line2": None}})

        address = answer.json["billing_address"]
        assert (address["line1"], address["line2"], address["city"]) == ("Torvet 1", None, "Odense")
        assert answer.json["expiry"] == {"month": 9, "year": 2031}
        emptied = self.edit(rig, {"billing_address": None})
        assert set(emptied.json["billing_address"].values()) == {None}

    def test_what_is_like_that_already_is_not_sent(self, rig: StripeWalletRig) -> None:
        answer = self.edit(rig, {"expiry": {"month": 9, "year": 2031}})

        assert answer.status == 200
        assert rig.stripe.changes() == []

    def test_a_change_names_the_version_that_it_changes(self, rig: StripeWalletRig) -> None:
        seen = self.version(rig)
        rig.stripe.post(f"payment_methods/{rig.card_id}", card={"exp_month": 5, "exp_year": 2032})

        stale = self.edit(rig, {"expiry": {"month": 1, "year": 2033}}, seen)

        assert (stale.status, stale.code) == (412, "version_conflict")
        assert rig.me.listed()[rig.card_id]["expiry"] == {"month": 5, "year": 2032}
        method_id = rig.id_of(rig.card_id)
        unnamed = rig.me(EDIT, method_id, {"expiry": {"month": 1, "year": 2033}})
        assert (unnamed.status, unnamed.code) == (428, "precondition_required")

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({"expiry": {"month": 10, "year": 2026}}, "expiry", "in_the_past"),
            ({"expiry": {"month": 13, "year": 2030}}, "expiry.month", "out_of_range"),
            ({"expiry": {"month": 1}}, "expiry.year", "required"),
            ({"expiry": None}, "expiry", "wrong_type"),
            ({"number": "4242"}, "number", "unknown_field"),
            ({"billing_address": {"country": "QQ"}}, "billing_address.country", "invalid_country"),
            (
                {"billing_address": {"line1": "4242 4242 4242 4242"}},
                "billing_address.line1",
                "card_number_not_allowed",
            ),
        ],
    )
    def test_what_is_wrong_is_named_and_not_sent(
        self, rig: StripeWalletRig, body: dict[str, Any], field: str, code: str
    ) -> None:
        answer = self.edit(rig, body)

        assert answer.status == 422
        assert [(e["field"], e["code"]) for e in answer.json["errors"]] == [(field, code)]
        assert rig.stripe.changes() == []

    def test_what_stripe_refuses_is_told_and_nothing_has_changed(
        self, rig: StripeWalletRig
    ) -> None:
        refusal = Fault(kind="error", status=400, method="POST", path="/v1/payment_methods/.*")
        rig.standin.api.faults.add(refusal)

        answer = self.edit(rig, {"expiry": {"month": 1, "year": 2033}})

        assert (answer.status, answer.code) == (409, "refused_by_provider")
        assert rig.me.listed()[rig.card_id]["expiry"] == {"month": 9, "year": 2031}


class TestTakingAway:
    def test_is_refused_while_a_live_subscription_needs_it(self, rig: StripeWalletRig) -> None:
        answer = rig.me(REMOVE, rig.id_of(rig.card_id))

        assert (answer.status, answer.code) == (409, "payment_method_in_use")
        assert rig.stripe.calls == []

    @pytest.mark.parametrize("verb", ["pause", "cancel"])
    def test_a_pause_or_an_end_to_come_still_needs_it(
        self, rig: StripeWalletRig, verb: str
    ) -> None:
        assert rig.order(verb, {"when": "period_end"} if verb == "cancel" else {}).status == 200

        assert rig.me(REMOVE, rig.id_of(rig.card_id)).code == "payment_method_in_use"

    def test_once_the_subscription_is_over_it_goes(self, rig: StripeWalletRig) -> None:
        rig.stripe.act("cancel", subscription=rig.provider_id)
        rig.follow()

        answer = rig.me(REMOVE, rig.id_of(rig.card_id))

        assert (answer.status, answer.text) == (204, None)
        assert rig.stripe.get(f"payment_methods/{rig.card_id}")["customer"] is None
        assert rig.me.listed() == {}

    def test_what_stripe_shows_now_decides(self, rig: StripeWalletRig) -> None:
        """Somebody has made it the subscription's own, and no event has told yet."""
        card = rig.new_card()
        method_id = rig.id_of(card)
        rig.stripe.post(f"subscriptions/{rig.provider_id}", default_payment_method=card)

        assert rig.me(REMOVE, method_id).code == "payment_method_in_use"
        assert rig.stripe.get(f"payment_methods/{card}")["customer"] == rig.customer

    def test_the_last_one_stays_while_nobody_knows_what_pays(self, rig: StripeWalletRig) -> None:
        settings = {"default_payment_method": ""}
        rig.stripe.post(f"customers/{rig.customer}", invoice_settings=settings)
        rig.follow()
        second = rig.new_card()

        spare = rig.me(REMOVE, rig.id_of(second))
        last = rig.me(REMOVE, rig.id_of(rig.card_id))

        assert (spare.status, last.code) == (204, "payment_method_in_use")

    def test_one_that_is_gone_already_is_gone(self, rig: StripeWalletRig) -> None:
        card = rig.new_card()
        method_id = rig.id_of(card)
        rig.stripe.post(f"payment_methods/{card}/detach")
        rig.stripe.calls.clear()

        assert rig.me(REMOVE, method_id).status == 204
        assert rig.stripe.changes() == []
        assert rig.me(REMOVE, method_id).status == 404

    def test_a_lost_answer_is_looked_after(self, rig: StripeWalletRig) -> None:
        method_id = rig.id_of(rig.new_card())
        _lose(rig, when="after")

        assert rig.me(REMOVE, method_id).status == 204


class TestSwitches:
    @pytest.mark.feature("C4-08")
    @pytest.mark.parametrize("key", [SETUP, CONFIRM, DEFAULT, EDIT, REMOVE])
    def test_without_updates_nothing_can_be_changed(self, rig: StripeWalletRig, key: str) -> None:
        bodies: dict[str, Any] = {
            SETUP: {"provider": "stripe"},
            CONFIRM: {"provider": "stripe", "setup_id": "seti_1"},
            EDIT: {"expiry": {"month": 1, "year": 2033}},
        }
        rig.shop_settings.settings = without("payment_method_updates")

        answer = rig.me(key, rig.id_of(rig.card_id), bodies.get(key), version=1)

        assert (answer.status, answer.code) == (403, "feature_disabled")
        assert rig.stripe.calls == []
        assert rig.me(LIST).status == 200

    def test_without_billing_information_addresses_are_not_told(self, rig: StripeWalletRig) -> None:
        rig.shop_settings.settings = without("billing_information")
        row = rig.me.listed()[rig.card_id]

        assert (row["payer_email"], row["billing_address"], row["last4"]) == (None, None, "4242")

    def test_nor_changed(self, rig: StripeWalletRig) -> None:
        rig.shop_settings.settings = without("billing_information")
        row = rig.me.listed()[rig.card_id]
        change = {"billing_address": {"city": "Odense"}}

        refused = rig.me(EDIT, row["id"], change, version=row["version"])
        dated = {"expiry": {"month": 1, "year": 2033}}

        assert (refused.status, refused.code) == (403, "feature_disabled")
        assert rig.me(EDIT, row["id"], dated, version=row["version"]).status == 200

    def test_every_other_switch_leaves_them_alone(self, rig: StripeWalletRig) -> None:
        others = set(FEATURES) - {"payment_method_updates", "billing_information"}
        rig.shop_settings.settings = without(*others)

        assert rig.me(DEFAULT, rig.id_of(rig.card_id)).status == 200


@pytest.mark.case("G1")
@pytest.mark.parametrize("key", [DEFAULT, EDIT, REMOVE])
def test_somebody_elses_is_answered_exactly_as_a_missing_one(
    rig: StripeWalletRig, key: str
) -> None:
    other = rig.stripe.post("customers", name="Bo")["id"]
    rig.stripe.post("payment_methods/pm_card_amex/attach", customer=other)
    rig.follow()
    rig.stripe.calls.clear()
    (theirs,) = rig.wallet_of(other).listed().values()
    body = {"expiry": {"month": 1, "year": 2033}} if key == EDIT else None
    answers, calls = [], []
    for method_id in (theirs["id"], MISSING):
        rig.gateway.calls.clear()
        answers.append(rig.me(key, method_id, body, version=theirs["version"]))
        calls.append(list(rig.gateway.calls))

    assert answers[0] == answers[1]
    assert (answers[0].status, answers[0].code) == (404, "not_found")
    assert calls[0] == calls[1]
    assert rig.stripe.calls == []


def _setups(rig: StripeWalletRig) -> list[Any]:
    return list(rig.standin.account.store.newest_first("setup_intent"))


def _lose(rig: StripeWalletRig, *, when: str) -> None:
    """The next command has no answer: it was done after all, or it was not."""
    rig.standin.api.faults.add(Fault(kind="reset", when=when, method="POST"))
