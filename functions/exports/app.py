"""POST, GET /v1/exports · GET /v1/exports/{id}"""

from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.exports import DynamoExportJobs
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.adapters.s3.export_files import S3ExportFiles
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.stepfunctions.export_machine import StepFunctionsExportMachine
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.exports import export_handlers
from frontdesk.entrypoints.http import http_function

CLOCK, IDS = SystemClock(), RandomIds()


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=CLOCK)


def _jobs() -> DynamoExportJobs:
    return DynamoExportJobs(gateway(), ids=IDS)


def _machine() -> StepFunctionsExportMachine:
    arn = setting("EXPORT_STATE_MACHINE_ARN")
    return StepFunctionsExportMachine(client("stepfunctions"), machine_arn=arn)


def _files() -> S3ExportFiles:
    return S3ExportFiles(client("s3"), bucket=setting("EXPORTS_BUCKET"))


def _requests() -> DynamoRequests:
    return DynamoRequests(gateway(), clock=CLOCK, ids=IDS)


handler = http_function(
    "exports",
    export_handlers(
        jobs=_jobs,
        machine=_machine,
        files=_files,
        currency=shop_currency,
        cursors=Cursors(lambda: _secrets().text(setting("CURSOR_SECRET"))),
        clock=CLOCK,
    ),
    requests=_requests,
)
