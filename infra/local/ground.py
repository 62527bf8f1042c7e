"""Where a local shop stands, and how its start is told."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.processes import Processes

AWS_PORT = 4570
STRIPE_PORT = 4580
STACK_NAME = "frontdesk"

# Says what happens: `with steps("fill the shop") as say: say("3 of 40")`.
type Say = Callable[[str], None]
type Steps = Callable[[str], AbstractContextManager[Say, bool | None]]


class StartError(Exception):
    """A step failed; the message says which and why."""


@contextmanager
def silent(_title: str) -> Iterator[Say]:
    yield lambda _text: None


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a shop stands: its folder, and the ports that it would like."""

    folder: Path
    builds: Path
    aws_port: int = AWS_PORT
    stripe_port: int = STRIPE_PORT

    @property
    def processes(self) -> Processes:
        return Processes(self.folder)
