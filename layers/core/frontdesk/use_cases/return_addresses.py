"""Where a browser may be sent back to: what the shop's settings allow."""

from frontdesk.domain.errors import FieldProblem, InvalidInputError
from frontdesk.domain.return_address import is_allowed


def checked_return_address(
    return_to: str | None, *, allowed: tuple[str, ...], is_needed: bool
) -> str | None:
    """The address itself, or the shop's first where one is needed and none was named.

    Raises InvalidInputError for one that the shop has not allowed.
    """
    if return_to is None and is_needed:
        return_to = next(iter(allowed), "")
    if return_to is None or is_allowed(return_to, allowed=allowed):
        return return_to
    problem = FieldProblem(
        "return_to", "not_allowed", "This is not one of the shop's return addresses."
    )
    raise InvalidInputError(problems=(problem,))
