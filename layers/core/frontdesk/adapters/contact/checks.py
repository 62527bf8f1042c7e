"""Contact data checked with the libraries that know it; each is loaded when first needed."""

import re

from frontdesk.adapters.contact.tax_numbers import (
    is_registered_number,
    tax_id,
    vat_number,
)
from frontdesk.domain.card_number import has_card_number
from frontdesk.ports.contact_checks import InvalidValueError

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_LOCALE = re.compile(
    # https://www.rfc-editor.org/rfc/rfc5646#section-2.1, without extensions
    r"(?P<language>[a-z]{2,3})(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)",
    re.ASCII | re.IGNORECASE,
)
_KOSOVO = "XK"
"""Not in ISO 3166, but everywhere else: providers and posts use it."""


class LibraryContactChecks:
    def email(self, text: str) -> str:
        from email_validator import (  # noqa: PLC0415 - only where an address is written
            EmailNotValidError,
            validate_email,
        )

        try:
            # The name servers are not asked: an answer must not hang on somebody else's.
            return validate_email(
                text, check_deliverability=False, test_environment=True
            ).normalized
        except EmailNotValidError as error:
            raise InvalidValueError("invalid_email", str(error)) from None

    def phone(self, text: str, *, country: str | None) -> str:
        from phonenumbers import (  # noqa: PLC0415 - a heavy one: every country's numbering plan
            SUPPORTED_REGIONS,
            NumberParseException,
            PhoneNumberFormat,
            format_number,
            is_possible_number,
            is_valid_number,
            parse,
        )

        looks_like_card = has_card_number(text)
        if looks_like_card and not text.startswith("+"):
            raise _card_number()
        try:
            region = country if country in SUPPORTED_REGIONS else None
            number = parse(text, region)
        except NumberParseException as error:
            is_local = error.error_type == NumberParseException.INVALID_COUNTRY_CODE
            if is_local and "+" not in text and region is None and _is_plausible(text):
                return text
            raise (_card_number() if looks_like_card else _invalid_phone()) from None
        if looks_like_card and not is_valid_number(number):
            raise _card_number()
        if not is_possible_number(number):
            raise _invalid_phone()
        extension = f";ext={number.extension}" if number.extension else ""
        return str(format_number(number, PhoneNumberFormat.E164)) + extension

    def country(self, text: str) -> str:
        from pycountry import countries  # noqa: PLC0415 - only where an address is written

        code = text.upper()
        if len(code) == 2 and (code == _KOSOVO or countries.get(alpha_2=code) is not None):
            return code
        raise InvalidValueError("invalid_country", "Give an ISO 3166 code of two letters.")

    def time_zone(self, text: str) -> str:
        from zoneinfo import available_timezones  # noqa: PLC0415 - walks a folder of files

        known = available_timezones()
        # A machine without a zone database knows none, and can only look at the form.
        if text in known if known else _ZONE.fullmatch(text):
            return text
        raise InvalidValueError(
            "invalid_time_zone", "Give a name of the IANA database, such as Europe/Copenhagen."
        )

    def locale(self, text: str) -> str:
        match = _LOCALE.fullmatch(text.replace("_", "-"))
        if match is None:
            raise InvalidValueError(
                "invalid_locale", "Give a BCP 47 language tag, such as en-GB or zh-Hant-TW."
            )
        script, region = match["script"], match["region"]
        parts = [match["language"].lower()]
        parts += [script.title()] if script else []
        parts += [region.upper()] if region else []
        return "-".join(parts) + match["variants"].lower()

    def tax_id(self, text: str, *, country: str | None) -> str:
        return tax_id(text, country=country)

    def vat_number(self, text: str, *, country: str | None) -> str:
        return vat_number(text, country=country)

    def is_registered_number(self, text: str, *, country: str | None) -> bool:
        return is_registered_number(text, country=country)


def _is_plausible(text: str) -> bool:
    """A local number of a country that we do not know."""
    digits = sum(map(str.isdigit, text))
    return 4 <= digits <= 15 and all(c.isdigit() or c in " -./()" for c in text)


def _invalid_phone() -> InvalidValueError:
    return InvalidValueError(
        "invalid_phone", "Give a telephone number with its country code, such as +45 20 00 00 24."
    )


def _card_number() -> InvalidValueError:
    return InvalidValueError("card_number_not_allowed", "Card numbers must not be sent here.")
