"""The steps of the export machine: start, plan, segment, finish, fail."""

from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.customer_scan import customer_source
from frontdesk.adapters.dynamodb.exports import DynamoExportJobs
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.adapters.s3.export_files import S3ExportFiles
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.domain.settings import ExportSchedule
from frontdesk.entrypoints.tasks.exports import export_tasks
from frontdesk.use_cases.export_job import World


@cache
def _world() -> World:
    return World(
        jobs=DynamoExportJobs(gateway(), ids=RandomIds()),
        files=S3ExportFiles(client("s3"), bucket=setting("EXPORTS_BUCKET")),
        source=customer_source(),
        clock=SystemClock(),
    )


def _schedule() -> ExportSchedule:
    settings = DynamoSettings(gateway(), clock=SystemClock(), currency=shop_currency)
    return settings.read().export_schedule


handler = export_tasks(world=_world, schedule=_schedule, currency=shop_currency)
