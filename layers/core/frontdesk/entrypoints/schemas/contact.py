"""What is said of a person, by the customer and by the merchant: texts, bodies, answers."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from frontdesk.domain import customer_change as domain
from frontdesk.entrypoints.schemas.common import LARGEST_INTEGER, Answer, Change, Version

_TEXT = r"^[^\x00-\x1f\x7f-\x9f]*$"
_TEXT_WITH_BREAKS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"


def _line(max_length: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=max_length, pattern=_TEXT)


Name = Annotated[str, _line(256)]
AddressLine = Annotated[str, _line(200)]
ShortText = Annotated[str, _line(100)]
Number = Annotated[str, _line(64)]
Email = Annotated[
    str,
    StringConstraints(
        min_length=3, max_length=254, pattern=r"^[^@\x00-\x20\x7f-\x9f]+@[^@\x00-\x20\x7f-\x9f]+$"
    ),
    Field(json_schema_extra={"format": "email"}),
]
Phone = Annotated[
    str,
    _line(40),
    Field(description="Kept in E.164 where its country is known.", examples=["+4520000024"]),
]
Country = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2}$"),
    Field(description="ISO 3166, two letters.", examples=["DK"]),
]
TimeZone = Annotated[
    str, _line(64), Field(description="An IANA name.", examples=["Europe/Copenhagen"])
]
Locale = Annotated[str, _line(35), Field(description="A BCP 47 tag.", examples=["da-DK"])]
Biography = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, pattern=_TEXT_WITH_BREAKS)
]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Network = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
FieldValue = (
    Annotated[str, StringConstraints(max_length=500, pattern=_TEXT_WITH_BREAKS)]
    | Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
    | bool
)

_Names = Field(max_length=domain.MOST_NAMES, json_schema_extra={"additionalProperties": False})


# --- bodies ------------------------------------------------------------------------------------


class AddressPatch(Change):
    line1: AddressLine | None = None
    line2: AddressLine | None = None
    city: ShortText | None = None
    state: ShortText | None = None
    postal_code: Annotated[str, _line(32)] | None = None
    country: Country | None = None


class CompanyPatch(Change):
    name: Name | None = None
    id: Number | None = None
    email: Email | None = None


class SocialPatch(Change):
    bio: Biography | None = None
    location: AddressLine | None = None
    usernames: Annotated[dict[Network, ShortText | None], _Names] | None = None


class ContactPatch(Change):
    """Merged into what stands (RFC 7396): what is left out stays, null empties."""

    name: Name | None = None
    phone: Phone | None = None
    address: AddressPatch | None = None
    company: CompanyPatch | None = None
    tax_id: Number | None = None
    vat_number: Number | None = None
    time_zone: TimeZone | None = None
    locale: Locale | None = None
    notification_preferences: Annotated[dict[Key, bool | None], _Names] | None = None
    social: SocialPatch | None = None
    custom_fields: Annotated[dict[Key, FieldValue | None], _Names] | None = None

    def change(self) -> domain.CustomerChange:
        given = _given(self)
        for name, kind in _PARTS.items():
            if isinstance(given.get(name), BaseModel):
                given[name] = kind(**_given(given[name]))
        return domain.CustomerChange(**given)


_PARTS: dict[str, Any] = {
    "address": domain.AddressChange,
    "company": domain.CompanyChange,
    "social": domain.SocialChange,
}


def _given(model: BaseModel) -> dict[str, Any]:
    """What the body holds, without the defaults."""
    return {name: getattr(model, name) for name in model.model_fields_set}


# --- answers -----------------------------------------------------------------------------------


class Address(Answer):
    line1: str | None
    line2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None


class Company(Answer):
    name: str | None
    id: str | None
    email: str | None


class Social(Answer):
    bio: str | None
    location: str | None
    usernames: dict[str, str]


class Contact(Answer):
    name: str | None
    email: str | None
    phone: str | None
    tax_id: str | None
    vat_number: str | None
    time_zone: str | None
    locale: str | None
    notification_preferences: dict[str, bool]
    social: Social
    custom_fields: dict[str, str | int | bool]
    avatar_url: str | None
    version: Version
