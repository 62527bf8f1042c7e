"""At PayPal, too, whoever carries out a command may be broken off anywhere, and so may the janitor
that brings about what PayPal cannot wait for (D9)."""

import pytest

from tests.paypal_stories import STORIES, by_fate, by_story, settled, stage, steps_of, wrongs
from tests.stories import DEATHS, LONGER_THAN_A_LEASE, told_by
from tests.stories import KEY as THE_SAME_KEY
from tests.workers import Fate

pytestmark = pytest.mark.case("D9")


@by_story
def test_there_are_at_least_twelve_places_to_die(name: str) -> None:
    assert steps_of(name) >= 12


@by_fate
@by_story
def test_the_janitor_ends_what_was_broken_off(name: str, fate: Fate) -> None:
    play = stage(name)
    for step in range(steps_of(name)):
        rig, _ = play.broken(step, fate)
        settled(rig)  # type: ignore[arg-type]

        if play.is_admitted(rig):
            play.consent(rig)
            assert wrongs(name, rig) == [], f"{fate} at step {step}"  # type: ignore[arg-type]
        else:
            assert list(rig.wrongs()) == [], f"{fate} at step {step}"
            assert told_by(rig) == told_by(play.set()[0]), f"{fate} at step {step}"


@pytest.mark.parametrize("fate", DEATHS)
@pytest.mark.parametrize("name", [n for n, story in STORIES.items() if story.due_after is None])
def test_the_same_order_again_ends_what_was_broken_off(name: str, fate: Fate) -> None:
    """Without a janitor: the caller tries again once the first try is taken for dead."""
    play = stage(name)
    for step in range(steps_of(name)):
        rig, body = play.broken(step, fate)
        rig.advance(LONGER_THAN_A_LEASE)

        answer = rig.order(STORIES[name].verb, body, key=THE_SAME_KEY)

        assert answer.status in (200, 202), f"{fate} at step {step}: {answer.text}"
        play.consent(rig)
        assert wrongs(name, rig) == [], f"{fate} at step {step}"  # type: ignore[arg-type]
