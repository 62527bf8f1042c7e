"""The customer's own profile."""

from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic.json_schema import SkipJsonSchema

from frontdesk.entrypoints.schemas.common import Answer, CustomerId, Moment
from frontdesk.entrypoints.schemas.contact import Address, Company, Contact, ContactPatch


def _refuse(value: Any) -> Any:
    raise ValueError("An e-mail address is changed at POST /v1/me/email-change.")


class ProfilePatch(ContactPatch):
    """Merged into what stands (RFC 7396): what is left out stays, null empties.

    Of `custom_fields`, those that the shop lets customers edit.
    """

    email: SkipJsonSchema[Annotated[str | None, BeforeValidator(_refuse)]] = None


class Features(Answer):
    """What the shop's visibility settings let this customer do."""

    order_history: bool
    billing_information: bool
    credit_memos: bool
    payment_method_updates: bool
    subscription_updates: bool
    subscription_cancel: bool
    subscription_pause: bool
    course_enrollments: bool


class Profile(Contact):
    """With billing information switched off, `email`, `address`, `company`, `tax_id` and
    `vat_number` are null."""

    id: CustomerId
    address: Address | None
    company: Company | None
    lifetime_since: Moment
    features: Features
