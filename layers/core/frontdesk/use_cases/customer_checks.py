"""A change to contact data, tidied and checked before it is merged."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from frontdesk.domain.card_number import has_card_number
from frontdesk.domain.customer import Customer
from frontdesk.domain.customer_change import (
    MOST_NAMES,
    UNSET,
    AddressChange,
    Change,
    CompanyChange,
    CustomerChange,
    SocialChange,
    Unset,
)
from frontdesk.domain.errors import FieldProblem, InvalidInputError
from frontdesk.domain.ids import is_id
from frontdesk.domain.settings import CustomField
from frontdesk.ports.contact_checks import ContactChecks, InvalidValueError

_BREAKS = "\n\r\t"
_CARD_NUMBER = ("card_number_not_allowed", "Card numbers must not be sent here.")
_CONTROL = ("invalid_characters", "Control characters are not allowed.")

type Rule = Callable[[str], str]


def merged(
    change: CustomerChange,
    *,
    current: Customer,
    checks: ContactChecks,
    custom_fields: tuple[CustomField, ...],
) -> Customer:
    """The customer with the change in it. Raises InvalidInputError, see `checked_change`."""
    checked = checked_change(change, current=current, checks=checks, custom_fields=custom_fields)
    after = checked.apply_to(current)
    _ensure_bounded(after)
    return after


def checked_change(
    change: CustomerChange,
    *,
    current: Customer,
    checks: ContactChecks,
    custom_fields: tuple[CustomField, ...],
) -> CustomerChange:
    """The change as it may be merged; texts without content become None.

    Only what the change names is looked at: what stands there already came from a provider.
    `custom_fields` are the shop's definitions; a field without one is held as it came.
    Raises InvalidInputError with every problem at once.
    """
    check = _Check(change, current=current, checks=checks)
    result = replace(
        change,
        name=check.text("name", change.name),
        email=check.text("email", change.email, rule=checks.email),
        phone=check.phone(change.phone),
        address=check.address(change.address),
        company=check.company(change.company),
        tax_id=check.number("tax_id", change.tax_id, rule=checks.tax_id),
        vat_number=check.number("vat_number", change.vat_number, rule=checks.vat_number),
        time_zone=check.text("time_zone", change.time_zone, rule=checks.time_zone),
        locale=check.text("locale", change.locale, rule=checks.locale),
        notification_preferences=check.keys(
            "notification_preferences", change.notification_preferences
        ),
        social=check.social(change.social),
        custom_fields=check.custom_fields(change.custom_fields, definitions=custom_fields),
        external_id=check.text("external_id", change.external_id),
    )
    if isinstance(result.external_id, str) and is_id(result.external_id, "cus"):
        message = "This is the form of Frontdesk's own ids; use your system's."
        check.problems.append(FieldProblem("external_id", "reserved", message))
    if check.problems:
        raise InvalidInputError(problems=tuple(check.problems))
    return result


def _ensure_bounded(customer: Customer) -> None:
    """Changes add up; an item does not grow without end. Raises InvalidInputError."""
    maps = {
        "custom_fields": customer.custom_fields,
        "notification_preferences": customer.notification_preferences,
        "social.usernames": customer.social.usernames,
    }
    problems = tuple(
        FieldProblem(field, "too_long", f"There can be {MOST_NAMES} names at most.")
        for field, names in maps.items()
        if len(names) > MOST_NAMES
    )
    if problems:
        raise InvalidInputError(problems=problems)


class _Check:
    def __init__(self, change: CustomerChange, *, current: Customer, checks: ContactChecks) -> None:
        self.problems: list[FieldProblem] = []
        self._checks = checks
        self._country = _country_after(change, current)

    def text(
        self,
        field: str,
        value: Change[str],
        *,
        rule: Rule | None = None,
        breaks: str = "",
        may_hold_digits: bool = False,
    ) -> Change[str]:
        if value is None or isinstance(value, Unset):
            return value
        text = value.strip()
        if _has_control_character(text, allowed=breaks):
            return self._refused(field, *_CONTROL)
        if not may_hold_digits and has_card_number(text):
            return self._refused(field, *_CARD_NUMBER)
        try:
            return rule(text) if rule and text else text or None
        except InvalidValueError as invalid:
            return self._refused(field, invalid.code, invalid.message)

    def phone(self, value: Change[str]) -> Change[str]:
        return self.text(
            "phone",
            value,
            rule=lambda text: self._checks.phone(text, country=self._country),
            may_hold_digits=True,  # the check itself tells numbers of cards from those of phones
        )

    def number(
        self, field: str, value: Change[str], *, rule: Callable[..., str] | None = None
    ) -> Change[str]:
        """A registered number may pass a card's checksum: many of them use the same one."""
        country = self._country
        is_registered = isinstance(value, str) and self._checks.is_registered_number(
            value.strip(), country=country
        )
        return self.text(
            field,
            value,
            rule=(lambda text: rule(text, country=country)) if rule else None,
            may_hold_digits=is_registered,
        )

    def address(self, change: Change[AddressChange]) -> Change[AddressChange]:
        if not isinstance(change, AddressChange):
            return change
        return AddressChange(
            line1=self.text("address.line1", change.line1),
            line2=self.text("address.line2", change.line2),
            city=self.text("address.city", change.city),
            state=self.text("address.state", change.state),
            postal_code=self.text("address.postal_code", change.postal_code),
            country=self.text("address.country", change.country, rule=self._checks.country),
        )

    def company(self, change: Change[CompanyChange]) -> Change[CompanyChange]:
        if not isinstance(change, CompanyChange):
            return change
        return CompanyChange(
            name=self.text("company.name", change.name),
            id=self.number("company.id", change.id),
            email=self.text("company.email", change.email, rule=self._checks.email),
        )

    def social(self, change: Change[SocialChange]) -> Change[SocialChange]:
        if not isinstance(change, SocialChange):
            return change
        return SocialChange(
            bio=self.text("social.bio", change.bio, breaks=_BREAKS),
            location=self.text("social.location", change.location),
            usernames=self._usernames(change.usernames),
        )

    def keys[T](self, field: str, value: Change[Mapping[str, T]]) -> Change[Mapping[str, T]]:
        """Names that the caller chooses are text like any other."""
        if isinstance(value, Mapping):
            for key in value:
                self.text(f"{field}.{key}", key)
        return value

    def custom_fields(
        self, value: Change[Mapping[str, Any]], *, definitions: tuple[CustomField, ...]
    ) -> Change[Mapping[str, Any]]:
        if not isinstance(value, Mapping):
            return value
        self.keys("custom_fields", value)
        types = {definition.key: definition.type for definition in definitions}
        return {
            key: self._custom_value(f"custom_fields.{key}", content, type_name=types.get(key))
            for key, content in value.items()
        }

    def _custom_value(self, field: str, value: Any, *, type_name: str | None) -> Any:
        if value is not None and type_name and not _has_type(value, type_name):
            return self._refused(field, "wrong_type", f"The shop defines this as {type_name}.")
        if isinstance(value, str):
            return self.text(field, value, breaks=_BREAKS)
        if isinstance(value, int) and has_card_number(str(value)):
            return self._refused(field, *_CARD_NUMBER)
        return value

    def _usernames(self, value: Change[Mapping[str, str | None]]) -> Any:
        if not isinstance(value, Mapping):
            return value
        self.keys("social.usernames", value)
        return {key: self.text(f"social.usernames.{key}", name) for key, name in value.items()}

    def _refused(self, field: str, code: str, message: str) -> Unset:
        self.problems.append(FieldProblem(field, code, message))
        return UNSET


def _country_after(change: CustomerChange, current: Customer) -> str | None:
    """The country in which numbers are read: the one that the change brings, if any."""
    if change.address is None:
        return None
    named = change.address.country if isinstance(change.address, AddressChange) else UNSET
    country = current.address.country if isinstance(named, Unset) else named
    is_code = country is not None and len(country) == 2 and country.isascii()
    return country.upper() if country and is_code else None


def _has_control_character(text: str, *, allowed: str) -> bool:
    """Right-to-left marks and joiners belong to names; these do not."""
    return any(unicodedata.category(c) in ("Cc", "Cs") and c not in allowed for c in text)


def _has_type(value: object, type_name: str) -> bool:
    match type_name:
        case "boolean":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case _:
            return isinstance(value, str)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
