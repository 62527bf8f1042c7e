"""The customer's own profile."""

from dataclasses import dataclass, replace

from frontdesk.domain.customer import Customer
from frontdesk.domain.customer_change import CustomerChange, Unset
from frontdesk.domain.errors import FieldProblem, InvalidInputError, NotFoundError
from frontdesk.domain.settings import Settings
from frontdesk.ports.profiles import ProfileReader
from frontdesk.use_cases.customer_checks import merged
from frontdesk.use_cases.customers import Editing, read_version

BILLING_FIELDS = ("email", "address", "company", "tax_id", "vat_number")
"""What the switch `billing_information` hides, and refuses to change."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer beside the settings that say what of it the customer sees and may do."""

    customer: Customer
    settings: Settings


def read_profile(customer_id: str, *, profiles: ProfileReader) -> Profile:
    """Raises NotFoundError."""
    customer, settings = profiles.read(customer_id)
    if customer is None:
        raise NotFoundError
    return Profile(customer, settings)


def change_profile(
    customer_id: str,
    change: CustomerChange,
    *,
    expected_version: int,
    editing: Editing,
) -> Profile:
    """A customer's own change is activity, whether or not anything is different afterwards.

    Raises NotFoundError, VersionConflictError, InvalidInputError.
    """
    before = read_version(customer_id, expected_version, customers=editing.customers)
    settings = editing.settings.read()
    after = merged(
        _within(change, editable_fields(settings)),
        current=before,
        checks=editing.checks,
        custom_fields=settings.custom_fields,
    )
    saved = editing.customers.save(before, after, at=editing.clock.now(), is_activity=True)
    return Profile(saved, settings)


def editable_fields(settings: Settings) -> frozenset[str]:
    """The custom fields that a customer sees and edits; the others are the shop's own notes."""
    return frozenset(d.key for d in settings.custom_fields if d.is_editable_by_customer)


def _within(change: CustomerChange, editable: frozenset[str]) -> CustomerChange:
    """The change, if all custom fields in it are the customer's to edit; null empties only those.

    Raises InvalidInputError.
    """
    named = change.custom_fields
    if named is None:
        return replace(change, custom_fields=dict.fromkeys(editable))
    if isinstance(named, Unset):
        return change
    problems = tuple(
        FieldProblem(f"custom_fields.{key}", "not_editable", "The shop alone edits this field.")
        for key in named
        if key not in editable
    )
    if problems:
        raise InvalidInputError(problems=problems)
    return change
