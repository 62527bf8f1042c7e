"""Workers that go one step at a time, so that a test decides who goes next and who dies where.

    ticket ─┬─ fetch ─┬─ read ─┬─ write ─┬─ end
            └ each worker waits here until it is let go on

A step is one call of the gateway or the provider. A worker may be let go on, die before its call,
die after it (executed, and nobody knows), or be told that the call failed.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from frontdesk.adapters.dynamodb.operations import TableUnavailableError
from frontdesk.ports.provider import ProviderUnavailableError
from tests.mirrored import MirrorRig


class Fate(Enum):
    GO_ON = auto()
    DIE_BEFORE = auto()
    DIE_AFTER = auto()
    FAIL_BEFORE = auto()
    FAIL_AFTER = auto()
    """The call was executed and its answer lost; the worker learns that it does not know."""


class Died(BaseException):
    """Passes every handler, as a process that is killed does."""


@dataclass(eq=False)
class Worker:
    """`error` is what the work raised, `Died` included; None while it runs and when it is well."""

    work: Callable[[], object]
    fate: Fate = Fate.GO_ON
    is_done: bool = False
    error: BaseException | None = None
    waiting_for: str = "start"
    may_go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    has_stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def run(self) -> None:
        self.may_go.acquire()
        try:
            if self.fate in (Fate.DIE_BEFORE, Fate.DIE_AFTER):
                raise Died
            self.work()
        except BaseException as error:
            self.error = error
        self.is_done = True
        self.has_stopped.release()


class Workshop:
    """Sets the rig's hooks so that only its workers stop at their calls, never the test."""

    def __init__(self, rig: MirrorRig) -> None:
        self.workers: list[Worker] = []
        self._here = threading.local()
        self.watch(rig)

    def watch(self, rig: MirrorRig) -> None:
        rig.gateway.before_call = rig.provider.before_fetch = self._before
        rig.gateway.after_call = rig.provider.after_fetch = self._after

    def start(self, work: Callable[[], object]) -> Worker:
        worker = Worker(work)
        self.workers.append(worker)

        def run() -> None:
            self._here.worker = worker
            worker.run()

        threading.Thread(target=run, daemon=True).start()
        return worker

    def step(self, worker: Worker, fate: Fate = Fate.GO_ON) -> None:
        """Lets it do one call, or what stands before its first."""
        worker.fate = fate
        worker.may_go.release()
        worker.has_stopped.acquire()
        if worker.is_done:
            self.workers.remove(worker)

    def finish(self, worker: Worker) -> None:
        while not worker.is_done:
            self.step(worker)

    def close(self) -> None:
        for worker in list(self.workers):
            while not worker.is_done:
                self.step(worker, Fate.DIE_BEFORE)

    def _before(self, name: str) -> None:
        worker: Worker | None = getattr(self._here, "worker", None)
        if worker is None:
            return
        worker.waiting_for = name
        worker.has_stopped.release()
        worker.may_go.acquire()
        if worker.fate is Fate.DIE_BEFORE:
            raise Died
        if worker.fate is Fate.FAIL_BEFORE:
            raise _failure(name)

    def _after(self, name: str) -> None:
        worker: Worker | None = getattr(self._here, "worker", None)
        if worker is None:
            return
        if worker.fate is Fate.DIE_AFTER:
            raise Died
        if worker.fate is Fate.FAIL_AFTER:
            raise _failure(name)


def _failure(name: str) -> Exception:
    if name == "fetch":
        return ProviderUnavailableError("a test says so")
    return TableUnavailableError("a test says so")
