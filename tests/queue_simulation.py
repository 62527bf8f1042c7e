"""The event queue and its functions in virtual time: what a call takes, who waits, who dies.

    accept ─▶ [message] ─▶ function 1 … n ─▶ a step at a time, each as long as `seconds_of` says
                  ▲            │
                  └── later ───┘ failed, left to another look, or its function died

The queue's edge, the use cases and the stores are the product's own; only time, the table and the
provider are not. One generator decides everything, so a seed is a whole course of events.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

from frontdesk.adapters.sqs.hint_queue import from_message, to_message
from frontdesk.domain.provider_event import Hint, ProviderEvent
from frontdesk.domain.snapshot import ObjectReference, Snapshot
from frontdesk.entrypoints.queue import LookAt, queue_function
from frontdesk.use_cases.hints import follow_hints
from frontdesk.use_cases.mirror import MirrorOutcome
from tests.mirrored import MirrorRig
from tests.workers import Died, Fate, Worker, Workshop

BATCH = 10
HIDDEN_SECONDS = 360.0
"""How long a message is hidden whose function neither ended nor said when it may come again."""
MOST_TRIES = 20
"""Then a message goes to the dead letters."""
FUNCTION_SECONDS = 60.0

type Seconds = Callable[[str], float]
type Handle = Callable[[Mapping[str, Any], Any], dict[str, Any]]


@dataclass(eq=False)
class Message:
    number: int
    hint: Hint
    visible_at: float
    tries: int = 0

    def record(self) -> dict[str, Any]:
        return {
            "messageId": str(self.number),
            "receiptHandle": str(self.number),
            "body": to_message(self.hint),
            "attributes": {"ApproximateReceiveCount": str(self.tries)},
        }


@dataclass(eq=False)
class Function:
    """One process: it works on one batch at a time."""

    handle: Handle
    batch: list[Message] = field(default_factory=list)
    answer: dict[str, Any] | None = None
    began_at: float = 0


def seconds_of_calls(chance: random.Random) -> Seconds:
    """What calls take on AWS and over the network, roughly."""

    def seconds(name: str) -> float:
        if name.startswith("sleep "):
            return float(name.removeprefix("sleep "))
        return chance.uniform(0.08, 0.4) if name == "fetch" else chance.uniform(0.003, 0.02)

    return seconds


class QueueSimulation:
    """`look_at_of` makes what a function does with an object; each function is a process of its
    own. A function dies at a step with the probability `death`."""

    def __init__(
        self,
        rig: MirrorRig,
        chance: random.Random,
        *,
        functions: int,
        seconds_of: Seconds | None = None,
        death: float = 0,
        look_at_of: Callable[["QueueSimulation"], LookAt] | None = None,
    ) -> None:
        self.rig = rig
        self.now = 0.0
        self.fetches: list[tuple[float, ObjectReference]] = []
        self.answer_to: Callable[[ObjectReference], None] = lambda reference: None
        """May raise: what the provider answers instead of the object."""
        self.mirror = replace(rig.mirror, provider=_Line(self))
        self.dead_letters: list[Message] = []
        self.deaths = 0
        self._chance = chance
        self._death = death
        self._seconds_of = seconds_of or seconds_of_calls(chance)
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._messages: dict[str, Message] = {}
        self._later: list[tuple[float, int, Message]] = []
        self._visible: list[Message] = []
        self._workshop = Workshop(rig)
        make = look_at_of or _follows
        self._idle = [Function(self._handler(make(self))) for _ in range(functions)]

    def at(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (seconds, next(self._order), action))

    def every(self, seconds: float, action: Callable[[], None], *, until: float) -> None:
        for number in range(int(until / seconds) + 1):
            self.at(number * seconds, action)

    def accept(self, event: ProviderEvent) -> None:
        self.rig.accept(event)
        self.take_from_queue()

    def take_from_queue(self) -> None:
        for hint in self.rig.queue.taken():
            message = Message(next(self._order), hint, self.now)
            self._messages[str(message.number)] = message
            self._visible.append(message)
        self._hand_out()

    def sleep(self, seconds: float) -> None:
        """For what a function has to wait for."""
        self.rig.gateway.before_call(f"sleep {seconds}")

    def run(self) -> None:
        """Until nothing is left to happen."""
        while self._agenda:
            at, _, action = heapq.heappop(self._agenda)
            self.rig.clock.advance(timedelta(seconds=at - self.now))
            self.now = at
            action()
        self._workshop.close()

    @property
    def most_fetches_in_a_second(self) -> int:
        """Of one kind of object, in any whole second."""
        seconds = Counter((int(at), one.kind) for at, one in self.fetches)
        return max(seconds.values(), default=0)

    # --- functions ---------------------------------------------------------------------------

    def _handler(self, look_at: LookAt) -> Handle:
        return queue_function(look_at, read=from_message, retry_later=self._retry_later)

    def _retry_later(self, receipt: str, delay_seconds: int) -> None:
        self._messages[receipt].visible_at = self.now + delay_seconds

    def _hand_out(self) -> None:
        """To whoever is idle, in any order."""
        while self._later and self._later[0][0] <= self.now:
            self._visible.append(heapq.heappop(self._later)[2])
        while self._visible and self._idle:
            batch = [self._any_visible() for _ in range(min(BATCH, len(self._visible)))]
            self._begin([m for m in batch if not self._has_been_tried_enough(m)])

    def _any_visible(self) -> Message:
        place = self._chance.randrange(len(self._visible))
        self._visible[place], self._visible[-1] = self._visible[-1], self._visible[place]
        return self._visible.pop()

    def _has_been_tried_enough(self, message: Message) -> bool:
        message.tries += 1
        if message.tries > MOST_TRIES:
            self.dead_letters.append(message)
        return message.tries > MOST_TRIES

    def _begin(self, batch: list[Message]) -> None:
        if not batch:
            return
        function = self._idle.pop()
        function.batch, function.answer, function.began_at = batch, None, self.now
        for message in batch:
            message.visible_at = self.now + HIDDEN_SECONDS
        event = {"Records": [message.record() for message in batch]}
        context = _Context(self, function)

        def work() -> None:
            function.answer = function.handle(event, context)

        worker = self._workshop.start(work)
        self._workshop.step(worker)
        self._go_on(function, worker)

    def _go_on(self, function: Function, worker: Worker) -> None:
        if worker.is_done:
            self._end(function, worker)
            return
        name = worker.waiting_for
        self.at(self.now + self._seconds_of(name), lambda: self._step(function, worker))

    def _step(self, function: Function, worker: Worker) -> None:
        dies = self._chance.random() < self._death
        fate = self._chance.choice([Fate.DIE_BEFORE, Fate.DIE_AFTER]) if dies else Fate.GO_ON
        self._workshop.step(worker, fate)
        self._go_on(function, worker)

    def _end(self, function: Function, worker: Worker) -> None:
        if isinstance(worker.error, Died):
            self.deaths += 1
        elif worker.error is not None:
            raise worker.error
        answer = function.answer or {"batchItemFailures": _all_of(function.batch)}
        again = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in function.batch:
            if str(message.number) in again:
                heapq.heappush(self._later, (message.visible_at, message.number, message))
                self.at(message.visible_at, self._hand_out)
        self._idle.append(function)
        self._hand_out()


class _Line:
    """To the provider: each call is noted when it begins."""

    def __init__(self, simulation: QueueSimulation) -> None:
        self._simulation = simulation

    def fetch(self, reference: ObjectReference) -> Snapshot | None:
        simulation = self._simulation
        simulation.fetches.append((simulation.now, reference))
        found = simulation.rig.provider.fetch(reference)
        simulation.answer_to(reference)
        return found


class _Context:
    def __init__(self, simulation: QueueSimulation, function: Function) -> None:
        self._simulation = simulation
        self._function = function

    def get_remaining_time_in_millis(self) -> int:
        elapsed = self._simulation.now - self._function.began_at
        return int((FUNCTION_SECONDS - elapsed) * 1000)


def _all_of(batch: list[Message]) -> list[dict[str, str]]:
    return [{"itemIdentifier": str(message.number)} for message in batch]


def _follows(simulation: QueueSimulation) -> LookAt:
    def look_at(reference: ObjectReference, fresh: list[str], tried: list[str]) -> MirrorOutcome:
        return follow_hints(reference, fresh=fresh, tried=tried, mirror=simulation.mirror)

    return look_at
