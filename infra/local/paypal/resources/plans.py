"""Billing plans: what is billed, how often, and what happens when a payment fails."""

import copy

from infra.local.paypal.account import Account
from infra.local.paypal.errors import invalid_value, unprocessable
from infra.local.paypal.money import read_money
from infra.local.paypal.paging import page_of
from infra.local.paypal.patching import Operation, operations
from infra.local.paypal.pricing import read_scheme, replaced
from infra.local.paypal.reading import (
    flag,
    integer,
    known_only,
    mapping,
    mappings,
    one_of,
    read_percentage,
    required_text,
    text,
)
from infra.local.paypal.routes import HOUR_SECONDS, Call, Route, reading, silent
from infra.local.paypal.terms import as_terms, cycle_of, read_taxes
from infra.local.paypal.times import written
from infra.local.provider.exchange import Json

_UNITS = ("DAY", "WEEK", "MONTH", "YEAR")
_TRIALS_MAX = 2
_MINIMAL = ("id", "product_id", "name", "status", "description", "create_time", "links")


def create_plan(call: Call) -> Json:
    account, body = call.account, call.body
    known_only(
        body,
        "product_id name status description billing_cycles payment_preferences taxes "
        "quantity_supported",
    )
    product = account.get("product", required_text(body, "product_id", longest=50))
    required_text(body, "name")
    cycles = [
        _read_cycle(row, f"/billing_cycles/{number}")
        for number, row in enumerate(mappings(body, "billing_cycles", largest=12))
    ]
    _refuse_bad_order(cycles)
    return account.add(
        "plan",
        account.new_id("P-", 24),
        product_id=product["id"],
        name=body["name"],
        status=one_of(body, "status", ("CREATED", "ACTIVE"), "ACTIVE"),
        description=text(body, "description"),
        billing_cycles=sorted(cycles, key=lambda cycle: int(cycle["sequence"])),
        payment_preferences=_read_preferences(body),
        taxes=read_taxes(mapping(body, "taxes"), "/taxes"),
        quantity_supported=flag(body, "quantity_supported", default=False),
    )


def _read_cycle(given: Json, within: str) -> Json:
    known_only(given, "pricing_scheme frequency tenure_type sequence total_cycles", within=within)
    frequency = mapping(given, "frequency", within=within)
    tenure = one_of(given, "tenure_type", ("REGULAR", "TRIAL"), "", within=within)
    least = 1 if tenure == "TRIAL" else 0
    scheme = given.get("pricing_scheme")
    if scheme is None and tenure == "REGULAR":
        raise invalid_value(f"{within}/pricing_scheme")
    return {
        "sequence": integer(given, "sequence", None, least=1, most=99, within=within),
        "tenure_type": tenure,
        "total_cycles": integer(given, "total_cycles", 1, least=least, most=999, within=within),
        "frequency": {
            "interval_unit": one_of(
                frequency, "interval_unit", _UNITS, "", within=f"{within}/frequency"
            ),
            "interval_count": integer(
                frequency, "interval_count", 1, least=1, most=365, within=f"{within}/frequency"
            ),
        },
        "pricing_scheme": read_scheme(scheme, f"{within}/pricing_scheme") if scheme else None,
    }


def _refuse_bad_order(cycles: list[Json]) -> None:
    ordered = sorted(cycles, key=lambda cycle: int(cycle["sequence"]))
    if [cycle["sequence"] for cycle in ordered] != list(range(1, len(cycles) + 1)):
        raise unprocessable(
            "INVALID_BILLING_CYCLE_SEQUENCE",
            "Billing cycle sequence should start with `1` and be consecutive.",
        )
    tenures = [cycle["tenure_type"] for cycle in ordered]
    if "REGULAR" not in tenures:
        raise unprocessable(
            "MISSING_REGULAR_BILLING_CYCLE", "Plan should have at least one regular billing cycle."
        )
    if tenures.count("REGULAR") > 1:
        raise unprocessable(
            "MULTIPLE_REGULAR_BILLING_CYCLES_NOT_SUPPORTED",
            "Only one regular billing cycle is allowed.",
        )
    if tenures[-1] != "REGULAR":
        raise unprocessable(
            "INVALID_BILLING_CYCLE_SEQUENCE",
            "Trial Billing cycle should precede regular billing cycle.",
        )
    if len(tenures) - 1 > _TRIALS_MAX:
        raise unprocessable(
            "MORE_THAN_TWO_TRIAL_BILLING_CYCLE_NOT_SUPPORTED",
            "Only two trial billing cycles are allowed.",
        )
    currencies = {c["pricing_scheme"]["currency"] for c in cycles if c["pricing_scheme"]}
    if len(currencies) > 1:
        raise unprocessable(
            "CURRENCY_MISMATCH", "All currency codes in the request should be of similar value."
        )


def _read_preferences(body: Json) -> Json:
    given = mapping(body, "payment_preferences")
    within = "/payment_preferences"
    known_only(
        given,
        "auto_bill_outstanding setup_fee setup_fee_failure_action payment_failure_threshold "
        "service_type",
        within=within,
    )
    fee = given.get("setup_fee")
    return {
        "auto_bill_outstanding": flag(given, "auto_bill_outstanding", default=True, within=within),
        "setup_fee_minor": read_money(fee, f"{within}/setup_fee", allow_zero=True)[0] if fee else 0,
        "setup_fee_failure_action": one_of(
            given, "setup_fee_failure_action", ("CONTINUE", "CANCEL"), "CANCEL", within=within
        ),
        "payment_failure_threshold": integer(
            given, "payment_failure_threshold", 0, least=0, most=999, within=within
        ),
    }


def get_plan(call: Call) -> Json:
    return as_plan(call.account, call.account.get("plan", call.id))


def present_plan(call: Call, plan: Json) -> Json:
    printed = as_plan(call.account, plan)
    if call.wants_representation:
        return printed
    return {name: value for name, value in printed.items() if name in _MINIMAL}


def list_plans(call: Call) -> Json:
    query = call.query
    rows = list(call.account.store.newest_first("plan"))
    if "product_id" in query:
        rows = [row for row in rows if row["product_id"] == query["product_id"]]
    if "plan_ids" in query:
        wanted = query["plan_ids"].split(",")
        rows = [row for row in rows if row["id"] in wanted]
    return page_of(
        call, rows, "plans", lambda row: present_plan(call, row), path="/v1/billing/plans"
    )


def patch_plan(call: Call) -> None:
    plan = call.account.get("plan", call.id)
    if plan["status"] == "INACTIVE":
        raise unprocessable(
            "PLAN_STATUS_INACTIVE", "Status update is the only patchable filed on an inactive plan."
        )
    draft = copy.deepcopy(plan)  # all operations or none
    for operation in operations(call.body):
        operation.refuse_unless("replace")
        _patch(draft, operation)
    call.account.change(plan, **draft)


def _patch(plan: Json, operation: Operation) -> None:
    preferences = plan["payment_preferences"]
    within = {"value": operation.value}
    match operation.path.split("/")[1:]:
        case [("name" | "description") as name]:
            plan[name] = operation.text(longest=127)
        case ["payment_preferences", "auto_bill_outstanding" as name]:
            preferences[name] = flag(within, "value", default=True)
        case ["payment_preferences", "payment_failure_threshold" as name]:
            preferences[name] = integer(within, "value", None, least=0, most=999)
        case ["payment_preferences", "setup_fee"]:
            fee, _ = read_money(operation.value, operation.path, allow_zero=True)
            preferences["setup_fee_minor"] = fee
        case ["payment_preferences", "setup_fee_failure_action" as name]:
            preferences[name] = one_of(within, "value", ("CONTINUE", "CANCEL"), "")
        case ["taxes", "percentage"] if plan["taxes"]:
            plan["taxes"]["percentage"] = read_percentage(within, "value")
        case _:
            raise operation.unknown_path()


def activate_plan(call: Call) -> None:
    plan = call.account.get("plan", call.id)
    if plan["status"] not in ("CREATED", "INACTIVE"):
        raise unprocessable(
            "PLAN_STATUS_INVALID",
            "Invalid plan status for activate action; plan status should be either created or "
            "inactive.",
        )
    _set_status(call.account, plan, "ACTIVE", "ACTIVATED")


def deactivate_plan(call: Call) -> None:
    plan = call.account.get("plan", call.id)
    if plan["status"] != "ACTIVE":
        raise unprocessable(
            "PLAN_STATUS_INVALID",
            "Invalid plan status for deactivate action; plan status should be active.",
        )
    _set_status(call.account, plan, "INACTIVE", "DEACTIVATED")


def _set_status(account: Account, plan: Json, status: str, what: str) -> None:
    account.change(plan, status=status)
    _announce(account, plan, what)


def update_pricing(call: Call) -> None:
    """Subscriptions without a price of their own follow, from the next bill on."""
    plan = call.account.get("plan", call.id)
    known_only(call.body, "pricing_schemes")
    for number, row in enumerate(mappings(call.body, "pricing_schemes", largest=99)):
        within = f"/pricing_schemes/{number}"
        sequence = integer(row, "billing_cycle_sequence", None, least=1, most=99, within=within)
        cycle = cycle_of(plan, sequence)
        scheme = read_scheme(row.get("pricing_scheme"), f"{within}/pricing_scheme")
        old = cycle["pricing_scheme"]
        cycle["pricing_scheme"] = replaced(old, scheme, at=call.account.now(), of="plan")
    call.account.touch(plan)
    _announce(call.account, plan, "PRICING-CHANGE.ACTIVATED")


def _announce(account: Account, plan: Json, what: str) -> None:
    resource = as_plan(account, plan)
    account.emit(
        f"BILLING.PLAN.{what}", "plan", resource, f"Billing plan {what.lower()}", version="2.0"
    )


def as_plan(account: Account, plan: Json) -> Json:
    from_here = f"/v1/billing/plans/{plan['id']}"
    is_active = plan["status"] == "ACTIVE"
    verb = "deactivate" if is_active else "activate"
    return {
        "id": plan["id"],
        "product_id": plan["product_id"],
        "status": plan["status"],
        **as_inline_plan(plan, plan),
        "create_time": written(plan["created_at"]),
        "update_time": written(plan["updated_at"]),
        "links": [
            account.link(from_here, "self"),
            account.link(from_here, "edit", "PATCH"),
            account.link(f"{from_here}/{verb}", verb, "POST"),
        ],
    }


def as_inline_plan(plan: Json, terms: Json) -> Json:
    """The plan as it stands in a subscription: without an id, with the subscriber's terms."""
    return {
        "name": plan["name"],
        **({"description": plan["description"]} if plan["description"] else {}),
        **as_terms(terms, plan["created_at"]),
        "quantity_supported": plan["quantity_supported"],
    }


ROUTES = (
    Route(
        "POST",
        "/v1/billing/plans",
        create_plan,
        present_plan,
        status=201,
        remembered_seconds=72 * HOUR_SECONDS,
    ),
    reading("/v1/billing/plans", list_plans, "product_id plan_ids page page_size total_required"),
    reading("/v1/billing/plans/{id}", get_plan),
    silent("PATCH", "/v1/billing/plans/{id}", patch_plan),
    silent("POST", "/v1/billing/plans/{id}/activate", activate_plan),
    silent("POST", "/v1/billing/plans/{id}/deactivate", deactivate_plan),
    silent("POST", "/v1/billing/plans/{id}/update-pricing-schemes", update_pricing),
)
