"""The one table of all routes: pure data. The edge, the OpenAPI document, docs/routes.md and
the tests that compare them with template.yaml and with the functions read it.
"""

from dataclasses import dataclass
from enum import StrEnum

from frontdesk.entrypoints.parameters import Parameter


class Caller(StrEnum):
    ANYONE = "anyone"
    """No token, no authorizer."""
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    """A staff session or an API key, within its scopes."""
    SIGNED_IN = "signed_in"
    """A customer for itself, or a merchant within its scopes."""


class Idempotency(StrEnum):
    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class IfMatch(StrEnum):
    NONE = "none"
    OPTIONAL = "optional"
    """Without it, the last to write wins."""
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    `key` is API Gateway's routeKey. `scope` binds merchants. `feature` is the visibility switch
    that governs the route for customers; with `feature_fields`, only requests whose body holds
    one of these fields. `id_prefix` is the kind of the path's `{id}`. `body` and `response` name a
    pydantic model as "module:Class" in entrypoints/schemas. `errors` are problem codes beyond
    those that follow from the rest of the row. A route that `may_be_open` answers 202 instead
    while it is not known what came of the command.
    """

    key: str
    function: str
    summary: str
    caller: Caller
    scope: str | None = None
    feature: str | None = None
    feature_fields: tuple[str, ...] = ()
    id_prefix: str | None = None
    status: int = 200
    body: str | None = None
    response: str | None = None
    query: tuple[Parameter, ...] = ()
    idempotency: Idempotency = Idempotency.NONE
    may_be_open: bool = False
    if_match: IfMatch = IfMatch.NONE
    errors: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.key.partition(" ")[2]


DEFAULT_ROUTE_KEY = "$default"
DEFAULT_FUNCTION = "settings"
"""Everything that matches no route goes here, without an authorizer: 404 or 405."""

OWN_EDGE_FUNCTIONS = frozenset({"paypal_webhook", "stripe_webhook"})
"""Functions that read their requests themselves: raw bytes, another limit, no token."""

_LIMIT = Parameter(
    "limit", "integer", "How many to answer at most.", default=25, minimum=1, maximum=100
)
_CURSOR = Parameter(
    "cursor", description="`next_cursor` of the page before.", min_length=1, max_length=4096
)
_PAGE = (_LIMIT, _CURSOR)
_PREVIEW = Parameter("preview", "boolean", "Only say what would happen.", default=False)

_REFUND_REFUSALS = (
    "amount_too_precise",
    "currency_mismatch",
    "currency_not_offered",
    "insufficient_balance",
    "never_reached_provider",
    "not_available_yet",
    "payer_account_closed",
    "payment_disputed",
    "payment_not_succeeded",
    "refund_exceeds_remaining",
    "refund_too_late",
    "refused_by_provider",
    "too_many_refunds",
    "unknown_at_provider",
)
_REFUND_LIST = (
    Parameter(
        "status",
        description="Only refunds that stand so.",
        choices=("requested", "pending", "succeeded", "failed", "canceled", "unknown"),
    ),
    *_PAGE,
)
_REFUND_REQUEST_LIST = (
    Parameter(
        "status",
        description="Only requests that stand so.",
        choices=("queued", "approved", "declined"),
    ),
    *_PAGE,
)

_CUSTOMER_LIST = (
    Parameter(
        "search",
        description="Beginnings of words of the name or of parts of the e-mail.",
        min_length=1,
        max_length=100,
    ),
    Parameter(
        "sort",
        description="By creation unless said otherwise; a search, by the word found.",
        choices=("lifetime_value", "created_at", "name", "last_activity_at"),
    ),
    Parameter(
        "order",
        description="Names ascending, everything else descending, unless said otherwise.",
        choices=("asc", "desc"),
    ),
    Parameter(
        "status",
        description="Only customers with a subscription in this state, or deleted ones.",
        choices=(
            "active",
            "trialing",
            "past_due",
            "paused",
            "canceled",
            "expired",
            "incomplete",
            "pending_approval",
            "deleted",
        ),
    ),
    Parameter("test", "boolean", "Only test customers, or none of them."),
    *_PAGE,
)

_SSO = (
    Parameter("token", is_required=True, min_length=1, max_length=4096),
    Parameter(
        "return_to",
        description="Where to go then; one of the shop's return addresses.",
        min_length=1,
        max_length=2048,
    ),
)

_VERB_ERRORS = (
    "operation_in_progress",
    "subscription_is_over",
    "not_offered_by_provider",
    "payer_account_closed",
    "refused_by_provider",
    "unknown_at_provider",
    "never_reached_provider",
)
_PLANNED_ERRORS = (*_VERB_ERRORS, "plan_is_stale")
_CANCEL_ERRORS = (
    *_PLANNED_ERRORS,
    "already_canceling",
    "ends_before",
    "first_payment_missing",
    "subscription_is_paused",
)
_UNDO_CANCEL_ERRORS = (*_PLANNED_ERRORS, "nothing_to_undo")
_PAUSE_ERRORS = (
    *_PLANNED_ERRORS,
    "already_paused",
    "cancellation_pending",
    "change_pending",
    "first_payment_missing",
    "payment_overdue",
)
_RESUME_ERRORS = (
    *_PLANNED_ERRORS,
    "change_pending",
    "first_payment_missing",
    "not_paused",
    "payment_overdue",
)
_CHANGE_ERRORS = (
    *_PLANNED_ERRORS,
    "authentication_required",
    "cancellation_pending",
    "first_payment_missing",
    "installments_are_fixed",
    "nothing_to_change",
    "not_available_yet",
    "offer_not_compatible",
    "payment_failed",
    "payment_overdue",
    "price_is_unknown",
    "several_items",
    "subscription_is_paused",
)

_SETUP_ERRORS = (
    "not_found",
    "payer_account_closed",
    "refused_by_provider",
    "unknown_at_provider",
)
_METHOD_ERRORS = ("not_offered_by_provider", "refused_by_provider", "unknown_at_provider")

_BILLING_FIELDS = ("address", "company", "tax_id", "vat_number")

ROUTES: tuple[Route, ...] = (
    # --- sessions and keys -------------------------------------------------------------------
    Route(
        "POST /v1/sessions/sso",
        "sessions",
        "Exchange a single-use JWT of the shop for a session",
        Caller.ANYONE,
        status=201,
        body="sessions:SsoExchange",
        response="sessions:SessionOpened",
        errors=("invalid_sso_token", "token_already_used"),
    ),
    Route(
        "GET /v1/sso",
        "sessions",
        "Sign in from a browser: set a cookie and go to an allowed address",
        Caller.ANYONE,
        status=303,
        query=_SSO,
        errors=("invalid_sso_token", "token_already_used"),
    ),
    Route(
        "GET /v1/sessions",
        "sessions",
        "List the caller's sessions",
        Caller.SIGNED_IN,
        scope="sessions:read",
        response="sessions:SessionList",
        query=_PAGE,
        errors=("invalid_cursor",),
    ),
    Route(
        "DELETE /v1/sessions/current",
        "sessions",
        "Sign out",
        Caller.SIGNED_IN,
        status=204,
        errors=("not_found",),
    ),
    Route(
        "DELETE /v1/sessions/{id}",
        "sessions",
        "Revoke a session",
        Caller.SIGNED_IN,
        scope="sessions:write",
        id_prefix="ses",
        status=204,
    ),
    Route(
        "POST /v1/api-keys",
        "sessions",
        "Make an API key; its secret is shown once",
        Caller.MERCHANT,
        scope="api_keys:write",
        status=201,
        body="api_keys:ApiKeyCreation",
        response="api_keys:ApiKeyCreated",
        idempotency=Idempotency.OPTIONAL,
    ),
    Route(
        "GET /v1/api-keys",
        "sessions",
        "List the API keys",
        Caller.MERCHANT,
        scope="api_keys:write",
        response="api_keys:ApiKeyList",
        query=_PAGE,
        errors=("invalid_cursor",),
    ),
    Route(
        "DELETE /v1/api-keys/{id}",
        "sessions",
        "Revoke an API key",
        Caller.MERCHANT,
        scope="api_keys:write",
        id_prefix="key",
        status=204,
    ),
    # --- the customer ------------------------------------------------------------------------
    Route(
        "GET /v1/me",
        "profile",
        "Read my profile and what I may do",
        Caller.CUSTOMER,
        response="profile:Profile",
        errors=("not_found",),
    ),
    Route(
        "PATCH /v1/me",
        "profile",
        "Change my profile",
        Caller.CUSTOMER,
        feature="billing_information",
        feature_fields=_BILLING_FIELDS,
        body="profile:ProfilePatch",
        response="profile:Profile",
        if_match=IfMatch.REQUIRED,
        errors=("not_found",),
    ),
    Route(
        "GET /v1/me/subscriptions",
        "subscriptions",
        "List my subscriptions",
        Caller.CUSTOMER,
        response="subscriptions:SubscriptionList",
        query=_PAGE,
        errors=("invalid_cursor", "not_found"),
    ),
    Route(
        "GET /v1/me/subscriptions/{id}",
        "subscriptions",
        "Read one of my subscriptions",
        Caller.CUSTOMER,
        id_prefix="sub",
        response="subscriptions:Subscription",
    ),
    Route(
        "POST /v1/me/subscriptions/{id}/cancel",
        "subscriptions",
        "Cancel one of my subscriptions",
        Caller.CUSTOMER,
        feature="subscription_cancel",
        id_prefix="sub",
        body="subscription_commands:Cancellation",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=(*_CANCEL_ERRORS, "early_end_not_offered"),
    ),
    Route(
        "POST /v1/me/subscriptions/{id}/undo-cancel",
        "subscriptions",
        "Take back a cancellation of one of my subscriptions",
        Caller.CUSTOMER,
        feature="subscription_cancel",
        id_prefix="sub",
        body="subscription_commands:Confirmation",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=(*_UNDO_CANCEL_ERRORS, "planned_by_shop"),
    ),
    Route(
        "POST /v1/me/subscriptions/{id}/pause",
        "subscriptions",
        "Pause one of my subscriptions",
        Caller.CUSTOMER,
        feature="subscription_pause",
        id_prefix="sub",
        body="subscription_commands:Pause",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=_PAUSE_ERRORS,
    ),
    Route(
        "POST /v1/me/subscriptions/{id}/resume",
        "subscriptions",
        "Resume one of my subscriptions",
        Caller.CUSTOMER,
        feature="subscription_pause",
        id_prefix="sub",
        body="subscription_commands:Confirmation",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=_RESUME_ERRORS,
    ),
    Route(
        "POST /v1/me/subscriptions/{id}/change",
        "subscriptions",
        "Change one of my subscriptions to another offer",
        Caller.CUSTOMER,
        feature="subscription_updates",
        id_prefix="sub",
        body="subscription_commands:OfferChange",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=(*_CHANGE_ERRORS, "offer_not_allowed", "planned_by_shop", "proration_not_offered"),
    ),
    Route(
        "DELETE /v1/me/subscriptions/{id}/pending-change",
        "subscriptions",
        "Drop a change that is pending",
        Caller.CUSTOMER,
        feature="subscription_updates",
        id_prefix="sub",
        response="subscription_commands:ChangedSubscription",
        idempotency=Idempotency.OPTIONAL,
        may_be_open=True,
        errors=(*_VERB_ERRORS, "installments_are_fixed", "nothing_to_drop", "planned_by_shop"),
    ),
    Route(
        "POST /v1/me/refund-requests",
        "refunds",
        "Ask for a refund",
        Caller.CUSTOMER,
        status=201,
        body="refund_requests:RefundRequestCreation",
        response="refund_requests:MyRefundRequest",
        idempotency=Idempotency.REQUIRED,
        errors=(
            "card_number_not_allowed",
            "feature_disabled",
            "not_found",
            "nothing_to_refund",
            "refund_request_open",
        ),
    ),
    Route(
        "GET /v1/me/refund-requests",
        "refunds",
        "List my requests for refunds",
        Caller.CUSTOMER,
        response="refund_requests:MyRefundRequestList",
        query=_PAGE,
    ),
    Route(
        "GET /v1/me/payment-methods",
        "payment_methods",
        "List what I pay with, and what each pays",
        Caller.CUSTOMER,
        response="payment_methods:MyPaymentMethodList",
        query=_PAGE,
        errors=("not_found",),
    ),
    Route(
        "POST /v1/me/payment-methods/setup",
        "payment_methods",
        "Begin to add a payment method",
        Caller.CUSTOMER,
        feature="payment_method_updates",
        status=201,
        body="payment_methods:SetupOrder",
        response="payment_methods:Setup",
        idempotency=Idempotency.OPTIONAL,
        errors=(*_SETUP_ERRORS, "no_account_at_provider"),
    ),
    Route(
        "POST /v1/me/payment-methods/setup/confirm",
        "payment_methods",
        "Keep what I have agreed to at the provider; done once, however often it is asked for",
        Caller.CUSTOMER,
        feature="payment_method_updates",
        body="payment_methods:SetupConfirmation",
        response="payment_methods:MyPaymentMethod",
        errors=(*_SETUP_ERRORS, "setup_is_over", "setup_not_approved"),
    ),
    Route(
        "POST /v1/me/payment-methods/{id}/default",
        "payment_methods",
        "Pay all my subscriptions of its provider with it from now on",
        Caller.CUSTOMER,
        feature="payment_method_updates",
        id_prefix="pm",
        response="payment_methods:MyPaymentMethod",
        errors=_METHOD_ERRORS,
    ),
    Route(
        "PATCH /v1/me/payment-methods/{id}",
        "payment_methods",
        "Change the expiry or the billing address of a card",
        Caller.CUSTOMER,
        feature="payment_method_updates",
        id_prefix="pm",
        body="payment_methods:PaymentMethodPatch",
        response="payment_methods:MyPaymentMethod",
        if_match=IfMatch.REQUIRED,
        errors=_METHOD_ERRORS,
    ),
    Route(
        "DELETE /v1/me/payment-methods/{id}",
        "payment_methods",
        "Take a payment method away that no live subscription needs",
        Caller.CUSTOMER,
        feature="payment_method_updates",
        id_prefix="pm",
        status=204,
        errors=(*_METHOD_ERRORS, "payment_method_in_use"),
    ),
    # --- the merchant ------------------------------------------------------------------------
    Route(
        "GET /v1/customers",
        "customers",
        "List, sort and search the customers",
        Caller.MERCHANT,
        scope="customers:read",
        response="customers:CustomerList",
        query=_CUSTOMER_LIST,
        errors=("invalid_cursor", "search_too_broad"),
    ),
    Route(
        "GET /v1/customers/{id}",
        "customers",
        "Read a customer",
        Caller.MERCHANT,
        scope="customers:read",
        id_prefix="cus",
        response="customers:Customer",
    ),
    Route(
        "PATCH /v1/customers/{id}",
        "customers",
        "Change a customer",
        Caller.MERCHANT,
        scope="customers:write",
        id_prefix="cus",
        body="customers:CustomerPatch",
        response="customers:Customer",
        if_match=IfMatch.REQUIRED,
        errors=("external_id_taken",),
    ),
    Route(
        "GET /v1/customers/{id}/subscriptions",
        "subscriptions",
        "List a customer's subscriptions",
        Caller.MERCHANT,
        scope="subscriptions:read",
        id_prefix="cus",
        response="subscriptions:SubscriptionList",
        query=_PAGE,
        errors=("invalid_cursor",),
    ),
    Route(
        "GET /v1/subscriptions/{id}",
        "subscriptions",
        "Read a subscription",
        Caller.MERCHANT,
        scope="subscriptions:read",
        id_prefix="sub",
        response="subscriptions:Subscription",
    ),
    Route(
        "POST /v1/subscriptions/{id}/cancel",
        "subscriptions",
        "Cancel a subscription",
        Caller.MERCHANT,
        scope="subscriptions:write",
        id_prefix="sub",
        body="subscription_commands:MerchantCancellation",
        response="subscription_commands:CanceledSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=(
            *_CANCEL_ERRORS,
            "insufficient_balance",
            "nothing_to_refund",
            "payment_disputed",
            "payment_not_succeeded",
            "refund_exceeds_remaining",
            "refund_needs_end_at_once",
            "refund_too_late",
            "too_many_refunds",
        ),
    ),
    Route(
        "POST /v1/subscriptions/{id}/undo-cancel",
        "subscriptions",
        "Take back a cancellation of a subscription",
        Caller.MERCHANT,
        scope="subscriptions:write",
        id_prefix="sub",
        body="subscription_commands:Confirmation",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=_UNDO_CANCEL_ERRORS,
    ),
    Route(
        "POST /v1/subscriptions/{id}/pause",
        "subscriptions",
        "Pause a subscription",
        Caller.MERCHANT,
        scope="subscriptions:write",
        id_prefix="sub",
        body="subscription_commands:Pause",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=_PAUSE_ERRORS,
    ),
    Route(
        "POST /v1/subscriptions/{id}/resume",
        "subscriptions",
        "Resume a subscription",
        Caller.MERCHANT,
        scope="subscriptions:write",
        id_prefix="sub",
        body="subscription_commands:Confirmation",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=_RESUME_ERRORS,
    ),
    Route(
        "POST /v1/subscriptions/{id}/change",
        "subscriptions",
        "Change a subscription to another offer",
        Caller.MERCHANT,
        scope="subscriptions:write",
        id_prefix="sub",
        body="subscription_commands:OfferChange",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=_CHANGE_ERRORS,
    ),
    Route(
        "POST /v1/subscriptions/{id}/price",
        "subscriptions",
        "Change what a subscription costs",
        Caller.MERCHANT,
        scope="subscriptions:write",
        id_prefix="sub",
        body="subscription_commands:PriceChange",
        response="subscription_commands:ChangedSubscription",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=(
            *_CHANGE_ERRORS,
            "amount_not_divisible",
            "amount_too_large",
            "amount_too_precise",
            "change_pending",
            "currency_not_offered",
        ),
    ),
    Route(
        "DELETE /v1/subscriptions/{id}/pending-change",
        "subscriptions",
        "Drop a change that is pending",
        Caller.MERCHANT,
        scope="subscriptions:write",
        id_prefix="sub",
        response="subscription_commands:ChangedSubscription",
        idempotency=Idempotency.OPTIONAL,
        may_be_open=True,
        errors=(*_VERB_ERRORS, "installments_are_fixed", "nothing_to_drop"),
    ),
    Route(
        "GET /v1/customers/{id}/transactions",
        "transactions",
        "List a customer's transactions, newest first",
        Caller.MERCHANT,
        scope="transactions:read",
        id_prefix="cus",
        response="transactions:TransactionList",
        query=_PAGE,
        errors=("invalid_cursor",),
    ),
    Route(
        "GET /v1/transactions/{id}",
        "transactions",
        "Read a transaction",
        Caller.MERCHANT,
        scope="transactions:read",
        id_prefix="txn",
        response="transactions:Transaction",
    ),
    Route(
        "POST /v1/transactions/{id}/refunds",
        "refunds",
        "Refund a payment, or a part of it",
        Caller.MERCHANT,
        scope="refunds:write",
        id_prefix="txn",
        status=201,
        body="refunds:RefundCreation",
        response="refunds:Refund",
        query=(_PREVIEW,),
        idempotency=Idempotency.REQUIRED,
        may_be_open=True,
        errors=(
            "access_is_revoked",
            "card_number_not_allowed",
            "operation_in_progress",
            "payment_grants_no_access",
            "payment_has_no_subscription",
            "plan_is_stale",
            "subscription_is_over",
            *_REFUND_REFUSALS,
        ),
    ),
    Route(
        "GET /v1/refunds",
        "refunds",
        "List the refunds, newest first",
        Caller.MERCHANT,
        scope="transactions:read",
        response="refunds:RefundList",
        query=_REFUND_LIST,
    ),
    Route(
        "GET /v1/refunds/{id}",
        "refunds",
        "Read a refund",
        Caller.MERCHANT,
        scope="transactions:read",
        id_prefix="ref",
        response="refunds:Refund",
    ),
    Route(
        "GET /v1/refund-requests",
        "refunds",
        "List the customers' requests for refunds, newest first",
        Caller.MERCHANT,
        scope="transactions:read",
        response="refund_requests:RefundRequestList",
        query=_REFUND_REQUEST_LIST,
    ),
    Route(
        "GET /v1/refund-requests/{id}",
        "refunds",
        "Read a request for a refund",
        Caller.MERCHANT,
        scope="transactions:read",
        id_prefix="rrq",
        response="refund_requests:RefundRequest",
    ),
    Route(
        "POST /v1/refund-requests/{id}/approve",
        "refunds",
        "Approve a request: the refund is made",
        Caller.MERCHANT,
        scope="refunds:write",
        id_prefix="rrq",
        response="refund_requests:RefundRequest",
        idempotency=Idempotency.OPTIONAL,
        errors=("refund_request_decided", *_REFUND_REFUSALS),
    ),
    Route(
        "POST /v1/refund-requests/{id}/decline",
        "refunds",
        "Decline a request, and tell the customer why",
        Caller.MERCHANT,
        scope="refunds:write",
        id_prefix="rrq",
        body="refund_requests:RefundRequestRefusal",
        response="refund_requests:RefundRequest",
        idempotency=Idempotency.OPTIONAL,
        errors=("card_number_not_allowed", "refund_request_decided"),
    ),
    Route(
        "POST /v1/exports",
        "exports",
        "Start an export",
        Caller.MERCHANT,
        scope="exports:write",
        status=202,
        body="exports:ExportCreation",
        response="exports:Export",
        idempotency=Idempotency.REQUIRED,
    ),
    Route(
        "GET /v1/exports",
        "exports",
        "List the exports, newest first",
        Caller.MERCHANT,
        scope="exports:read",
        response="exports:ExportList",
        query=_PAGE,
        errors=("invalid_cursor",),
    ),
    Route(
        "GET /v1/exports/{id}",
        "exports",
        "Read an export: progress, rows, checksum, download address",
        Caller.MERCHANT,
        scope="exports:read",
        id_prefix="exp",
        response="exports:Export",
    ),
    Route(
        "GET /v1/settings",
        "settings",
        "Read the shop's settings",
        Caller.MERCHANT,
        scope="settings:read",
        response="settings:Settings",
    ),
    Route(
        "PUT /v1/settings",
        "settings",
        "Change the shop's settings; what is left out stays as it is",
        Caller.MERCHANT,
        scope="settings:write",
        body="settings:SettingsUpdate",
        response="settings:Settings",
        if_match=IfMatch.OPTIONAL,
    ),
    # --- everybody ---------------------------------------------------------------------------
    Route(
        "GET /v1/storefront",
        "settings",
        "Read what the sign-in page shows",
        Caller.ANYONE,
        response="settings:Storefront",
    ),
    Route(
        "GET /v1/health",
        "settings",
        "Say whether the tables answer",
        Caller.ANYONE,
        response="settings:Health",
    ),
    Route(
        "GET /v1/openapi.json",
        "settings",
        "Read this document",
        Caller.ANYONE,
    ),
    Route(
        "POST /webhooks/stripe",
        "stripe_webhook",
        "Take an event of Stripe",
        Caller.ANYONE,
        errors=(
            "invalid_signature",
            "malformed_json",
            "malformed_event",
            "wrong_environment",
            "body_too_large",
        ),
    ),
    Route(
        "POST /webhooks/paypal",
        "paypal_webhook",
        "Take an event of PayPal",
        Caller.ANYONE,
        errors=("invalid_signature", "malformed_json", "malformed_event", "body_too_large"),
    ),
)
