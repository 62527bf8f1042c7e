"""A plan: everything that a command would do, and when, before it is done.

A preview shows it; the command that carries the preview's token does exactly it, or nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.domain.money import Money


class EffectKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    ACCESS = "access"
    SUBSCRIPTION = "subscription"
    COMMISSION = "commission"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that will be different. `subject_id` is what it happens to, `detail` a stable
    word for what it becomes (`canceled`, `ended`, `paused`)."""

    kind: EffectKind
    subject_id: str
    detail: str
    effective_at: datetime
    amount: Money | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanWarning:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`amount_due` is what the customer pays now (negative: gets back). `subject_version` is that
    of the object as the plan saw it, or those of several. Warnings are advice and no part of what
    happens.
    """

    effects: tuple[Effect, ...]
    amount_due: Money
    subject_version: int | tuple[int, ...]
    warnings: tuple[PlanWarning, ...] = ()
