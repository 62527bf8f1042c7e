"""A customer's payment methods through the deployed API: list, add, default, edit, take away."""

import uuid
from typing import Any

import pytest

from tests.e2e import tables
from tests.e2e.calls import Answer, wait_until
from tests.e2e.market import Buyer, Market

pytestmark = pytest.mark.timeout(600)  # the first test builds and deploys

METHODS = "/v1/me/payment-methods"


@pytest.fixture
def buyer(market: Market) -> Buyer:
    return market.new_buyer("Petra Purse")


def listed(buyer: Buyer) -> dict[str, Any]:
    """By brand: nobody here has two of one."""
    answer = buyer.api("GET", METHODS)
    assert answer.status == 200, answer.raw
    return {row["brand"]: row for row in answer.body["data"]}


def set_up(buyer: Buyer, *, key: str | None = None) -> Answer:
    return buyer.api(
        "POST",
        f"{METHODS}/setup",
        {"provider": "stripe"},
        Idempotency_Key=key or str(uuid.uuid4()),
    )


def default_at_stripe(market: Market, buyer: Buyer) -> str | None:
    customer = market.stripe.v1.customers.retrieve(buyer.provider_id)
    assert customer.invoice_settings is not None
    return str(customer.invoice_settings.default_payment_method)


@pytest.mark.feature("K1-15")
@pytest.mark.feature("K1-16")
@pytest.mark.feature("K2-22")
def test_a_customer_changes_the_card_that_everything_is_paid_with(
    market: Market, buyer: Buyer
) -> None:
    (subscription,) = buyer.api("GET", "/v1/me/subscriptions").body["data"]
    old = listed(buyer)["visa"]
    assert (old["last4"], old["is_default"]) == ("4242", True)
    assert old["subscriptions"] == [subscription["id"]]
    refused = buyer.api("DELETE", f"{METHODS}/{old['id']}")
    assert (refused.status, refused.code) == (409, "payment_method_in_use")

    setup = set_up(buyer).body["provider"]["id"]
    market.stripe.v1.setup_intents.confirm(setup, {"payment_method": "pm_card_mastercard"})
    body = {"provider": "stripe", "setup_id": setup}
    new = buyer.api("POST", f"{METHODS}/setup/confirm", body)
    chosen = buyer.api("POST", f"{METHODS}/{new.body['id']}/default")
    gone = buyer.api("DELETE", f"{METHODS}/{old['id']}")

    assert [answer.status for answer in (new, chosen, gone)] == [200, 200, 204]
    assert chosen.body["subscriptions"] == [subscription["id"]]
    assert list(listed(buyer)) == ["mastercard"]
    assert default_at_stripe(market, buyer) == new.body["provider"]["id"]
    market.settle()  # the webhooks of all this change nothing any more
    assert list(listed(buyer).values()) == [chosen.body]


def test_the_secret_is_answered_once_and_never_kept(market: Market, buyer: Buyer) -> None:
    key = str(uuid.uuid4())

    first, again = (set_up(buyer, key=key) for _ in range(2))

    secret = first.body["client_secret"]
    assert (first.status, again.status) == (201, 201)
    assert secret.startswith(first.body["provider"]["id"])
    assert again.body == first.body | {"client_secret": None}
    assert secret not in repr(tables.items(market.shop))


def test_what_the_provider_is_told_elsewhere_is_shown(market: Market, buyer: Buyer) -> None:
    """Saved at a checkout, chosen in the dashboard: the webhook brings it."""
    card = market.stripe.v1.payment_methods.attach(
        "pm_card_mastercard", {"customer": buyer.provider_id}
    ).id
    chosen: Any = {"invoice_settings": {"default_payment_method": card}}
    market.stripe.v1.customers.update(buyer.provider_id, chosen)
    market.settle()

    methods = listed(buyer)

    assert (methods["mastercard"]["is_default"], methods["visa"]["subscriptions"]) == (True, [])


def test_a_card_is_edited_by_whoever_has_read_it(market: Market, buyer: Buyer) -> None:
    card = listed(buyer)["visa"]
    path, tag = f"{METHODS}/{card['id']}", f'"{card["version"]}"'
    body = {"expiry": {"month": 1, "year": 2033}, "billing_address": {"city": "Odense"}}

    done = buyer.api("PATCH", path, body, If_Match=tag)
    stale = buyer.api("PATCH", path, {"expiry": {"month": 2, "year": 2033}}, If_Match=tag)

    assert (done.status, done.body["billing_address"]["city"]) == (200, "Odense")
    assert (stale.status, stale.code) == (412, "version_conflict")
    told = market.stripe.v1.payment_methods.retrieve(card["provider"]["id"])
    assert told.card is not None
    assert (told.card.exp_month, told.card.exp_year) == (1, 2033)


def test_another_provider_is_not_theirs(buyer: Buyer) -> None:
    answer = buyer.api("POST", f"{METHODS}/setup", {"provider": "paypal"})

    assert (answer.status, answer.code) == (409, "no_account_at_provider")


def test_a_lost_answer_is_found_out(market: Market, buyer: Buyer) -> None:
    card = market.stripe.v1.payment_methods.attach(
        "pm_card_amex", {"customer": buyer.provider_id}
    ).id
    market.settle()
    method_id = listed(buyer)["amex"]["id"]
    market.break_provider(kind="reset", when="after", method="POST", path="/v1/customers/.*")

    answer = buyer.api("POST", f"{METHODS}/{method_id}/default")

    assert (answer.status, answer.body["is_default"]) == (200, True)
    assert default_at_stripe(market, buyer) == card


def test_the_switch_governs_changes_and_not_looking(market: Market, buyer: Buyer) -> None:
    card = listed(buyer)["visa"]
    off = {"features": {"payment_method_updates": False}}
    assert market.owner("PUT", "/v1/settings", off).status == 200

    def refused() -> bool:
        return buyer.api("DELETE", f"{METHODS}/{card['id']}").code == "feature_disabled"

    try:
        wait_until(refused, seconds=60, what="settings to be read again")
        assert set_up(buyer).code == "feature_disabled"
        assert list(listed(buyer)) == ["visa"]
    finally:
        on = {"features": {"payment_method_updates": True}}
        assert market.owner("PUT", "/v1/settings", on).status == 200
