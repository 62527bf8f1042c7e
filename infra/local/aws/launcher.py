"""Starts MiniStack, the local AWS, with the repairs that Frontdesk needs.

    .venvs/emulator/bin/python -m infra.local.aws.launcher --port 4570 --state .local/aws

Loopback only, IAM enforced, no MQTT, no variable of the caller's environment. The repairs replace
private names of MiniStack, so the exact release is asserted: raise it together with these modules
and their tests.
"""

import argparse
import asyncio
import ctypes
import importlib
import importlib.metadata
import logging
import os
import shutil
import signal
from pathlib import Path
from typing import Any

from infra.local.aws import cloudformation, functions, guard, http_api, permissions

MINISTACK_VERSION = "1.5.33"
KEPT_VARIABLES = ("PATH", "TZ")
PR_SET_PDEATHSIG = 1


def own_environment(*, port: int, scratch: Path) -> dict[str, str]:
    """What MiniStack sees. Its functions see PATH, LANG and TZ of it, and nothing else."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        "LANG": "en_US.UTF-8",
        "TMPDIR": str(scratch),
        "HOME": str(scratch),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": "us-east-1",
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "INFO",
    }


def host_only_variables(environment: dict[str, str]) -> list[str]:
    return sorted(set(environment) - {"PATH", "LANG", "TZ"})


def use_environment(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def assert_version() -> None:
    installed = importlib.metadata.version("ministack")
    if installed != MINISTACK_VERSION:
        raise SystemExit(f"The repairs are for ministack {MINISTACK_VERSION}, not {installed}.")


def end_with_parent() -> None:
    """The kernel sends SIGTERM when the process that started us ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def repair_cloudformation() -> None:
    package = "ministack.services.cloudformation"
    engine, *callers = (
        importlib.import_module(f"{package}.{name}")
        for name in ("engine", "handlers", "changesets")
    )
    translator = importlib.import_module("samtranslator.translator.transform")
    cloudformation.hand_parameters_to_sam(engine, callers, translator)
    provisioners = importlib.import_module(f"{package}.provisioners")
    cloudformation.repair_event_sources(provisioners._RESOURCE_HANDLERS)
    cloudformation.read_yaml_machines(provisioners)
    gateway = importlib.import_module("ministack.services.apigateway")
    http_api.import_bodies(gateway, provisioners._RESOURCE_HANDLERS)


def repair_functions(*, site_packages: Path, state: Path, environment: dict[str, str]) -> None:
    lambda_runtime = importlib.import_module("ministack.core.lambda_runtime")
    lambda_svc = importlib.import_module("ministack.services.lambda_svc")
    packages = functions.link_runtime_packages(site_packages, state / "runtime")
    script = functions.worker_script(
        runtime_packages=packages, host_only_variables=host_only_variables(environment)
    )
    layers = functions.LayerCache(state / "layers")
    functions.repair(lambda_runtime, lambda_svc, script=script, layers=layers)


def repaired_application(*, port: int, state: Path, environment: dict[str, str]) -> Any:
    # MiniStack reads the environment when it is imported, so it is imported only now.
    application: Any = importlib.import_module("ministack.app")
    site_packages = Path(application.__file__).parents[1]
    repair_functions(site_packages=site_packages, state=state, environment=environment)
    repair_cloudformation()
    permissions.take_loopback_for_tls(application)
    permissions.ask_for_single_calls(importlib.import_module("ministack.core.iam_actions"))
    http_api.repair_requests(importlib.import_module("ministack.services.apigateway"), port=port)
    return application.app


def serve(application: Any, *, port: int) -> None:
    hypercorn = importlib.import_module("hypercorn.asyncio")
    config = importlib.import_module("hypercorn.config").Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    logging.getLogger("hypercorn.access").disabled = True
    try:
        asyncio.run(hypercorn.serve(application, config))
    finally:
        # Functions end with their input as well, but a little later.
        importlib.import_module("ministack.core.lambda_runtime").reset()


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The local AWS")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="folder for unpacked code")
    parser.add_argument("--allow-origin", action="append", default=[], help="Origin to let through")
    parser.add_argument("--end-with-parent", action="store_true")
    return parser.parse_args()


def main() -> None:
    arguments = parsed_arguments()
    assert_version()
    if arguments.end_with_parent:
        end_with_parent()
    state = arguments.state.resolve()
    scratch = state / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    environment = own_environment(port=arguments.port, scratch=scratch)
    use_environment(environment)
    application = repaired_application(port=arguments.port, state=state, environment=environment)
    origins = frozenset(arguments.allow_origin)
    serve(guard.guarded(application, allowed_origins=origins), port=arguments.port)


if __name__ == "__main__":
    main()
