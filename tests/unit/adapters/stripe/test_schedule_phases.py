"""What a running phase says is said again, in the form in which Stripe takes it."""

from typing import Any

from frontdesk.adapters.stripe.schedule_phases import next_phase, phase_as_sent

RUNNING: dict[str, Any] = {
    "add_invoice_items": [],
    "application_fee_percent": None,
    "automatic_tax": {"disabled_reason": None, "enabled": True, "liability": {"type": "self"}},
    "billing_cycle_anchor": None,
    "collection_method": "send_invoice",
    "currency": "usd",
    "default_payment_method": {"id": "pm_1", "object": "payment_method"},
    "default_tax_rates": [{"id": "txr_1", "object": "tax_rate"}],
    "description": None,
    "discounts": [
        {"coupon": "co_1", "discount": "di_1", "promotion_code": None},
        {"coupon": "co_2", "discount": None, "promotion_code": None},
        {"coupon": None, "discount": None, "promotion_code": None},
    ],
    "end_date": 900,
    "invoice_settings": {"days_until_due": 14, "footer": None, "issuer": {"type": "self"}},
    "items": [
        {
            "billing_thresholds": None,
            "discounts": [],
            "metadata": {"seat": "1"},
            "price": {"id": "price_1", "unit_amount": 5},
            "quantity": 2,
            "tax_rates": [{"id": "txr_2"}],
        }
    ],
    "metadata": {"who": "shop"},
    "proration_behavior": "create_prorations",
    "start_date": 100,
    "trial_end": 500,
}
TERMS = {
    "automatic_tax": {"enabled": True, "liability": {"type": "self"}},
    "collection_method": "send_invoice",
    "default_payment_method": "pm_1",
    "default_tax_rates": ["txr_1"],
    "discounts": [{"discount": "di_1"}, {"coupon": "co_2"}],
    "invoice_settings": {"days_until_due": 14, "issuer": {"type": "self"}},
    "proration_behavior": "none",
}


def test_the_running_phase_stays_as_it_is() -> None:
    item = {
        "price": "price_1",
        "quantity": 2,
        "metadata": {"seat": "1"},
        "tax_rates": ["txr_2"],
    }

    assert phase_as_sent(RUNNING) == {
        **TERMS,
        "start_date": 100,
        "trial_end": 500,
        "metadata": {"who": "shop"},
        "items": [item],
    }


def test_the_next_one_is_paid_and_taxed_alike() -> None:
    sold = {"price": "price_2", "quantity": 1}

    found = next_phase(RUNNING, sold)

    assert found == {**TERMS, "items": [{**sold, "tax_rates": ["txr_2"]}]}


def test_what_is_not_set_is_not_sent() -> None:
    bare = {"start_date": 1, "items": [{"price": "price_1"}], "automatic_tax": {"enabled": False}}

    assert phase_as_sent(bare) == {
        "start_date": 1,
        "items": [{"price": "price_1"}],
        "proration_behavior": "none",
    }
