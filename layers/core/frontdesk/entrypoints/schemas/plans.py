"""A plan: what a command would do, and when."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from frontdesk.entrypoints.schemas.common import Answer, Moment, Money

PlanToken = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._-]*$"),
    Field(description="Of a preview: the command does exactly that plan, or nothing."),
]


class Effect(Answer):
    """One thing that will be different. `detail` is a stable word for what it becomes."""

    kind: Literal["charge", "refund", "access", "subscription", "commission", "email"]
    subject_id: str
    detail: str
    effective_at: Moment
    amount: Money | None
    until: Moment | None


class PlanWarning(Answer):
    code: str
    message: str


class Plan(Answer):
    """`amount_due` is what the customer pays now; less than nothing: gets back."""

    effects: list[Effect]
    amount_due: Money
    warnings: list[PlanWarning]


class Preview(Answer):
    """A plan, and the token by which a command is held to it until it expires."""

    plan: Plan
    plan_token: str
    expires_at: Moment
