"""Exports in their bucket: one multipart upload each, rests beside it, a time-limited address."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import batched
from typing import IO, TYPE_CHECKING, Any, cast

from frontdesk.adapters.s3.pieces import PiecesReader
from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.export import ExportBrokenError, PartReceipt, Rest
from frontdesk.ports.exports import PartsChangedError, UploadGoneError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

_PIECE_BYTES = 256 * 1024
_DELETE_LIMIT = 1_000
_GONE = frozenset(("NoSuchUpload", "NoSuchKey", "404"))
_CHANGED = frozenset(("InvalidPart", "InvalidPartOrder", "PreconditionFailed", "412"))


class S3ExportFiles:
    def __init__(self, client: S3Client, *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def begin_upload(self, key: str, *, content_type: str) -> str:
        with _translated():
            answer = self._client.create_multipart_upload(
                Bucket=self._bucket,
                Key=key,
                ContentType=content_type,
                ChecksumAlgorithm="CRC32",
            )
        return answer["UploadId"]

    def put_part(
        self, key: str, *, upload_id: str, number: int, content: Sequence[bytes]
    ) -> PartReceipt:
        checksum = _checksum(content)
        with _translated():
            answer = self._client.upload_part(
                Bucket=self._bucket,
                Key=key,
                UploadId=upload_id,
                PartNumber=number,
                Body=_file_of(content),
                ChecksumCRC32=checksum,
            )
        return PartReceipt(etag=answer["ETag"], checksum=checksum)

    def complete(
        self, key: str, *, upload_id: str, parts: Iterable[tuple[int, PartReceipt]]
    ) -> None:
        with _translated():
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=key,
                UploadId=upload_id,
                MultipartUpload={"Parts": [_completed(number, part) for number, part in parts]},
            )

    def abort_uploads(self, folder: str) -> int:
        found = list(self._uploads(folder))
        for key, upload_id in found:
            try:
                with _translated():
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=key, UploadId=upload_id
                    )
            except UploadGoneError:
                continue  # another attempt was faster
        return len(found)

    def _uploads(self, folder: str) -> Iterator[tuple[str, str]]:
        pages = self._client.get_paginator("list_multipart_uploads")
        with _translated():
            for page in pages.paginate(Bucket=self._bucket, Prefix=folder):
                for upload in page.get("Uploads", []):
                    yield upload["Key"], upload["UploadId"]

    def put_rest(self, key: str, content: Sequence[bytes]) -> str:
        with _translated():
            answer = self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=_file_of(content),
                ChecksumCRC32=_checksum(content),
            )
        return answer["ETag"]

    def read_rest(self, rest: Rest) -> Iterator[bytes]:
        try:
            yield from self._pieces(rest.key, IfMatch=rest.etag)
        except UploadGoneError as error:
            raise PartsChangedError from error

    def delete(self, keys: Iterable[str]) -> None:
        for some in batched(keys, _DELETE_LIMIT, strict=False):
            with _translated():
                answer = self._client.delete_objects(
                    Bucket=self._bucket,
                    Delete={"Objects": [{"Key": key} for key in some], "Quiet": True},
                )
            if answer.get("Errors"):
                raise UnavailableError("S3 did not delete every object.")

    def read(self, key: str) -> Iterator[bytes]:
        return self._pieces(key)

    def _pieces(self, key: str, **conditions: Any) -> Iterator[bytes]:
        with _translated():
            answer = self._client.get_object(Bucket=self._bucket, Key=key, **conditions)
            # Entered as it is, the body hands out urllib3's own response.
            with closing(answer["Body"]) as body:
                yield from body.iter_chunks(_PIECE_BYTES)

    def download_url(self, key: str, *, file_name: str, seconds: int) -> str:
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{file_name}"',
            },
            ExpiresIn=seconds,
        )


def _file_of(content: Sequence[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", PiecesReader(content))


def _checksum(content: Sequence[bytes]) -> str:
    """S3 refuses what does not arrive with this sum, and a file that is not made of these parts."""
    checksum = 0
    for piece in content:
        checksum = zlib.crc32(piece, checksum)
    return base64.b64encode(checksum.to_bytes(4)).decode()


def _completed(number: int, part: PartReceipt) -> CompletedPartTypeDef:
    return {"PartNumber": number, "ETag": part.etag, "ChecksumCRC32": part.checksum}


@contextmanager
def _translated() -> Iterator[None]:
    """S3's errors as ours."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as in aws.py

    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _GONE:
            raise UploadGoneError from error
        if code in _CHANGED:
            raise PartsChangedError from error
        if code == "EntityTooSmall":
            raise ExportBrokenError("S3 finds a part too small.", code="part_too_small") from error
        raise UnavailableError(f"S3 answered {code}.") from error
    except BotoCoreError as error:
        raise UnavailableError("S3 did not answer.") from error
