"""Bodies and answers of exports."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from frontdesk.domain.customer import CustomerStatus
from frontdesk.domain.export import AVAILABLE_KINDS, ExportFormat, ExportKind, ExportStatus
from frontdesk.entrypoints.schemas.common import (
    LARGEST_INTEGER,
    Answer,
    Command,
    Currency,
    Instant,
    Moment,
    Page,
    Version,
    id_pattern,
)

ExportId = Annotated[str, id_pattern("exp")]
Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]

AvailableKind = Annotated[
    ExportKind,
    # The document promises what works today; the others get an answer that says so.
    WithJsonSchema({"type": "string", "enum": sorted(AVAILABLE_KINDS)}),
]


class ExportFilter(Command):
    """What is left out: null leaves nothing out. `created_to` is the first moment after."""

    test: bool | None = None
    status: CustomerStatus | None = None
    created_from: Instant | None = None
    created_to: Instant | None = None


class ExportCreation(Command):
    kind: AvailableKind
    format: ExportFormat
    filter: ExportFilter | None = None


class ExportFilterShown(Answer):
    test: bool | None
    status: CustomerStatus | None
    created_from: Moment | None
    created_to: Moment | None


class ExportProgress(Answer):
    """`segments_total` is null until the run is planned."""

    segments_total: Count | None
    segments_done: Count
    rows_done: Count


class ExportSummary(Answer):
    """`row_count`, `size_bytes` and `sha256` are those of the finished file."""

    id: ExportId
    kind: ExportKind
    format: ExportFormat
    filter: ExportFilterShown
    currency: Currency
    status: ExportStatus
    progress: ExportProgress
    row_count: Count | None
    size_bytes: Count | None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    failure_code: str | None
    created_at: Moment
    finished_at: Moment | None
    version: Version


class ExportDownload(Answer):
    """The address works without a token until `expires_at`."""

    url: str
    expires_at: Moment


class Export(ExportSummary):
    """`download` is there once the export has succeeded, and fresh each time it is read."""

    download: ExportDownload | None


class ExportList(Page[ExportSummary]):
    """Newest first."""
