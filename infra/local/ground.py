"""Where a local shop stands, and how its start is told."""

import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.processes import Processes, Started

AWS_PORT = 4570
STRIPE_PORT = 4580
PAYPAL_PORT = 4590
STACK_NAME = "frontdesk"
START_TIMEOUT_SECONDS = 30

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
    paypal_port: int = PAYPAL_PORT

    @property
    def processes(self) -> Processes:
        return Processes(self.folder)

    @property
    def paypal_authority(self) -> Path:
        """Key and certificate of the root that the local PayPal's signatures lead to."""
        return self.folder / "paypal-authority.pem"

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        port: int,
        answers_at: str,
        environment: dict[str, str],
    ) -> None:
        """Raises StartError when nothing answers at that path in time."""
        started = self.processes.start(name, command, port=port, environment=environment)
        url = f"http://127.0.0.1:{port}{answers_at}"
        if not _answers(url, started=started):
            log = self.processes.log_of(name).read_text(encoding="utf-8", errors="replace")
            tail = "\n".join(log.splitlines()[-20:])
            raise StartError(f"{name} does not answer at {url}\n{tail}")


def _answers(url: str, *, started: Started) -> bool:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while started.is_alive and time.monotonic() < deadline:
        try:
            # The address is our own, with a scheme of ours.
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310
                return True
        except OSError:
            time.sleep(0.05)
    return False
