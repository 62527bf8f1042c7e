"""Breaks a piece of work off at one of its steps: the nth call of the table or of the provider."""

from typing import Any

from frontdesk.adapters.dynamodb.operations import TableUnavailableError
from frontdesk.ports.provider import ProviderUnavailableError
from tests.fakes.commands import FakeCommands
from tests.fakes.gateway import MemoryGateway
from tests.fakes.provider import FakeProvider
from tests.workers import Died, Fate

_IN_MEMORY = ("fetch", "refund", "change", "memo")
"""What the provider of the fakes calls them."""
_AT_PROVIDER = "provider:"


class BreakOff:
    """`step` counts calls from 0, of all that is watched together; -1 is never."""

    def __init__(self, *, step: int = -1, fate: Fate = Fate.GO_ON) -> None:
        self.has_broken = False
        self._step = step
        self._fate = fate
        self._calls = -1

    @property
    def steps(self) -> int:
        """How many there were so far."""
        return self._calls + 1

    def watch(self, gateway: MemoryGateway, provider: FakeProvider, commands: FakeCommands) -> None:
        gateway.before_call = provider.before_fetch = commands.before_call = self._before
        gateway.after_call = provider.after_fetch = commands.after_call = self._after

    def watch_wires(self, gateway: MemoryGateway, provider: Any) -> None:
        """`provider` has the gateway's hooks: a stand-in in process."""
        gateway.before_call, gateway.after_call = self._before, self._after
        provider.before_call = lambda name: self._before(_AT_PROVIDER + name)
        provider.after_call = lambda name: self._after(_AT_PROVIDER + name)

    def leave(self, gateway: MemoryGateway, provider: Any) -> None:
        for watched in (gateway, provider):
            watched.before_call = watched.after_call = lambda name: None

    def _before(self, name: str) -> None:
        self._calls += 1
        self._break(name, die=Fate.DIE_BEFORE, fail=Fate.FAIL_BEFORE)

    def _after(self, name: str) -> None:
        self._break(name, die=Fate.DIE_AFTER, fail=Fate.FAIL_AFTER)

    def _break(self, name: str, *, die: Fate, fail: Fate) -> None:
        if self._calls != self._step or self._fate not in (die, fail):
            return
        self.has_broken = True
        if self._fate is die:
            raise Died
        if name in _IN_MEMORY or name.startswith(_AT_PROVIDER):
            raise ProviderUnavailableError("a test says so")
        raise TableUnavailableError("a test says so")
