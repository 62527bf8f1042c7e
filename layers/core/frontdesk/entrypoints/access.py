"""Who may use a route: nobody, unless the route's row says so."""

from collections.abc import Callable

from frontdesk.domain.errors import FeatureDisabledError, ForbiddenError, UnauthenticatedError
from frontdesk.domain.principal import Principal
from frontdesk.entrypoints.messages import Request
from frontdesk.entrypoints.routes import Caller, Route
from frontdesk.ports.settings import SettingsReader


def ensure_may_call(route: Route, principal: Principal) -> None:
    """Raises UnauthenticatedError, ForbiddenError."""
    if route.caller is Caller.ANYONE:
        return
    if not principal.is_customer and not principal.is_merchant:
        raise UnauthenticatedError
    if principal.is_customer and route.caller is Caller.MERCHANT:
        raise ForbiddenError("A customer's token does not work on the merchant's routes.")
    if principal.is_merchant:
        _ensure_merchant_may(route, principal)


def _ensure_merchant_may(route: Route, principal: Principal) -> None:
    if route.caller is Caller.CUSTOMER:
        raise ForbiddenError("Only a customer's token works on this route.")
    if route.scope is not None and route.scope not in principal.scopes:
        raise ForbiddenError(f"This token lacks the scope '{route.scope}'.")
    if route.scope is None and route.caller is Caller.MERCHANT:
        raise ForbiddenError


def ensure_switched_on(request: Request, settings: Callable[[], SettingsReader]) -> None:
    """Raises FeatureDisabledError when the shop has switched off what a customer asks for."""
    feature = request.route.feature
    if feature is None or not request.caller.is_customer or not _touches(request):
        return
    if not settings().read().is_on(feature):
        raise FeatureDisabledError(feature)


def _touches(request: Request) -> bool:
    fields = request.route.feature_fields
    return not fields or not request.body.model_fields_set.isdisjoint(fields)
