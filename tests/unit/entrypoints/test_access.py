"""Who may use a route: everything is closed that the route's row does not open."""

from typing import Any

import pytest

from frontdesk.domain.principal import ANONYMOUS, Kind, Principal, from_context, to_context
from frontdesk.domain.scopes import SCOPES
from frontdesk.domain.settings import FEATURES, Settings
from frontdesk.entrypoints.access import ensure_may_call
from frontdesk.entrypoints.http import Response, http_function
from frontdesk.entrypoints.routes import OWN_EDGE_FUNCTIONS, ROUTES, Caller, Route
from tests.fakes.api_gateway import CUSTOMER, STAFF, STOREFRONT, ask, event
from tests.fakes.settings import FixedSettings

GUARDED = [route for route in ROUTES if route.caller is not Caller.ANYONE]
FOR_MERCHANTS = [route for route in GUARDED if route.scope is not None]
by_key = pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.key)


def _refusal(route: Route, caller: Principal) -> str | None:
    try:
        ensure_may_call(route, caller)
    except Exception as error:
        return type(error).__name__
    return None


class TestCallers:
    @by_key
    def test_nobody_gets_in(self, route: Route) -> None:
        assert _refusal(route, ANONYMOUS) == "UnauthenticatedError"

    @by_key
    def test_a_customer_and_a_merchant_have_routes_of_their_own(self, route: Route) -> None:
        for_customer = route.caller in (Caller.CUSTOMER, Caller.SIGNED_IN)
        for_merchant = route.caller in (Caller.MERCHANT, Caller.SIGNED_IN)

        assert _refusal(route, CUSTOMER) == (None if for_customer else "ForbiddenError")
        for caller in (STAFF, STOREFRONT):
            assert _refusal(route, caller) == (None if for_merchant else "ForbiddenError")

    @pytest.mark.parametrize("route", FOR_MERCHANTS, ids=lambda route: route.key)
    def test_every_scope_but_the_right_one_is_not_enough(self, route: Route) -> None:
        scopes = frozenset(SCOPES) - {route.scope or ""}
        for caller in (STAFF, STOREFRONT):
            without = Principal(caller.kind, caller.id, scopes=scopes)
            assert _refusal(route, without) == "ForbiddenError"

    def test_a_merchants_route_has_a_scope(self) -> None:
        without = [r.key for r in ROUTES if r.caller is Caller.MERCHANT and r.scope is None]

        assert without == []

    def test_every_scope_and_every_switch_that_a_route_names_exists(self) -> None:
        assert {route.scope for route in ROUTES if route.scope} <= set(SCOPES)
        assert {route.feature for route in ROUTES if route.feature} <= set(FEATURES)

    def test_what_is_public_is_known(self) -> None:
        """A route that forgets its caller must not slip in here unnoticed."""
        public = {route.key for route in ROUTES if route.caller is Caller.ANYONE}

        assert public == {
            "POST /v1/sessions/sso",
            "GET /v1/sso",
            "GET /v1/storefront",
            "GET /v1/health",
            "GET /v1/openapi.json",
            "POST /webhooks/paypal",
            "POST /webhooks/stripe",
        }
        assert {"paypal_webhook", "stripe_webhook"} == OWN_EDGE_FUNCTIONS


class TestPrincipalOfAContext:
    @pytest.mark.parametrize("principal", [CUSTOMER, STAFF, STOREFRONT])
    def test_arrives_as_the_authorizer_sent_it(self, principal: Principal) -> None:
        assert from_context(to_context(principal)) == principal

    @pytest.mark.parametrize(
        "context",
        [
            {},
            {"principal": "customer"},
            {"principal": "customer", "principal_id": ""},
            {"principal": "customer", "principal_id": None},
            {"principal": "Customer", "principal_id": "cus_1"},
            {"principal": "owner", "principal_id": "cus_1"},
            {"principal": "anonymous", "principal_id": "cus_1"},
            {"principal": ["customer"], "principal_id": "cus_1"},
            {"principal_id": "cus_1", "scopes": "customers:read"},
        ],
    )
    def test_what_is_not_clearly_somebody_is_nobody(self, context: dict[str, Any]) -> None:
        assert from_context(context) == ANONYMOUS

    def test_scopes_are_words(self) -> None:
        context = {"principal": "staff", "principal_id": "stf_1", "scopes": "a:b  c:d"}

        assert from_context(context).scopes == {"a:b", "c:d"}
        assert from_context(context | {"scopes": None}).scopes == frozenset()


class TestSwitches:
    def _call(
        self,
        *off: str,
        caller: Principal = CUSTOMER,
        fields: tuple[str, ...] = (),
        body: str = "{}",
    ) -> tuple[int, str | None]:
        """The answer of a route that `subscription_pause` governs, with the switches `off`."""
        route = Route(
            "POST /v1/governed",
            "governed",
            "A route that is governed",
            Caller.SIGNED_IN,
            feature="subscription_pause",
            feature_fields=fields,
            body="settings:SettingsUpdate",
        )
        features = {name: name not in off for name in FEATURES}
        settings = FixedSettings(Settings(currency="usd", features=features))
        function = http_function(
            "governed",
            {route.key: lambda request: Response({})},
            settings=lambda: settings,
            table=(route,),
        )
        headers = {"content-type": "application/json"}
        answer = ask(function, event(route.key, caller=caller, body=body, headers=headers))
        return answer.status, answer.json.get("code")

    def test_on_lets_a_customer_in(self) -> None:
        assert self._call() == (200, None)

    def test_off_refuses_a_customer(self) -> None:
        assert self._call("subscription_pause") == (403, "feature_disabled")

    def test_another_switch_does_not_matter(self) -> None:
        assert self._call("subscription_cancel", "order_history") == (200, None)

    def test_off_does_not_bind_the_merchant(self) -> None:
        assert self._call("subscription_pause", caller=STAFF) == (200, None)

    def test_off_refuses_only_the_fields_that_it_governs(self) -> None:
        fields = ("branding",)

        assert self._call("subscription_pause", fields=fields, body='{"headline": "x"}')[0] == 200
        refused = self._call("subscription_pause", fields=fields, body='{"branding": {}}')
        assert refused == (403, "feature_disabled")


def test_kinds_of_principals_are_what_the_authorizer_says() -> None:
    assert {kind.value for kind in Kind} == {"anonymous", "customer", "staff", "storefront"}
