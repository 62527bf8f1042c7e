"""Tax, VAT and company numbers, checked with python-stdnum where the country is known."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from frontdesk.ports.contact_checks import InvalidValueError

_TAX_NUMBERS = {
    # Every kind of number that people and companies of the country give as their tax number.
    # A kind that is missing here costs a wrong refusal, so a country is listed whole or not.
    "AR": ("cuit",),
    "AT": ("tin", "uid", "businessid"),
    "AU": ("abn", "tfn", "acn"),
    "BE": ("vat", "nn", "bis"),
    "BR": ("cnpj", "cpf"),
    "CA": ("bn", "sin"),
    "CH": ("uid", "vat", "ssn"),
    "CL": ("rut",),
    "CZ": ("dic", "rc"),
    "DE": ("idnr", "stnr", "vat"),
    "DK": ("cvr", "cpr"),
    "ES": ("nif", "cif", "nie", "dni"),
    "FI": ("ytunnus", "alv", "hetu", "veronumero"),
    "FR": ("nif", "siren", "siret", "tva", "nir"),
    "GB": ("utr", "vat"),
    "IE": ("pps", "vat"),
    "IN": ("pan", "gstin"),
    "IT": ("iva", "codicefiscale"),
    "MX": ("rfc",),
    "NL": ("btw", "bsn"),
    "NO": ("orgnr", "mva", "fodselsnummer"),
    "NZ": ("ird",),
    "PL": ("nip", "pesel", "regon"),
    "PT": ("nif",),
    "SE": ("orgnr", "vat", "personnummer"),
    "US": ("tin", "ein", "ssn", "itin", "atin", "ptin"),
}
_PACKAGES = {"IN": "in_", "IS": "is_"}
_VAT_PREFIXES = {"EL": "GR", "XI": "GB"}
"""Greece and Northern Ireland write their VAT numbers with prefixes of their own."""


def tax_id(text: str, *, country: str | None) -> str:
    """Refused only where it has the shape of one of the country's numbers and a wrong digit."""
    from stdnum.exceptions import (  # noqa: PLC0415 - only where a tax number is written
        InvalidChecksum,
        ValidationError,
    )

    has_wrong_digit = False
    for module in _tax_modules(country):
        try:
            module.validate(text)
        except InvalidChecksum:
            has_wrong_digit = True
        except ValidationError:
            continue
        else:
            return text
    if has_wrong_digit:
        raise InvalidValueError(
            "invalid_tax_id", "The check digits are wrong for the country of the address."
        )
    return text


def vat_number(text: str, *, country: str | None) -> str:
    """Refused where the country, by prefix or by address, has VAT numbers of another form."""
    modules = list(_vat_modules(text, country))
    if modules and not any(module.is_valid(text) for module in modules):
        raise InvalidValueError(
            "invalid_vat_number", "This is not a VAT number of the country; check its digits."
        )
    return text


def is_registered_number(text: str, *, country: str | None) -> bool:
    modules = (*_tax_modules(country), *_vat_modules(text, country))
    return any(module.is_valid(text) for module in modules)


def _tax_modules(country: str | None) -> Iterator[Any]:
    for name in _TAX_NUMBERS.get(country or "", ()):
        package = _PACKAGES.get(country or "", (country or "").lower())
        yield import_module(f"stdnum.{package}.{name}")


def _vat_modules(text: str, country: str | None) -> Iterator[Any]:
    from stdnum.util import get_cc_module  # noqa: PLC0415 - only where a tax number is written

    prefix = text[:2].upper()
    codes = dict.fromkeys(c for c in (_VAT_PREFIXES.get(prefix, prefix), country) if c)
    for code in codes:
        if code.isascii() and code.isalpha() and (module := get_cc_module(code, "vat")):
            yield module
