"""/v1/subscription_schedules: what shall be sold from when on, and what comes at the end.

Only of a subscription that exists (`from_subscription`); phases change what is sold, not more.
"""

from infra.local.provider.calendar import boundary
from infra.local.stripe.account import Account
from infra.local.stripe.billing.lifecycle import period_of
from infra.local.stripe.billing.phases import cancellation_by, current_phase, release
from infra.local.stripe.billing.proration import credit_unused
from infra.local.stripe.billing.standing import (
    ENDED,
    LIVE_SCHEDULE,
    change_subscription,
    end_subscription,
    schedule_of,
)
from infra.local.stripe.errors import invalid_request, refused
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.wire import (
    Json,
    flag,
    integer,
    mapping,
    mappings,
    merged_metadata,
    one_of,
    required,
)

_END_BEHAVIORS = ("cancel", "none", "release", "renew")
_PRORATIONS = ("always_invoice", "create_prorations", "none")
_MOST_PHASES = 10
_NOT_SET: Json = dict.fromkeys(
    (
        "application_fee_percent",
        "billing_cycle_anchor",
        "billing_thresholds",
        "collection_method",
        "default_payment_method",
        "description",
        "invoice_settings",
        "on_behalf_of",
        "transfer_data",
    )
)


def create_schedule(call: Call) -> Json:
    """One phase as long as the present period; the subscription goes on after it."""
    account = call.account
    wanted = required(call.params, "from_subscription")
    subscription = account.get("subscription", wanted, param="from_subscription")
    if subscription["status"] in ENDED:
        raise refused("You cannot migrate a subscription that is canceled to a schedule.")
    if schedule_of(account, subscription) is not None:
        raise refused(
            "You cannot migrate a subscription that is already attached to a schedule: "
            f"`{subscription['schedule']}`."
        )
    begin, end = period_of(subscription)
    items = [_item(i["price"]["id"], i["quantity"]) for i in subscription["items"]["data"]]
    phase = _phase(subscription, items, begin, end) | {
        "metadata": dict(subscription["metadata"]),
        "trial_end": subscription["trial_end"] if subscription["status"] == "trialing" else None,
    }
    schedule = account.new(
        "subscription_schedule",
        "sub_sched",
        application=None,
        billing_mode=dict(subscription["billing_mode"]),
        canceled_at=None,
        completed_at=None,
        current_phase={"start_date": begin, "end_date": end},
        customer=subscription["customer"],
        customer_account=None,
        default_settings=_default_settings(subscription),
        end_behavior="cancel" if subscription["cancel_at"] else "release",
        livemode=False,
        metadata={},
        phases=[phase],
        released_at=None,
        released_subscription=None,
        status="active",
        subscription=subscription["id"],
        test_clock=None,
    )
    account.add(schedule, "subscription_schedule.created")
    change_subscription(account, subscription, {"schedule": schedule["id"]})
    return schedule


def _default_settings(subscription: Json) -> Json:
    return {
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": "automatic",
        "billing_thresholds": None,
        "collection_method": subscription["collection_method"],
        "default_payment_method": subscription["default_payment_method"],
        "description": None,
        "invoice_settings": dict(subscription["invoice_settings"])
        | {"days_until_due": subscription["days_until_due"]},
        "on_behalf_of": None,
        "transfer_data": None,
    }


def _item(price: str, quantity: int, metadata: Json | None = None) -> Json:
    return {
        "billing_thresholds": None,
        "discounts": [],
        "metadata": metadata or {},
        "price": price,
        "quantity": quantity,
        "tax_rates": [],
    }


def _phase(subscription: Json, items: list[Json], begin: int, end: int) -> Json:
    return {
        **_NOT_SET,
        "add_invoice_items": [],
        "currency": subscription["currency"],
        "default_tax_rates": [],
        "discounts": [],
        "end_date": end,
        "items": items,
        "metadata": {},
        "proration_behavior": "create_prorations",
        "start_date": begin,
        "trial_end": None,
    }


def update_schedule(call: Call) -> Json:
    account, params = call.account, call.params
    schedule = _live(call, "update")
    subscription = account.get("subscription", schedule["subscription"])
    now_running = schedule["current_phase"]["start_date"]
    changes: Json = {
        "metadata": merged_metadata(schedule["metadata"], params),
        "end_behavior": one_of(params, "end_behavior", _END_BEHAVIORS, schedule["end_behavior"]),
    }
    if "phases" in params:
        phases = _phases(account, subscription, schedule, mappings(params, "phases"))
        span = {name: phases[0][name] for name in ("start_date", "end_date")}
        past = [p for p in schedule["phases"] if p["start_date"] < now_running]
        changes |= {"phases": past + phases, "current_phase": span}
    account.change(schedule, changes, "subscription_schedule.updated")
    change_subscription(account, subscription, cancellation_by(schedule, subscription))
    # What is due for the subscription may have moved, though nothing in it has.
    account.change(subscription, {})
    return schedule


def _phases(account: Account, subscription: Json, schedule: Json, given: list[Json]) -> list[Json]:
    if not 1 <= len(given) <= _MOST_PHASES:
        raise invalid_request("You must pass between 1 and 10 phases.", param="phases")
    running = current_phase(schedule)
    if integer(given[0], "start_date") != running["start_date"]:
        raise refused(
            "You can not modify the start date of the current phase.", param="phases[0][start_date]"
        )
    begin, phases = running["start_date"], []
    for wanted in given:
        phases.append(_wanted_phase(account, subscription, wanted, begin))
        begin = phases[-1]["end_date"]
    if phases[0]["end_date"] <= account.now():
        raise refused("The current phase must end in the future.", param="phases[0][end_date]")
    if [_sale(i) for i in phases[0]["items"]] != [_sale(i) for i in running["items"]]:
        raise refused("This stand-in does not change what the current phase sells.")
    return phases


def _sale(item: Json) -> tuple[str, int]:
    return item["price"], item["quantity"]


def _wanted_phase(account: Account, subscription: Json, wanted: Json, begin: int) -> Json:
    """Without an end, a phase lasts one period of its price."""
    if integer(wanted, "start_date") not in (None, begin):
        raise refused("Phases must follow one another without a gap.", param="phases")
    items = [_wanted_item(account, subscription, given) for given in mappings(wanted, "items")]
    if len(items) != len(subscription["items"]["data"]):
        raise refused("This stand-in sells as many items in each phase.", param="phases[0][items]")
    price = account.get("price", items[0]["price"])
    end = integer(wanted, "end_date") or _end_of(mapping(wanted, "duration"), price, begin)
    if end <= begin:
        raise refused("A phase must end after it begins.", param="phases[0][end_date]")
    return _phase(subscription, items, begin, end) | {
        "metadata": merged_metadata({}, wanted),
        "proration_behavior": one_of(
            wanted, "proration_behavior", _PRORATIONS, "create_prorations"
        ),
        "trial_end": integer(wanted, "trial_end"),
    }


def _end_of(duration: Json, price: Json, begin: int) -> int:
    if not duration:
        return boundary(begin, price["recurring"], 1)
    interval = one_of(duration, "interval", ("day", "month", "week", "year"), "month")
    count = integer(duration, "interval_count") or 1
    if not 1 <= count <= 1000:
        raise invalid_request("Invalid integer", param="phases[0][duration][interval_count]")
    return boundary(begin, {"interval": interval, "interval_count": count}, 1)


def _wanted_item(account: Account, subscription: Json, given: Json) -> Json:
    price = account.get("price", required(given, "price"), param="phases[0][items][0][price]")
    if price["recurring"] is None or price["currency"] != subscription["currency"]:
        raise invalid_request("The price does not fit the subscription.", param="phases")
    quantity = integer(given, "quantity")
    return _item(price["id"], 1 if quantity is None else quantity, merged_metadata({}, given))


def release_schedule(call: Call) -> Json:
    account = call.account
    schedule = _live(call, "release")
    subscription = account.get("subscription", schedule["subscription"])
    keeps = flag(call.params, "preserve_cancel_date")
    return release(account, schedule, subscription, keeps_cancellation=keeps)


def cancel_schedule(call: Call) -> Json:
    """The subscription with it, at once; its unused time is credited unless `prorate` says no."""
    account = call.account
    schedule = _live(call, "cancel")
    subscription = account.get("subscription", schedule["subscription"])
    if flag(call.params, "prorate", default=True):
        for item in subscription["items"]["data"]:
            credit_unused(account, subscription, item, account.now())
    end_subscription(account, subscription)
    return schedule


def _live(call: Call, verb: str) -> Json:
    schedule = call.account.get("subscription_schedule", call.id)
    if schedule["status"] not in LIVE_SCHEDULE:
        raise refused(
            f"You cannot {verb} a subscription schedule that is currently in the "
            f"`{schedule['status']}` status."
        )
    return schedule


def refuse_cancellation_beside_a_schedule(
    account: Account, subscription: Json, params: Json
) -> None:
    """A schedule alone says when what it governs ends."""
    governs = schedule_of(account, subscription)
    if governs is not None and params.keys() & {"cancel_at", "cancel_at_period_end"}:
        raise refused(
            f"The subscription is managed by the subscription schedule `{governs['id']}`, and "
            "updating any cancelation behavior directly is not allowed. Please update the "
            "schedule instead."
        )


def follow_in_schedule(account: Account, subscription: Json) -> None:
    """What a subscription sells is changed in its running phase too."""
    schedule = schedule_of(account, subscription)
    if schedule is None:
        return
    running = current_phase(schedule)
    items = [_item(i["price"]["id"], i["quantity"]) for i in subscription["items"]["data"]]
    phases = [{**p, "items": items} if p is running else p for p in schedule["phases"]]
    account.change(schedule, {"phases": phases}, "subscription_schedule.updated")


ROUTES: tuple[Route, ...] = (
    route("POST", "/v1/subscription_schedules", create_schedule, "from_subscription"),
    route(
        "POST",
        "/v1/subscription_schedules/{id}",
        update_schedule,
        "end_behavior metadata phases proration_behavior",
    ),
    route(
        "POST",
        "/v1/subscription_schedules/{id}/release",
        release_schedule,
        "preserve_cancel_date",
    ),
    route(
        "POST",
        "/v1/subscription_schedules/{id}/cancel",
        cancel_schedule,
        "invoice_now prorate",
    ),
)
