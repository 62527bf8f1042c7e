"""Stands before the providers: never more calls than they like, hardly any while they are out.

    fetch ─▶ is it left alone?  ─▶  is it its turn?  ─▶ provider
             for 1 s, 2 s … 60 s     one call of a kind
             after each 3 failures   every so often

It knows of one process only. Of all functions together there are as many as run at once; each
takes its share of the calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName, Snapshot
from frontdesk.ports.clock import Clock
from frontdesk.ports.provider import Provider, ProviderUnavailableError

_FAILURES_IN_A_ROW = 3
"""A single one may be the object's own trouble."""
_LONGEST_REST = timedelta(seconds=60)


@dataclass(slots=True)
class _Failures:
    """Since its last good answer: `in_a_row` since it was last left alone, and how often it was."""

    in_a_row: int = 0
    rests: int = 0
    rests_until: datetime | None = None


class PatientProvider:
    def __init__(
        self,
        provider: Provider,
        *,
        clock: Clock,
        sleep: Callable[[float], None],
        between_calls: timedelta,
    ) -> None:
        """`between_calls` lie between two fetches of one kind of object, which are calls of one
        endpoint of the provider's; `sleep` waits for some seconds."""
        self._provider = provider
        self._clock = clock
        self._sleep = sleep
        self._between_calls = between_calls
        self._next_turns: dict[tuple[ProviderName, ObjectKind], datetime] = {}
        self._failures: dict[ProviderName, _Failures] = {}

    def refuse_while_resting(self, provider: ProviderName) -> None:
        """Raises ProviderUnavailableError while it is left alone: then nothing need be begun."""
        rests_until = self._failures_of(provider).rests_until
        if rests_until is not None and self._clock.now() < rests_until:
            raise ProviderUnavailableError("The provider is left alone for a while.")

    def fetch(self, reference: ObjectReference) -> Snapshot | None:
        self.refuse_while_resting(reference.provider)
        failures = self._failures_of(reference.provider)
        self._wait_for_turn(reference)
        try:
            found = self._provider.fetch(reference)
        except ProviderUnavailableError:
            self._note_failure(failures)
            raise
        self._failures[reference.provider] = _Failures()
        return found

    def _failures_of(self, provider: ProviderName) -> _Failures:
        return self._failures.setdefault(provider, _Failures())

    def _wait_for_turn(self, reference: ObjectReference) -> None:
        endpoint = (reference.provider, reference.kind)
        now = self._clock.now()
        turn = max(now, self._next_turns.get(endpoint, now))
        self._next_turns[endpoint] = turn + self._between_calls
        if turn > now:
            self._sleep((turn - now).total_seconds())

    def _note_failure(self, failures: _Failures) -> None:
        failures.in_a_row += 1
        if failures.in_a_row == _FAILURES_IN_A_ROW:
            rest = min(timedelta(seconds=2 ** min(failures.rests, 10)), _LONGEST_REST)
            failures.rests_until = self._clock.now() + rest
            failures.rests, failures.in_a_row = failures.rests + 1, 0
