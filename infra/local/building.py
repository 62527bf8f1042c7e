"""Builds the stack with the SAM command line, once for each state of the sources."""

import fcntl
import os
import platform
import shutil
import subprocess
from pathlib import Path

from infra.environments import DEVELOPMENT, ROOT, SAM, UV
from infra.local.aws.packages import content_hash

SOURCES = ("template.yaml", "functions", "layers", "infra/state_machines")
KEPT_BUILDS = 3


class BuildError(Exception):
    """ "sam build" failed; the message holds what it printed."""


def architecture() -> str:
    return "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"


def source_files() -> list[Path]:
    found: list[Path] = []
    for name in SOURCES:
        path = ROOT / name
        found += [path] if path.is_file() else (item for item in path.rglob("*") if item.is_file())
    return sorted(path for path in found if path.suffix != ".pyc")


def source_hash() -> str:
    return content_hash(source_files(), root=ROOT)


def build_environment() -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{SAM.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHON": str(DEVELOPMENT.python),
        "UV": str(UV),
        "ARCHITECTURE": architecture(),
        "SAM_CLI_TELEMETRY": "0",
        # make is called by make: its own flags are not for the makefiles of the functions.
        "MAKEFLAGS": "",
    }


def sam_build(target: Path, *, cache: Path) -> None:
    command = [
        str(SAM.folder / "bin" / "sam"),
        "build",
        "--cached",
        "--parallel",
        f"--build-dir={target}",
        f"--cache-dir={cache}",
        f"--parameter-overrides=Architecture={architecture()}",
    ]
    finished = subprocess.run(
        command, cwd=ROOT, env=build_environment(), capture_output=True, text=True, check=False
    )
    if finished.returncode:
        raise BuildError(f"{finished.stdout}\n{finished.stderr}")


def forget_old_builds(folder: Path) -> None:
    builds = sorted(folder.glob("*/template.yaml"), key=lambda path: path.stat().st_mtime)
    for template in builds[:-KEPT_BUILDS]:
        shutil.rmtree(template.parent)


def built(folder: Path) -> Path:
    """The folder with the build of the sources as they are now."""
    target = folder / "builds" / source_hash()
    target.parent.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / "template.yaml").exists():
            sam_build(target, cache=folder / "sam-cache")
            forget_old_builds(target.parent)
    return target
