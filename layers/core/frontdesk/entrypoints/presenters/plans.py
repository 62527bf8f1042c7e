"""A plan as everybody sees it."""

from typing import Any

from frontdesk.domain.plan import Effect, Plan
from frontdesk.entrypoints.presenters.common import present_moment, present_money


def present_plan(plan: Plan) -> dict[str, Any]:
    return {
        "effects": [_effect(effect) for effect in plan.effects],
        "amount_due": present_money(plan.amount_due),
        "warnings": [{"code": one.code, "message": one.message} for one in plan.warnings],
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "kind": effect.kind.value,
        "subject_id": effect.subject_id,
        "detail": effect.detail,
        "effective_at": present_moment(effect.effective_at),
        "amount": present_money(effect.amount),
        "until": present_moment(effect.until),
    }
