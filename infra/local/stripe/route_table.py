"""Every route of the stand-in, gathered from the resources."""

from infra.local.stripe.resources import (
    catalog,
    charges,
    credit_notes,
    customers,
    disputes,
    invoices,
    payment_intents,
    payment_methods,
    reading,
    refunds,
    schedules,
    setup_intents,
    subscriptions,
    tax_rates,
)

ROUTES = (
    *reading.ROUTES,
    *catalog.ROUTES,
    *charges.ROUTES,
    *credit_notes.ROUTES,
    *customers.ROUTES,
    *disputes.ROUTES,
    *invoices.ROUTES,
    *payment_intents.ROUTES,
    *payment_methods.ROUTES,
    *refunds.ROUTES,
    *schedules.ROUTES,
    *setup_intents.ROUTES,
    *subscriptions.ROUTES,
    *tax_rates.ROUTES,
)
