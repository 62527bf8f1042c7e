"""Pages of profiles, straight from DynamoDB's JSON into rows of an export.

Every attribute that an export shows is declared, with what stands for it when it is absent or
null. Anything else in its place, a number where text belongs, is an error that names the place:
a row is never dropped and never half read.
"""

from functools import cache
from typing import Any

from msgspec import DecodeError, Raw, Struct, ValidationError, defstruct, field
from msgspec.json import Decoder

from frontdesk.adapters.dynamodb.profile_item import lifetime_value_attribute
from frontdesk.domain.customer import CustomerStatus
from frontdesk.domain.export import ExportBrokenError, ExportFilter
from frontdesk.domain.export_rows import CustomerRow
from frontdesk.ports.exports import CustomerPage


class _Id(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    S: str


class _Text(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    S: str = ""
    NULL: bool = False


class _Number(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    N: str = "0"
    NULL: bool = False


class _Flag(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    BOOL: bool = False
    NULL: bool = False


_NO_TEXT, _NO_NUMBER, _NO_FLAG = _Text(), _Number(), _Flag()


class _AddressFields(Struct, frozen=True, gc=False):
    line1: _Text = _NO_TEXT
    line2: _Text = _NO_TEXT
    city: _Text = _NO_TEXT
    state: _Text = _NO_TEXT
    postal_code: _Text = _NO_TEXT
    country: _Text = _NO_TEXT


class _CompanyFields(Struct, frozen=True, gc=False):
    name: _Text = _NO_TEXT
    id: _Text = _NO_TEXT
    email: _Text = _NO_TEXT


_NO_ADDRESS, _NO_COMPANY = _AddressFields(), _CompanyFields()


class _Address(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    M: _AddressFields = _NO_ADDRESS
    NULL: bool = False


class _Company(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    M: _CompanyFields = _NO_COMPANY
    NULL: bool = False


class _Profile(Struct, frozen=True, gc=False, kw_only=True):
    """Its lifetime value is another attribute in each currency: see `_page_decoder`."""

    customer_id: _Id
    name: _Text = _NO_TEXT
    email: _Text = _NO_TEXT
    phone: _Text = _NO_TEXT
    address: _Address = _Address()
    company: _Company = _Company()
    tax_id: _Text = _NO_TEXT
    vat_number: _Text = _NO_TEXT
    status: _Text = _Text(CustomerStatus.ACTIVE)
    is_test: _Flag = _NO_FLAG
    lifetime_value: _Number = _NO_NUMBER


def profile_attributes(currency: str) -> tuple[str, ...]:
    """What has to be read of a profile, and no more."""
    return (*_Profile.__struct_fields__[:-1], lifetime_value_attribute(currency))


@cache
def _page_decoder(currency: str) -> Decoder[Any]:
    value = field(default=_NO_NUMBER, name=lifetime_value_attribute(currency))
    profile = defstruct(
        "ProfileInCurrency",
        [("lifetime_value", _Number, value)],
        bases=(_Profile,),
        frozen=True,
        gc=False,
        kw_only=True,
    )
    no_key = Raw(b"")
    page = defstruct("Page", [("Items", list[profile]), ("LastEvaluatedKey", Raw, no_key)])  # type: ignore[valid-type]  # a class made at run time
    return Decoder(page)


def page_of(content: bytes, *, currency: str, wanted: ExportFilter) -> CustomerPage:
    """Raises ExportBrokenError, which names the place and never what stands there."""
    place = ""
    try:
        page = _page_decoder(currency).decode(content)
        profiles = page.Items if wanted.takes_all else [p for p in page.Items if _is_in(p, wanted)]
        rows = [_row_of(profile) for profile in profiles]
    except ValidationError as error:
        place = str(error)
    except (DecodeError, ValueError) as error:
        place = type(error).__name__
    else:
        return CustomerPage(rows, bytes(page.LastEvaluatedKey).decode() or None)
    # Outside the except: the cause could carry a row into a log.
    raise ExportBrokenError(f"A row is not a customer's: {place}", code="row_malformed")


def _is_in(profile: _Profile, wanted: ExportFilter) -> bool:
    if wanted.is_test is not None and wanted.is_test != profile.is_test.BOOL:
        return False
    return wanted.status is None or wanted.status == profile.status.S


def _row_of(profile: _Profile) -> CustomerRow:
    address, company = profile.address.M, profile.company.M
    street, more = address.line1.S, address.line2.S
    return CustomerRow(
        profile.customer_id.S,
        profile.name.S,
        profile.email.S,
        company.name.S,
        company.id.S,
        company.email.S,
        profile.tax_id.S,
        profile.phone.S,
        f"{street}, {more}" if street and more else street or more,
        address.city.S,
        address.state.S,
        address.postal_code.S,
        address.country.S,
        profile.vat_number.S,
        int(profile.lifetime_value.N),
    )
