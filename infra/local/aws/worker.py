"""Runs one function in a process of its own, as the Lambda runtime client would.

The launcher hands the *text* of this module to MiniStack in place of the worker that it ships.
What differs from the original, and why:

- the path is code, layers, runtime: on AWS the function's own code comes first;
- only what AWS has in its runtime (boto3 and what it needs) is importable beside the layers, so a
  package that is missing from a layer is missing here too;
- an exception keeps its class name, so that Step Functions can catch it by name, and does not
  end the process, so that the next call stays warm;
- the end of an invocation is marked in the log, so that nobody has to wait for a log line.

Protocol, a line of JSON each: init -> ready | error, then envelope -> ok | error, for ever.
"""

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

END_OF_LOG = "\x1eEND-OF-LOG\x1e"
ERROR_FIELD = "\x1eerror"

# The launcher replaces these before it hands the text over.
RUNTIME_PACKAGES = "@RUNTIME_PACKAGES@"
HOST_ONLY_VARIABLES = "@HOST_ONLY_VARIABLES@"
LAYER_POINTER = "@LAYER_POINTER@"

Handler = Callable[[Any, Any], Any]


class Context:
    """The second argument of a handler, with the names that AWS gives its fields."""

    def __init__(self, init: dict[str, Any], call: dict[str, Any]) -> None:
        self.function_name = init.get("function_name", "")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        self.memory_limit_in_mb = str(init.get("memory", 128))
        self.invoked_function_arn = call.get("invoked_function_arn") or init.get("arn", "")
        self.aws_request_id = call.get("request_id", "")
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.identity = None
        self.client_context = None
        self._ends_at = time.monotonic() + call.get("timeout_ms", 3000) / 1000

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._ends_at - time.monotonic()) * 1000))


def layer_paths() -> list[str]:
    """Later layers hide earlier ones, as they do when AWS merges them into /opt."""
    unpacked = filter(None, os.environ.pop("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep))
    shared = [Path(folder, LAYER_POINTER).read_text(encoding="utf-8") for folder in unpacked]
    return [f"{folder}/python" for folder in reversed(shared)]


def prepare_process(init: dict[str, Any]) -> None:
    for name in HOST_ONLY_VARIABLES.split(","):
        os.environ.pop(name, None)
    os.environ.update(init.get("env", {}))
    os.environ["AWS_EXECUTION_ENV"] = "AWS_Lambda_python3.13"
    os.environ["_HANDLER"] = f"{init['module']}.{init['handler']}"
    os.environ["AWS_LAMBDA_LOG_GROUP_NAME"] = f"/aws/lambda/{init.get('function_name', '')}"
    library = [path for path in sys.path[1:] if not path.endswith("site-packages")]
    sys.path[:] = [init["code_dir"], *layer_paths(), RUNTIME_PACKAGES, *library]
    # The task and layer folders are read-only on AWS: byte code that was not shipped is compiled
    # again in each cold start, and must be here as well.
    sys.dont_write_bytecode = True


def failure_payload(error: BaseException) -> dict[str, Any]:
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": "",
        "stackTrace": frames,
    }


def run_once(handler: Handler, message: dict[str, Any], init: dict[str, Any]) -> str:
    call = message.get("ctx") or {}
    if trace_id := call.get("trace_id"):
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    try:
        result = handler(message["event"], Context(init, call))
        return json.dumps({"status": "ok", "result": result})
    except Exception as error:
        payload = failure_payload(error)
        print(
            f"[ERROR] {payload['errorType']}: {payload['errorMessage']}",
            file=sys.stderr,
        )
        traceback.print_exc(file=sys.stderr)
        return json.dumps({"status": "ok", "result": {ERROR_FIELD: payload}})


def answer(channel: TextIO, line: str) -> None:
    channel.write(line + "\n")
    channel.flush()


def serve(channel: TextIO) -> None:
    init = json.loads(sys.stdin.readline())
    prepare_process(init)
    try:
        handler = getattr(importlib.import_module(init["module"]), init["handler"])
    except BaseException:
        answer(channel, json.dumps({"status": "error", "error": traceback.format_exc()}))
        raise
    answer(channel, json.dumps({"status": "ready", "cold": True}))
    for line in sys.stdin:
        outcome = run_once(handler, json.loads(line), init)
        print(END_OF_LOG, file=sys.stderr, flush=True)
        answer(channel, outcome)


def main() -> None:
    # Standard output is the protocol's: whatever else writes there, even from C, joins the log.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    serve(channel)


if __name__ == "__main__":
    main()
