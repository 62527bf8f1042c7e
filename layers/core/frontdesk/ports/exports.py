"""What exports need from the world."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from frontdesk.domain.export import (
    ExportBrokenError,
    ExportFilter,
    ExportJob,
    PartReceipt,
    Rest,
    Segment,
    SegmentProgress,
    Slice,
)
from frontdesk.domain.export_rows import CustomerRow


class JobMovedOnError(Exception):
    """The job is not in the state that the caller saw: somebody else went on with it."""


class UploadGoneError(ExportBrokenError):
    """There is no such multipart upload, completed, aborted or never begun; or no such object."""

    code = "upload_gone"

    def __init__(self, detail: str = "The upload is gone.") -> None:
        super().__init__(detail)


class PartsChangedError(ExportBrokenError):
    """A part or a rest is not what its receipt says: two workers wrote it."""

    code = "parts_changed"

    def __init__(self, detail: str = "A part is not the one on record.") -> None:
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class JobPage:
    jobs: list[ExportJob]
    next_start: str | None


class ExportJobs(Protocol):
    """Where jobs and the progress of their segments are kept."""

    def add(self, job: ExportJob) -> ExportJob:
        """Adds the job; answers the one that stands there, if its id is taken."""
        ...

    def find(self, job_id: str) -> ExportJob | None: ...

    def newest(self, *, limit: int, start: str | None = None) -> JobPage:
        """Newest first; `start` is the `next_start` of the page before."""
        ...

    def begin(
        self, job: ExportJob, *, upload_id: str, segments: tuple[Segment, ...], at: datetime
    ) -> ExportJob:
        """Keeps the plan of a queued job. Raises JobMovedOnError if it has one already."""
        ...

    def progress(self, job_id: str, segment: int) -> SegmentProgress:
        """Where the segment stands; before its first turn, at the beginning."""
        ...

    def keep_progress(
        self, job: ExportJob, before: SegmentProgress, after: SegmentProgress, *, at: datetime
    ) -> None:
        """Puts `after` in the place of `before`, and the difference into the job's sums, at once.

        Raises JobMovedOnError if the segment is not at `before` or the job is not running.
        """
        ...

    def succeed(
        self, job: ExportJob, *, row_count: int, size_bytes: int, sha256: str, at: datetime
    ) -> None:
        """Ends a running job. Raises JobMovedOnError."""
        ...

    def fail(self, job_id: str, *, reason: str, at: datetime) -> None:
        """Ends an unfinished job. Raises JobMovedOnError if it is finished or not there."""
        ...


@dataclass(frozen=True, slots=True)
class SourceSize:
    """What the table says of itself, perhaps hours ago."""

    row_estimate: int
    span: tuple[datetime, datetime] | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """`next_start` is where the slice goes on, None at its end."""

    rows: list[CustomerRow]
    next_start: str | None


class CustomerSource(Protocol):
    """All customers, read in slices; within a slice, oldest first."""

    @property
    def partitions(self) -> tuple[str, ...]: ...

    def size(self) -> SourceSize: ...

    def pages(
        self, wanted_slice: Slice, *, wanted: ExportFilter, currency: str, start: str | None
    ) -> Iterator[CustomerPage]:
        """Pages from `start` on. A customer created meanwhile may be among them or not.

        Raises ExportBrokenError for a row that does not have the shape of a customer, and
        UnavailableError when the table does not answer.
        """
        ...


class ExportFiles(Protocol):
    """The bucket. Contents come in pieces, which nobody joins.

    Every method raises UnavailableError when S3 does not answer.
    """

    def begin_upload(self, key: str, *, content_type: str) -> str:
        """The id of a new multipart upload."""
        ...

    def put_part(
        self, key: str, *, upload_id: str, number: int, content: Sequence[bytes]
    ) -> PartReceipt:
        """Replaces the part of that number. Raises UploadGoneError."""
        ...

    def complete(
        self, key: str, *, upload_id: str, parts: Iterable[tuple[int, PartReceipt]]
    ) -> None:
        """Makes the file of exactly these parts. Raises UploadGoneError, PartsChangedError."""
        ...

    def abort_uploads(self, folder: str) -> int:
        """Gives up every unfinished upload under the folder; how many there were."""
        ...

    def put_rest(self, key: str, content: Sequence[bytes]) -> str:
        """The etag of what was put."""
        ...

    def read_rest(self, rest: Rest) -> Iterator[bytes]:
        """In pieces. Raises PartsChangedError if the object is not the one of that etag."""
        ...

    def delete(self, keys: Iterable[str]) -> None: ...

    def read(self, key: str) -> Iterator[bytes]:
        """In pieces. Raises UploadGoneError if there is no such file."""
        ...

    def download_url(self, key: str, *, file_name: str, seconds: int) -> str: ...


class ExportMachine(Protocol):
    def start(self, job: ExportJob) -> None:
        """Starts the job's run; once however often it is asked."""
        ...
