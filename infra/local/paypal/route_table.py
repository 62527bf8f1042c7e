"""Every route of the stand-in, gathered from the resources."""

from infra.local.paypal.resources import (
    disputes,
    notifications,
    orders,
    payments,
    plans,
    products,
    reporting,
    subscriptions,
    vault,
)

ROUTES = (
    *disputes.ROUTES,
    *notifications.ROUTES,
    *orders.ROUTES,
    *payments.ROUTES,
    *plans.ROUTES,
    *products.ROUTES,
    *reporting.ROUTES,
    *subscriptions.ROUTES,
    *vault.ROUTES,
)
