"""Every route of the stand-in, gathered from the resources."""

from infra.local.stripe.resources import reading

ROUTES = (*reading.ROUTES,)
