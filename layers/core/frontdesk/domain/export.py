"""An export: a file with every row of one kind, written by a job that many workers share."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.domain.customer import CustomerStatus
from frontdesk.domain.errors import FrontdeskError
from frontdesk.domain.times import to_sortable


class ExportKind(StrEnum):
    CUSTOMERS = "customers"
    TRANSACTIONS = "transactions"
    SUBSCRIPTIONS = "subscriptions"


AVAILABLE_KINDS = frozenset((ExportKind.CUSTOMERS,))
"""The others have no index that holds them and nothing else."""


class ExportFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


CONTENT_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSONL: "application/x-ndjson",
}


class ExportStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


UNFINISHED = frozenset((ExportStatus.QUEUED, ExportStatus.RUNNING))


class ExportBrokenError(FrontdeskError):
    """This job cannot succeed however often it is tried; its code becomes the job's failure."""

    code = "export_broken"


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """What is left out; None leaves nothing out. `created_to` is the first moment after."""

    is_test: bool | None = None
    status: CustomerStatus | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None

    @property
    def takes_all(self) -> bool:
        """Of the rows in the wanted span of time."""
        return self.is_test is None and self.status is None


EVERYTHING = ExportFilter()


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one partition whose sort key lies between `lower` and `upper`.

    Bounds are moments as text and keys go on after theirs, so no key equals a bound and
    neighbouring slices share nothing.
    """

    partition: str
    lower: str
    upper: str


type Segment = tuple[Slice, ...]
"""What one worker reads, slice after slice."""


@dataclass(frozen=True, slots=True)
class ExportJob:
    """`execution` names the run that this job belongs to; `segments` is empty until planned."""

    id: str
    kind: ExportKind
    format: ExportFormat
    filter: ExportFilter
    currency: str
    requested_by: str
    execution: str
    created_at: datetime
    status: ExportStatus = ExportStatus.QUEUED
    version: int = 1
    upload_id: str | None = None
    segments: tuple[Segment, ...] = ()
    segments_done: int = 0
    rows_done: int = 0
    row_count: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    failure: str | None = None
    finished_at: datetime | None = None

    @property
    def position(self) -> str:
        """Where the job stands among all, oldest first."""
        return f"{to_sortable(self.created_at)}#{self.id}"

    @property
    def folder(self) -> str:
        return f"exports/{self.id}/"

    @property
    def file_key(self) -> str:
        return f"{self.folder}{self.kind}.{self.format}"

    def head_key(self, segment: int) -> str:
        """Outside the folder: the bucket forgets everything under `rests/` by itself."""
        return f"rests/{self.id}/{segment:02d}-head"

    def tail_key(self, segment: int, turn: int) -> str:
        return f"rests/{self.id}/{segment:02d}-tail-{turn:04d}"

    @property
    def file_name(self) -> str:
        """What a browser saves it as."""
        return f"{self.kind}-{self.created_at:%Y-%m-%d-%H%M}.{self.format}"


@dataclass(frozen=True, slots=True)
class PartReceipt:
    """What S3 said it stored; `checksum` is the CRC-32 of what we sent, in base 64."""

    etag: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Rest:
    """Rows that wait in an object of their own for the end of the run."""

    key: str
    etag: str


@dataclass(frozen=True, slots=True)
class SegmentProgress:
    """Where a segment stands after its `turn`-th turn: nothing before it is read or sent again.

    `slice_index` and `start` say where to read on; `size_bytes` counts head, parts and tail.
    """

    number: int
    turn: int = 0
    is_done: bool = False
    slice_index: int = 0
    start: str | None = None
    row_count: int = 0
    size_bytes: int = 0
    head: Rest | None = None
    parts: tuple[PartReceipt, ...] = ()
    tail: Rest | None = None
