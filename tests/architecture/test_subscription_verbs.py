"""Each cell of verb, provider and state has a documented answer, and it is the one given."""

import pytest

from frontdesk.domain.errors import ConflictError
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.subscription_command import REFUSALS
from frontdesk.domain.subscription_plan import plan_of
from infra.subscription_verbs import (
    DOCUMENT,
    NOW,
    STATES,
    VERBS,
    State,
    a_subscription,
    text,
    wish_of,
)

CELLS = [
    pytest.param(provider, state, verb, id=f"{provider.value}-{state.name}-{verb}")
    for provider, states in STATES.items()
    for state in states
    for verb in VERBS
]


def documented(provider: ProviderName, state: State, verb: str) -> str:
    _, _, rest = DOCUMENT.read_text(encoding="utf-8").casefold().partition(f"## {provider.value}\n")
    rows = [
        line.split("|")[1:-1] for line in rest.partition("\n## ")[0].splitlines() if "|" in line
    ]
    names = [cell.strip() for cell in rows[0]]
    (row,) = [row for row in rows if row[0].strip() == state.name.casefold()]
    return row[names.index(verb)].strip().strip("`")


@pytest.mark.parametrize(("provider", "state", "verb"), CELLS)
def test_a_verb_is_planned_or_refused_as_documented(
    provider: ProviderName, state: State, verb: str
) -> None:
    subscription = a_subscription(provider, state)
    wanted = documented(provider, state, verb)
    if wanted == "yes":
        plan = plan_of(wish_of(verb, subscription), subscription, now=NOW)
        assert plan.effects
        assert all(effect.effective_at >= NOW for effect in plan.effects)
        return
    with pytest.raises(ConflictError) as refused:
        plan_of(wish_of(verb, subscription), subscription, now=NOW)
    assert refused.value.code == wanted
    assert wanted in REFUSALS


def test_the_document_is_the_generated_one() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == text(), (
        "Run `python -m infra.subscription_verbs` and commit the document."
    )
