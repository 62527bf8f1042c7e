"""Creates or updates the local stack, and says what CloudFormation said when it fails."""

import time
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.aws.packages import packaged

ARTIFACTS_BUCKET = "local-deployment"
POLL_SECONDS = 0.2
TIMEOUT_SECONDS = 300
SETTLED = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class DeploymentError(Exception):
    """CloudFormation refused the stack or rolled it back; the message lists its reasons."""


def parameter_list(parameters: dict[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]


def failures(cloudformation: Any, *, stack: str) -> list[str]:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failed
    ]


def start(cloudformation: Any, request: dict[str, Any]) -> bool:
    """Whether there is something to wait for."""
    try:
        cloudformation.create_stack(**request)
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] != "AlreadyExistsException":
            raise
    try:
        cloudformation.update_stack(**request)
        return True
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
    return False


def settled_outputs(cloudformation: Any, *, stack: str) -> dict[str, str]:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        state = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        status = state["StackStatus"]
        if status in SETTLED:
            return {item["OutputKey"]: item["OutputValue"] for item in state.get("Outputs", [])}
        if not status.endswith("IN_PROGRESS"):
            reasons = "\n".join(failures(cloudformation, stack=stack))
            raise DeploymentError(f"{stack} is {status}:\n{reasons}")
        time.sleep(POLL_SECONDS)
    raise DeploymentError(f"{stack} did not settle in {TIMEOUT_SECONDS} s")


def deploy(
    *,
    stack: str,
    build: Path,
    parameters: dict[str, str],
    s3: Any,
    cloudformation: Any,
    cache: Path,
) -> dict[str, str]:
    """The outputs of the stack once it stands."""
    s3.create_bucket(Bucket=ARTIFACTS_BUCKET)
    body = packaged(build, bucket=ARTIFACTS_BUCKET, s3=s3, cache=cache)
    s3.put_object(Bucket=ARTIFACTS_BUCKET, Key="template.yaml", Body=body.encode())
    address = f"{s3.meta.endpoint_url}/{ARTIFACTS_BUCKET}/template.yaml"
    request = {
        "StackName": stack,
        "TemplateURL": address,
        "Parameters": parameter_list(parameters),
        "Capabilities": [
            "CAPABILITY_IAM",
            "CAPABILITY_NAMED_IAM",
            "CAPABILITY_AUTO_EXPAND",
        ],
    }
    start(cloudformation, request)
    return settled_outputs(cloudformation, stack=stack)
