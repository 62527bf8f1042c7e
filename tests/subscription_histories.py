"""Random lives of a subscription: orders, people at the provider, time, and work that breaks off.

Whatever happened, once all is quiet the tables show what the provider shows, nothing is marked or
open, and nothing that was due is left undone.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from frontdesk.domain.errors import FrontdeskError
from frontdesk.ports.provider import ProviderError
from tests.breaking import BreakOff
from tests.stories import DEATHS, FATES, broken_off
from tests.subscribing import SubscriptionRig
from tests.workers import Died, Fate

_ANSWERS = frozenset((200, 202, 409, 422, 503))
_MOST_STEPS = 40
"""At which a piece of work may break off; most take fewer, and then nothing breaks."""
_QUIET_DAYS = 5

type People = Callable[[SubscriptionRig, random.Random], None]


class History:
    def __init__(self, rig: SubscriptionRig, *, seed: int, people: tuple[People, ...]) -> None:
        self.rig = rig
        self.told: list[str] = []
        self._random = random.Random(seed)
        self._people = people
        self._offers = [rig.offer_of(amount) for amount in (1500, 9000)]

    def live(self, *, steps: int) -> None:
        for _ in range(steps):
            kind = self._random.choices(
                (self._order, self._janitor, self._somebody, self._webhooks, self._wait),
                weights=(8, 4, 2, 3, 2),
            )[0]
            kind()
        self._become_quiet()

    def wrongs(self) -> Iterator[str]:
        yield from self.rig.wrongs()
        scheduled = self.rig.subscription.scheduled
        if scheduled is not None and scheduled.due_at <= self.rig.clock.now():
            yield f"{scheduled} is overdue"

    # --- what may happen -----------------------------------------------------------------------

    def _order(self) -> None:
        verb, body = self._wish()
        fate = self._random.choice((Fate.GO_ON, Fate.GO_ON, *FATES))
        self._tell(f"{verb} {body} {fate}")
        self._broken_off(fate, lambda: self._answered(verb, body))

    def _answered(self, verb: str, body: dict[str, Any]) -> None:
        answer = self.rig.drop_change() if verb == "drop" else self.rig.order(verb, body)
        assert answer.status in _ANSWERS, (self.told, answer.text)

    def _wish(self) -> tuple[str, dict[str, Any]]:
        rig, chosen = self.rig, self._random
        later = rig.clock.now() + timedelta(days=chosen.choice((3, 20, 45)))
        moment = later.isoformat().replace("+00:00", "Z")
        price = {"amount": chosen.choice((3000, 4000, 7000)), "currency": "usd"}
        wishes: list[tuple[str, dict[str, Any]]] = [
            ("cancel", {"when": chosen.choice(("period_end", "period_end", moment, "now"))}),
            ("undo-cancel", {}),
            ("undo-cancel", {}),
            ("pause", {}),
            ("pause", {"resume_at": moment}),
            ("resume", {}),
            ("change", {"offer_id": chosen.choice(self._offers)}),
            ("price", {"amount": price, "from": "next_renewal"}),
            ("drop", {}),
        ]
        return chosen.choice(wishes)

    def _janitor(self) -> None:
        fate = self._random.choice((Fate.GO_ON, *FATES))
        later = timedelta(minutes=self._random.choice((2, 10, 70)))
        self._tell(f"janitor {later} {fate}")
        self._broken_off(fate, lambda: self.rig.janitor(later=later))

    def _somebody(self) -> None:
        who = self._random.choice(self._people)
        self._tell(f"{who.__name__} at the provider")
        with suppress(Exception):  # refused in this state, as people are refused
            who(self.rig, self._random)

    def _webhooks(self) -> None:
        self._tell("webhooks")
        self._broken_off(Fate.GO_ON, self.rig.follow)

    def _wait(self) -> None:
        days = self._random.choice((1, 8, 16))
        self._tell(f"{days} days")
        self.rig.advance(timedelta(days=days))

    def _broken_off(self, fate: Fate, work: Callable[[], object]) -> None:
        breaking = BreakOff(step=self._random.randrange(_MOST_STEPS), fate=fate)
        with broken_off(self.rig, breaking), suppress(Died, FrontdeskError, ProviderError):
            work()
        if fate in DEATHS and breaking.has_broken:
            self._tell("(died)")

    def _become_quiet(self) -> None:
        """Longer than anything waits: an approval, a lost command, a retry of what is due."""
        for _ in range(_QUIET_DAYS):
            self.rig.advance(timedelta(minutes=1))  # a token that was refused may be asked for
            self.rig.follow()
            for _ in range(3):
                self.rig.janitor(later=timedelta(hours=8))
        self.rig.follow()

    def _tell(self, what: str) -> None:
        self.told.append(f"{self.rig.clock.now():%m-%d %H:%M} {what}")
