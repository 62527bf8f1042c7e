"""What people write freely never holds the number of a card."""

from frontdesk.domain.card_number import has_card_number
from frontdesk.domain.errors import FieldProblem, InvalidInputError

_CODE = "card_number_not_allowed"


def ensure_no_card_number(**texts: str | None) -> None:
    """Raises InvalidInputError with the names of the fields, never with what they hold."""
    problems = tuple(
        FieldProblem(name, _CODE, "Card numbers must not be sent here.")
        for name, text in texts.items()
        if text is not None and has_card_number(text)
    )
    if problems:
        raise InvalidInputError(code=_CODE, problems=problems)
