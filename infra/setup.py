"""Makes the virtual environments that are missing or out of date: `make setup`.

Starts on any Python from 3.11. The installer and the development environment come first, with
plain lines; then the program starts itself again in the development environment, where rich is,
and makes the others at the same time. Where all are current it does nothing and says nothing.
"""

import fcntl
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from infra.environments import (
    DEVELOPMENT,
    FOLDER,
    INSTALLER,
    LATER,
    ROOT,
    Environment,
    SetupError,
    is_current,
    make,
    require_python,
)

LATER_STAGE = "--later"


def make_with_a_line(environment: Environment) -> None:
    if is_current(environment):
        return
    print(f"setting up .venvs/{environment.name}: {environment.purpose} ...", flush=True)
    started = time.monotonic()
    make(environment)
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


def make_with_progress(environments: list[Environment]) -> None:
    # rich is installed by the stage before this one.
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn()) as progress, ThreadPoolExecutor() as threads:

        def make_one(environment: Environment) -> None:
            task = progress.add_task(f".venvs/{environment.name}: {environment.purpose}", total=1)
            make(environment)
            progress.advance(task)

        for finished in [threads.submit(make_one, environment) for environment in environments]:
            finished.result()


def first_stage() -> None:
    require_python()
    make_with_a_line(INSTALLER)
    make_with_a_line(DEVELOPMENT)
    if not all(is_current(environment) for environment in LATER):
        command = [str(DEVELOPMENT.python), "-m", "infra.setup", LATER_STAGE]
        subprocess.run(command, cwd=ROOT, check=True)


def main() -> int:
    later = LATER_STAGE in sys.argv
    FOLDER.mkdir(exist_ok=True)
    try:
        if later:
            make_with_progress([item for item in LATER if not is_current(item)])
            return 0
        with (FOLDER / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            first_stage()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(os.EX_TEMPFAIL)
