"""/v1/tax_rates."""

import re

from infra.local.stripe.errors import invalid_request
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.wire import Json, flag, merged_metadata, required, text


def create_tax_rate(call: Call) -> Json:
    account, params = call.account, call.params
    required(params, "inclusive")
    rate: Json = account.new(
        "tax_rate",
        "txr",
        active=flag(params, "active", default=True),
        country=text(params, "country"),
        description=text(params, "description"),
        display_name=required(params, "display_name"),
        effective_percentage=None,
        flat_amount=None,
        inclusive=flag(params, "inclusive"),
        jurisdiction=text(params, "jurisdiction"),
        jurisdiction_level=None,
        livemode=False,
        metadata=merged_metadata({}, params),
        percentage=_percentage(params),
        rate_type=None,
        state=text(params, "state"),
        tax_type=text(params, "tax_type"),
    )
    return account.add(rate, "tax_rate.created")


def _percentage(params: Json) -> float:
    given = required(params, "percentage")
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?", given) or float(given) > 100:
        raise invalid_request("Invalid decimal: percentage", param="percentage")
    return float(given)


ROUTES: tuple[Route, ...] = (
    route(
        "POST",
        "/v1/tax_rates",
        create_tax_rate,
        "active country description display_name inclusive jurisdiction metadata percentage state "
        "tax_type",
    ),
)
