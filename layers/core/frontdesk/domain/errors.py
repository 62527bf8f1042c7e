"""What can go wrong, as seen by whoever calls Frontdesk.

FrontdeskError
├── InvalidInputError          the request itself is wrong (fields say where)
├── NotFoundError              unknown, or somebody else's: the two are never told apart
├── UnauthenticatedError       nobody, or a credential that does not hold
├── ForbiddenError             somebody, but not allowed
│   └── FeatureDisabledError   the merchant switched it off
├── ConflictError              the state does not allow it now
│   └── VersionConflictError   the resource changed since it was read
└── UnavailableError           a service behind us did not answer: try again

Every error carries a stable `code`; its status is chosen in one table at the HTTP edge.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong field: a dotted path from the body's root, a stable code, a sentence."""

    field: str
    code: str
    message: str


class FrontdeskError(Exception):
    code = "internal_error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class InvalidInputError(FrontdeskError):
    code = "invalid_input"

    def __init__(
        self,
        detail: str = "Some fields are not valid.",
        *,
        code: str | None = None,
        problems: tuple[FieldProblem, ...] = (),
    ) -> None:
        super().__init__(detail, code=code)
        self.problems = problems


class NotFoundError(FrontdeskError):
    code = "not_found"

    def __init__(self, detail: str = "There is no such object.") -> None:
        super().__init__(detail)


class UnauthenticatedError(FrontdeskError):
    code = "unauthenticated"

    def __init__(
        self, detail: str = "A valid bearer token is needed.", *, code: str | None = None
    ) -> None:
        super().__init__(detail, code=code)


class ForbiddenError(FrontdeskError):
    code = "forbidden"

    def __init__(
        self, detail: str = "This token may not do that.", *, code: str | None = None
    ) -> None:
        super().__init__(detail, code=code)


class FeatureDisabledError(ForbiddenError):
    code = "feature_disabled"

    def __init__(self, feature: str) -> None:
        super().__init__(f"The shop has switched off '{feature}'.")


class ConflictError(FrontdeskError):
    code = "conflict"


class VersionConflictError(ConflictError):
    code = "version_conflict"

    def __init__(self, detail: str = "The object has changed since it was read.") -> None:
        super().__init__(detail)


class UnavailableError(FrontdeskError):
    code = "service_unavailable"

    def __init__(self, detail: str = "A service behind Frontdesk did not answer.") -> None:
        super().__init__(detail)
