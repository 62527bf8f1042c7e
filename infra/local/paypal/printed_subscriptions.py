"""Subscriptions as the API and the events print them."""

from infra.local.paypal.account import Account
from infra.local.paypal.billing.schedule import completed, final_billing_at
from infra.local.paypal.money import lean_money
from infra.local.paypal.pricing import in_force
from infra.local.paypal.terms import currency_of, terms_of
from infra.local.paypal.times import written
from infra.local.provider.exchange import Json

_VERBS = {
    "APPROVAL_PENDING": (("edit", "PATCH"),),
    "APPROVED": (("edit", "PATCH"), ("activate", "POST")),
    "ACTIVE": (("cancel", "POST"), ("edit", "PATCH"), ("suspend", "POST"), ("capture", "POST")),
    "SUSPENDED": (("cancel", "POST"), ("edit", "PATCH"), ("activate", "POST"), ("capture", "POST")),
    "CANCELLED": (),
    "EXPIRED": (("capture", "POST"),),
}


def as_subscription(account: Account, subscription: Json) -> Json:
    printed: Json = {
        "status": subscription["status"],
        "status_update_time": written(subscription["status_at"]),
        "id": subscription["id"],
        "plan_id": subscription["plan_id"],
        "start_time": written(subscription["starts_at"]),
        "quantity": str(subscription["quantity"]),
        "shipping_amount": lean_money(
            subscription["shipping_minor"], currency_of(terms_of(account, subscription))
        ),
        "subscriber": _subscriber(account, subscription),
        "create_time": written(subscription["created_at"]),
        "update_time": written(subscription["updated_at"]),
        "plan_overridden": subscription["override"] is not None,
        "links": links_of(account, subscription),
    }
    if subscription["note"]:
        printed["status_change_note"] = subscription["note"]
    if subscription["custom_id"]:
        printed["custom_id"] = subscription["custom_id"]
    if subscription["activated_at"] is not None:
        printed["billing_info"] = _billing_info(account, subscription)
    return printed


def as_minimal_subscription(account: Account, subscription: Json) -> Json:
    return {
        "status": subscription["status"],
        "id": subscription["id"],
        "create_time": written(subscription["created_at"]),
        "links": links_of(account, subscription),
    }


def last_failed_payment(account: Account, subscription: Json) -> Json | None:
    failed = subscription["last_failed_payment"]
    if failed is None:
        return None
    currency = currency_of(terms_of(account, subscription))
    return {
        "amount": lean_money(failed["amount_minor"], currency),
        "time": written(failed["at"]),
        "reason_code": "PAYMENT_DENIED",
        **({"next_payment_retry_time": written(failed["retry_at"])} if failed["retry_at"] else {}),
    }


def announce(account: Account, subscription: Json, what: str, summary: str) -> None:
    resource = as_subscription(account, subscription)
    if what == "PAYMENT.FAILED":
        failed = last_failed_payment(account, subscription)
        resource["billing_info"]["last_failed_payment"] = failed
    account.emit(f"BILLING.SUBSCRIPTION.{what}", "subscription", resource, summary, version="2.0")


def links_of(account: Account, subscription: Json) -> list[Json]:
    path = f"/v1/billing/subscriptions/{subscription['id']}"
    links = [account.link(path, "self")]
    for rel, method in _VERBS[subscription["status"]]:
        links.append(account.link(path if rel == "edit" else f"{path}/{rel}", rel, method))
    if subscription["status"] == "APPROVAL_PENDING":
        links.insert(0, approve_link(account, subscription["token"]))
    return links


def approve_link(account: Account, token: str, *, page: str = "") -> Json:
    return account.link(f"/webapps/billing/subscriptions{page}?ba_token={token}", "approve")


def _subscriber(account: Account, subscription: Json) -> Json:
    given: Json = subscription["subscriber"]
    payer = account.find(subscription["payer"] or "")
    if payer is None:
        return given
    return {
        **given,
        "email_address": payer["email"],
        "payer_id": payer["id"],
        "name": payer["name"],
    }


def _billing_info(account: Account, subscription: Json) -> Json:
    terms = terms_of(account, subscription)
    currency = currency_of(terms)
    info: Json = {
        "outstanding_balance": lean_money(subscription["outstanding_minor"], currency),
        "cycle_executions": [
            _execution(account, subscription, cycle) for cycle in terms["billing_cycles"]
        ],
        "failed_payments_count": subscription["failed_payments_count"],
    }
    last = subscription["last_payment"]
    if last:
        info["last_payment"] = {
            "amount": lean_money(last["amount_minor"], currency),
            "time": written(last["at"]),
        }
    next_at = _next_billing_at(account, subscription)
    if next_at is not None:
        info["next_billing_time"] = written(next_at)
        final_at = final_billing_at(subscription, terms)
        if final_at is not None:
            info["final_payment_time"] = written(final_at)
    return info


def _execution(account: Account, subscription: Json, cycle: Json) -> Json:
    done, total = completed(subscription, cycle["sequence"]), cycle["total_cycles"]
    execution: Json = {
        "tenure_type": cycle["tenure_type"],
        "sequence": cycle["sequence"],
        "cycles_completed": done,
        "cycles_remaining": max(0, total - done) if total else 0,
        "total_cycles": total,
    }
    scheme = cycle["pricing_scheme"]
    if scheme:
        freeze = account.settings.price_freeze_days
        version = in_force(scheme, at=account.now(), freeze_days=freeze)["version"]
        execution["current_pricing_scheme_version"] = version
    return execution


def _next_billing_at(account: Account, subscription: Json) -> int | None:
    """Provisional for a while after an activation: the first bill's own date, without an event.

    Source: https://github.com/paypal/paypal-checkout-components/issues/1336
    """
    settings = account.settings
    is_shown = subscription["status"] == "ACTIVE" or (
        subscription["status"] == "SUSPENDED" and settings.shows_next_billing_when_suspended
    )
    if not is_shown:
        return None
    if account.now() < subscription["activated_at"] + settings.activation_lag_seconds:
        provisional: int = subscription["anchor_at"]
        return provisional
    next_at: int | None = subscription["next_billing_at"]
    return next_at
