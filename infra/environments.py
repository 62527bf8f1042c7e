"""The virtual environments of this checkout: what each is for, and how one is made.

Runs before anything is installed, on any Python from 3.11: standard library only.
"""

import hashlib
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venvs"
UV = FOLDER / "uv" / "bin" / "uv"
STAMP = ".installed"

Report = Callable[[str], None]


@dataclass(frozen=True)
class Environment:
    """A folder under .venvs, filled with exactly what one hashed file lists."""

    name: str
    purpose: str

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def requirements(self) -> Path:
        return ROOT / "requirements" / f"{self.name}.txt"


INSTALLER = Environment("uv", "the installer")
DEVELOPMENT = Environment("dev", "tests, linters, type checks and our own programs")
EMULATOR = Environment("emulator", "the local AWS and the interpreter of its functions")
SAM = Environment("sam", "builds and checks the stack")
LATER = (EMULATOR, SAM)


class SetupError(Exception):
    """An environment could not be made; the message holds what the tool printed."""


def wanted_stamp(environment: Environment) -> str:
    parts = (environment.requirements.read_bytes(), (ROOT / ".python-version").read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_current(environment: Environment) -> bool:
    stamp = environment.folder / STAMP
    if not (stamp.is_file() and environment.python.exists()):
        return False
    return stamp.read_text(encoding="utf-8") == wanted_stamp(environment)


def run(*command: object) -> None:
    """Quiet unless it fails."""
    arguments = [str(part) for part in command]
    finished = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        shown = " ".join(arguments)
        raise SetupError(f"{shown}\n{finished.stdout}{finished.stderr}")


def make_installer() -> None:
    """The only one that pip and the caller's own Python make."""
    venv.create(INSTALLER.folder, clear=True, with_pip=True)
    pip = (INSTALLER.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "--requirement", INSTALLER.requirements)


def fill(environment: Environment) -> None:
    """uv finds the version of .python-version on this machine, or fetches it."""
    if not environment.python.exists():
        run(UV, "venv", "--quiet", "--clear", environment.folder)
    sync = (UV, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode")
    run(*sync, "--python", environment.python, environment.requirements)


def make(environment: Environment) -> None:
    if environment == INSTALLER:
        make_installer()
    else:
        fill(environment)
    (environment.folder / STAMP).write_text(wanted_stamp(environment), encoding="utf-8")


def require_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - runs on whatever "python3" is
        raise SetupError(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
