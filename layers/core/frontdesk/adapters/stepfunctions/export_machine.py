"""The state machine that runs exports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.export import ExportJob

if TYPE_CHECKING:
    from types_boto3_stepfunctions.client import SFNClient


class StepFunctionsExportMachine:
    def __init__(self, client: SFNClient, *, machine_arn: str) -> None:
        self._client = client
        self._machine_arn = machine_arn

    def start(self, job: ExportJob) -> None:
        """A name is reserved for 90 days: a second start of a run is the same run."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as in aws.py

        try:
            self._client.start_execution(
                stateMachineArn=self._machine_arn,
                name=job.execution,
                input=json.dumps({"export_id": job.id}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise UnavailableError("Step Functions did not start the run.") from error
        except BotoCoreError as error:
            raise UnavailableError("Step Functions did not answer.") from error
