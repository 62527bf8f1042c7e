import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from frontdesk.adapters.stepfunctions.export_machine import StepFunctionsExportMachine
from frontdesk.domain.errors import UnavailableError
from tests.unit.use_cases.export_world import JOB_ID, new_job

ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:shop-export"
EXPECTED = {"stateMachineArn": ARN, "name": JOB_ID, "input": json.dumps({"export_id": JOB_ID})}


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "stepfunctions",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def test_a_run_is_started_under_the_job_s_name(client: Any) -> None:
    with Stubber(client) as stub:
        answer = {"executionArn": f"{ARN}:{JOB_ID}", "startDate": 0}
        stub.add_response("start_execution", answer, EXPECTED)

        StepFunctionsExportMachine(client, machine_arn=ARN).start(new_job())

        stub.assert_no_pending_responses()


def test_a_run_that_was_started_before_is_left_alone(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("start_execution", "ExecutionAlreadyExists")

        StepFunctionsExportMachine(client, machine_arn=ARN).start(new_job())

        stub.assert_no_pending_responses()


def test_a_run_that_cannot_be_started_is_said_to_be_unavailable(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("start_execution", "ThrottlingException")

        with pytest.raises(UnavailableError):
            StepFunctionsExportMachine(client, machine_arn=ARN).start(new_job())


class Unreachable:
    def start_execution(self, **request: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://states.example")


def test_a_machine_that_does_not_answer_is_unavailable() -> None:
    client: Any = Unreachable()

    with pytest.raises(UnavailableError):
        StepFunctionsExportMachine(client, machine_arn=ARN).start(new_job())
