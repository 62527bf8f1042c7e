"""Every route in every state that it can be asked in, against PayPal's descriptions."""

import pytest

from infra.local.paypal.route_table import ROUTES
from tests.contract.paypal.openapi import validate_object
from tests.contract.paypal.shop import Shop
from tests.paypal_shop import URLS, cycle, free_trial, money

OBJECTS = {
    "subscription": ("billing_subscriptions_v1", "subscription"),
    "plan": ("billing_subscriptions_v1", "plan"),
    "sale": ("payments_payment_v1", "sale"),
    "capture": ("payments_payment_v2", "capture-2"),
    "checkout-order": ("checkout_orders_v2", "order"),
    "payment_token": ("vault_payment_tokens_v3", "payment_token_response"),
    "dispute": ("customer_disputes_v1", "dispute"),
}
REFUNDS = {"": ("payments_payment_v1", "refund"), "2.0": ("payments_payment_v2", "refund")}


def catalog_and_plans(shop: Shop) -> None:
    client = shop.client
    product = shop.product()
    path = f"/v1/catalogs/products/{product}"
    client.ok("PATCH", path, [{"op": "replace", "path": "/description", "value": "All of it"}])
    client.ok("GET", path)
    client.ok("GET", "/v1/catalogs/products", total_required="true", page_size="1")
    tiers = [
        {"starting_quantity": "1", "ending_quantity": "9", "amount": money("5.00")},
        {"starting_quantity": "10", "amount": money("4.00")},
    ]
    tiered = cycle("0", pricing_scheme={"pricing_model": "TIERED", "tiers": tiers})
    plan = shop.plan(
        product=product,
        billing_cycles=[{**tiered, "sequence": 2}, free_trial(14)],
        taxes={"percentage": "19", "inclusive": False},
        quantity_supported=True,
    )
    path = f"/v1/billing/plans/{plan}"
    client.ok("GET", path)
    client.ok("GET", "/v1/billing/plans", product_id=product, full=True)
    client.ok("GET", "/v1/billing/plans", plan_ids=plan, total_required="true")
    client.ok("PATCH", path, [{"op": "replace", "path": "/description", "value": "Teams"}])
    client.ok("POST", f"{path}/deactivate")
    client.ok("POST", f"{path}/activate")
    fixed = shop.plan()
    schemes = [{"billing_cycle_sequence": 1, "pricing_scheme": {"fixed_price": money("59.00")}}]
    client.ok(
        "POST", f"/v1/billing/plans/{fixed}/update-pricing-schemes", {"pricing_schemes": schemes}
    )


def subscriptions(shop: Shop) -> None:
    client, product = shop.client, shop.product()
    plan, better = shop.plan(product=product), shop.plan("99.00", product=product)
    pending = client.ok(
        "POST",
        "/v1/billing/subscriptions",
        {
            "plan_id": plan,
            "custom_id": "cus_1",
            "application_context": {**URLS, "user_action": "CONTINUE"},
            "subscriber": {"email_address": "zoe@example.com", "name": {"given_name": "Zoë"}},
        },
        full=True,
        key="create",
    )["id"]
    shop.get(pending)
    client.act("approve", subscription=pending)
    shop.get(pending)
    path = f"/v1/billing/subscriptions/{pending}"
    client.ok("POST", f"{path}/activate", {"reason": "The merchant agrees"})
    shop.get(pending, fields="plan,last_failed_payment")
    client.ok("POST", f"{path}/revise", {"plan_id": better, "application_context": URLS})
    client.act("approve_revision", subscription=pending)
    fixed_price = "/plan/billing_cycles/@sequence==1/pricing_scheme/fixed_price"
    client.ok("PATCH", path, [{"op": "replace", "path": fixed_price, "value": money("89.00")}])
    client.ok("POST", f"{path}/suspend", {"reason": "Holidays"})
    shop.get(pending, fields="plan")
    client.ok("POST", f"{path}/activate", {"reason": "Back again"})
    client.ok("POST", f"{path}/cancel", {"reason": "Enough"})
    shop.get(pending)
    shop.payments(pending)


def failing_and_finite_subscriptions(shop: Shop) -> None:
    client = shop.client
    failing = shop.subscription(shop.plan(payment_preferences={"payment_failure_threshold": 1}))
    finite = shop.subscription(shop.plan(billing_cycles=[cycle("5", total_cycles=2)]))
    client.act("buyer", subscription=failing, conduct="declines")
    client.advance(days=35)
    shop.get(failing, fields="last_failed_payment")
    shop.get(finite)
    client.advance(days=40)
    assert shop.get(failing)["status"] == "SUSPENDED"
    assert shop.get(finite)["status"] == "EXPIRED"
    client.act("buyer", subscription=failing, conduct="pays")
    note = {"note": "Owed", "capture_type": "OUTSTANDING_BALANCE", "amount": money("49.00")}
    client.ok("POST", f"/v1/billing/subscriptions/{failing}/capture", note, key="capture")


def money_back(shop: Shop) -> None:
    client = shop.client
    for payment in (shop.capture(), shop.sale()):
        client.ok("GET", f"/v2/payments/captures/{payment}")
        path = f"/v2/payments/captures/{payment}/refund"
        body = {"amount": money("5.00"), "custom_id": "op-1", "note_to_payer": "Sorry"}
        refund = client.ok("POST", path, body, key=f"refund-{payment}", full=True)["id"]
        client.ok("POST", path, body, key=f"refund-{payment}")
        client.ok("GET", f"/v2/payments/refunds/{refund}")
        client.ok("GET", f"/v1/payments/refund/{refund}")
        client.ok("GET", f"/v2/payments/captures/{payment}")
    sale = shop.sale()
    for body in ({"amount": {"total": "9.00", "currency": "EUR"}, "invoice_number": "7"}, {}):
        client.ok("POST", f"/v1/payments/sale/{sale}/refund", body)
        client.ok("GET", f"/v1/payments/sale/{sale}")
    for conduct in ("refund_pends", "refund_fails", "refund_reverts"):
        payment = shop.capture(email_address=f"{conduct}@example.com", conduct=conduct)
        refund = client.ok("POST", f"/v2/payments/captures/{payment}/refund", {})["id"]
        client.ok("GET", f"/v2/payments/refunds/{refund}")
        client.ok("GET", f"/v1/payments/refund/{refund}")
    client.advance(seconds=3700)
    order = shop.order()
    client.act("approve", order=order)
    captured = client.ok("POST", f"/v2/checkout/orders/{order}/capture", {})
    capture = captured["purchase_units"][0]["payments"]["captures"][0]["id"]
    client.ok("POST", f"/v2/payments/captures/{capture}/refund", {})
    client.ok("GET", f"/v2/checkout/orders/{order}")
    for conduct in ("pends", "declines"):
        buyer = {"email_address": f"{conduct}@example.com", "conduct": conduct}
        order = shop.order()
        client.act("approve", order=order, buyer=buyer)
        client("POST", f"/v2/checkout/orders/{order}/capture", {})
        client.ok("GET", f"/v2/checkout/orders/{order}")
    client.advance(days=4)


def wallets(shop: Shop) -> None:
    client = shop.client
    setup = client.ok(
        "POST",
        "/v3/vault/setup-tokens",
        {
            "customer": {"id": "customer_1"},
            "payment_source": {"paypal": {"usage_type": "MERCHANT", "experience_context": URLS}},
        },
        key="setup",
    )["id"]
    client.ok("GET", f"/v3/vault/setup-tokens/{setup}")
    client.act("approve", setup_token=setup)
    client.ok("GET", f"/v3/vault/setup-tokens/{setup}")
    source = {"token": {"id": setup, "type": "SETUP_TOKEN"}}
    token = client.ok("POST", "/v3/vault/payment-tokens", {"payment_source": source}, key="vault")
    client.ok("GET", f"/v3/vault/payment-tokens/{token['id']}")
    client.ok("GET", "/v3/vault/payment-tokens", customer_id="customer_1", total_required="true")
    units = [{"amount": money("12.00"), "invoice_id": "again"}]
    client.ok(
        "POST",
        "/v2/checkout/orders",
        {
            "intent": "CAPTURE",
            "purchase_units": units,
            "payment_source": {"paypal": {"vault_id": token["id"]}},
        },
        key="again",
    )
    client.ok("DELETE", f"/v3/vault/payment-tokens/{token['id']}")


def disputes_and_reports(shop: Shop) -> None:
    client = shop.client
    for stage, outcome in (
        ("INQUIRY", "RESOLVED_BUYER_FAVOUR"),
        ("CHARGEBACK", "RESOLVED_SELLER_FAVOUR"),
    ):
        payment = shop.sale() if stage == "INQUIRY" else shop.capture()
        case = client.act("dispute", payment=payment, stage=stage)["id"]
        client.ok("GET", f"/v1/customer/disputes/{case}")
        client.act("dispute_update", dispute=case)
        client.act("dispute_close", dispute=case, outcome=outcome)
        client.ok("GET", f"/v1/customer/disputes/{case}")
    client.ok("GET", "/v1/customer/disputes", page_size="1")
    client.ok("GET", "/v1/customer/disputes", dispute_state="RESOLVED")
    client.advance(seconds=4 * 3600)
    dates = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-01-31T00:00:00Z"}
    client.ok("GET", "/v1/reporting/transactions", **dates, fields="all")
    client.ok("GET", "/v1/reporting/transactions", **dates, page_size="1", page="2")


def notifications(shop: Shop) -> None:
    client = shop.client
    shop.sale()
    listed = client.ok("GET", "/v1/notifications/webhooks-events", page_size="2")
    path = f"/v1/notifications/webhooks-events/{listed['events'][0]['id']}"
    client.ok("GET", path)
    client.ok("POST", f"{path}/resend", {})
    client.ok(
        "POST",
        "/v1/notifications/verify-webhook-signature",
        {
            "auth_algo": "SHA256withRSA",
            "cert_url": f"{client.server.api_base}/v1/notifications/certs/CERT-none",
            "transmission_id": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
            "transmission_sig": "bm8=",
            "transmission_time": "2026-01-01T00:00:00Z",
            "webhook_id": "1JE4291016473214C",
            "webhook_event": listed["events"][0],
        },
    )


STORIES = (
    catalog_and_plans,
    subscriptions,
    failing_and_finite_subscriptions,
    money_back,
    wallets,
    disputes_and_reports,
    notifications,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_request_answer_and_event_of_a_story_is_valid(shop: Shop, story: object) -> None:
    assert callable(story)

    story(shop)

    for event in shop.events():
        shop.client.ok("GET", f"/v1/notifications/webhooks-events/{event['id']}")
        known = REFUNDS.get(event["resource_version"], REFUNDS["2.0"])
        name, schema = OBJECTS.get(event["resource_type"], known)
        validate_object(name, schema, event["resource"])


def test_the_stories_ask_every_route(shop: Shop) -> None:
    for story in STORIES:
        story(shop)

    asked = {(method, path) for method, path, status in shop.client.answered if status < 400}
    missing = [
        f"{route.method} {route.path}"
        for route in ROUTES
        if not any(m == route.method and route.pattern.fullmatch(p) for m, p in asked)
    ]
    assert missing == []
