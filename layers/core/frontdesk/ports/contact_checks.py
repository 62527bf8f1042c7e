"""What the world knows about contact data: telephone plans, countries, tax numbers."""

from typing import Protocol


class InvalidValueError(Exception):
    """The text is not what it should be; the message says what to do, without quoting it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class ContactChecks(Protocol):
    """Each check answers the text as it is to be kept, or raises InvalidValueError.

    `country` is the customer's ISO 3166 code, None when it is not known. What is merely unknown
    is kept as it came: a number is refused only where its kind is known and it cannot be right.
    """

    def email(self, text: str) -> str: ...

    def phone(self, text: str, *, country: str | None) -> str:
        """In E.164, where it can be told to which country the number belongs."""
        ...

    def country(self, text: str) -> str: ...

    def time_zone(self, text: str) -> str: ...

    def locale(self, text: str) -> str: ...

    def tax_id(self, text: str, *, country: str | None) -> str: ...

    def vat_number(self, text: str, *, country: str | None) -> str: ...

    def is_registered_number(self, text: str, *, country: str | None) -> bool:
        """Whether it is a tax, VAT or company number of the country, its check digits included."""
        ...
