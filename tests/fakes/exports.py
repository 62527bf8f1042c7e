"""A bucket with S3's rules for uploads, a customer table, and a machine, all in memory."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.export import (
    ExportBrokenError,
    ExportFilter,
    ExportJob,
    PartReceipt,
    Rest,
    Slice,
)
from frontdesk.domain.export_rows import CustomerRow
from frontdesk.ports.exports import (
    CustomerPage,
    PartsChangedError,
    SourceSize,
    UploadGoneError,
)


@dataclass
class Upload:
    key: str
    parts: dict[int, tuple[str, bytes]] = field(default_factory=dict)


class MemoryExportFiles:
    """No etag is given twice, as under a KMS key: an etag tells one write from another."""

    def __init__(self, *, smallest_part_bytes: int, piece_bytes: int = 333) -> None:
        self.objects: dict[str, tuple[str, bytes]] = {}
        self.uploads: dict[str, Upload] = {}
        self.most_bytes_at_once = 0
        self.part_counts: dict[str, int] = {}
        self._smallest_part_bytes = smallest_part_bytes
        self._piece_bytes = piece_bytes
        self._numbers = itertools.count(1)

    def begin_upload(self, key: str, *, content_type: str) -> str:
        upload_id = f"upload-{next(self._numbers)}"
        self.uploads[upload_id] = Upload(key)
        return upload_id

    def put_part(
        self, key: str, *, upload_id: str, number: int, content: Sequence[bytes]
    ) -> PartReceipt:
        assert 1 <= number <= 10_000
        self.most_bytes_at_once = max(self.most_bytes_at_once, len(b"".join(content)))
        etag = self._etag()
        self._upload(key, upload_id).parts[number] = (etag, b"".join(content))
        return PartReceipt(etag=etag, checksum=f"{len(content)}")

    def complete(
        self, key: str, *, upload_id: str, parts: Iterable[tuple[int, PartReceipt]]
    ) -> None:
        upload = self._upload(key, upload_id)
        contents = [self._part(upload, number, receipt) for number, receipt in _rising(parts)]
        if any(len(content) < self._smallest_part_bytes for content in contents[:-1]):
            raise ExportBrokenError("EntityTooSmall", code="part_too_small")
        self.objects[key] = (self._etag(), b"".join(contents))
        self.part_counts[key] = len(contents)
        del self.uploads[upload_id]

    def abort_uploads(self, folder: str) -> int:
        found = [one for one, upload in self.uploads.items() if upload.key.startswith(folder)]
        for upload_id in found:
            del self.uploads[upload_id]
        return len(found)

    def put_rest(self, key: str, content: Sequence[bytes]) -> str:
        self.most_bytes_at_once = max(self.most_bytes_at_once, len(b"".join(content)))
        etag = self._etag()
        self.objects[key] = (etag, b"".join(content))
        return etag

    def read_rest(self, rest: Rest) -> Iterator[bytes]:
        if self.objects.get(rest.key, ("", b""))[0] != rest.etag:
            raise PartsChangedError
        yield from self.read(rest.key)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)

    def read(self, key: str) -> Iterator[bytes]:
        if key not in self.objects:
            raise UploadGoneError
        content = self.objects[key][1]
        for begin in range(0, len(content), self._piece_bytes):
            yield content[begin : begin + self._piece_bytes]

    def download_url(self, key: str, *, file_name: str, seconds: int) -> str:
        return f"https://bucket.example/{key}?name={file_name}&seconds={seconds}"

    def _upload(self, key: str, upload_id: str) -> Upload:
        upload = self.uploads.get(upload_id)
        if upload is None or upload.key != key:
            raise UploadGoneError
        return upload

    def _part(self, upload: Upload, number: int, receipt: PartReceipt) -> bytes:
        etag, content = upload.parts.get(number, ("", b""))
        if etag != receipt.etag:
            raise PartsChangedError
        return content

    def _etag(self) -> str:
        return f'"{next(self._numbers)}"'


def _rising(parts: Iterable[tuple[int, PartReceipt]]) -> list[tuple[int, PartReceipt]]:
    rising = list(parts)
    numbers = [number for number, _ in rising]
    assert numbers == sorted(set(numbers))
    assert rising, "S3 wants at least one part"
    return rising


@dataclass(frozen=True, slots=True)
class StoredRow:
    key: str
    row: CustomerRow
    is_test: bool = False


class MemoryCustomerSource:
    def __init__(
        self,
        rows: dict[str, list[StoredRow]],
        *,
        page_rows: int = 3,
        row_estimate: int | None = None,
        span: tuple[datetime, datetime] | None = None,
    ) -> None:
        self.rows = {shard: sorted(some, key=lambda r: r.key) for shard, some in rows.items()}
        self._page_rows = page_rows
        count = sum(len(some) for some in rows.values())
        self._size = SourceSize(count if row_estimate is None else row_estimate, span)

    @property
    def partitions(self) -> tuple[str, ...]:
        return tuple(self.rows)

    def size(self) -> SourceSize:
        return self._size

    def pages(
        self, wanted_slice: Slice, *, wanted: ExportFilter, currency: str, start: str | None
    ) -> Iterator[CustomerPage]:
        while True:
            rows = [
                stored
                for stored in self.rows[wanted_slice.partition]
                if wanted_slice.lower <= stored.key <= wanted_slice.upper
                and (start is None or stored.key > start)
            ]
            page, rest = rows[: self._page_rows], rows[self._page_rows :]
            start = page[-1].key if rest else None
            yield CustomerPage([s.row for s in page if wanted.is_test in (None, s.is_test)], start)
            if start is None:
                return


class MemoryExportMachine:
    def __init__(self) -> None:
        self.started: list[str] = []
        self.is_down = False

    def start(self, job: ExportJob) -> None:
        if self.is_down:
            raise UnavailableError
        self.started.append(job.execution)
