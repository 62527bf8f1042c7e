"""A customer as the customer itself sees it."""

from typing import Any

from frontdesk.entrypoints.presenters.common import present_moment
from frontdesk.entrypoints.presenters.customers import present_contact
from frontdesk.use_cases.profile import BILLING_FIELDS, Profile, editable_fields


def present_profile(profile: Profile) -> dict[str, Any]:
    """Where the shop has switched billing information off, its part of the profile is empty."""
    customer, settings = profile.customer, profile.settings
    shown = present_contact(customer)
    if not settings.is_on("billing_information"):
        shown |= dict.fromkeys(BILLING_FIELDS)
    fields = editable_fields(settings)
    return {
        "id": customer.id,
        **shown,
        "custom_fields": {k: v for k, v in customer.custom_fields.items() if k in fields},
        "avatar_url": None,
        "lifetime_since": present_moment(customer.created_at),
        "features": dict(settings.features),
        "version": customer.version,
    }
