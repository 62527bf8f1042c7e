"""Turns the output of "sam build" into what CloudFormation takes: zips in S3 and their addresses.

Does what "sam package" does, in a tenth of the time, because the local stack is deployed often.
"""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import yaml

PLACES = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class Uploader(Protocol):
    """The one call of an S3 client that is needed."""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> Any: ...  # noqa: N803


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def content_hash(paths: list[Path], *, root: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def zipped(folder: Path, *, cache: Path) -> tuple[str, bytes]:
    """The folder's hash and its zip; the same content is the same zip, made once."""
    paths = files_of(folder)
    name = content_hash(paths, root=folder)
    target = cache / f"{name}.zip"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in paths:
                entry = zipfile.ZipInfo(str(path.relative_to(folder)), ZIP_EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes(), compresslevel=1)
        partial.rename(target)
    return f"{name}.zip", target.read_bytes()


def local_artifacts(template: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The properties and the name of the one that points into the build folder."""
    for resource in template["Resources"].values():
        place = PLACES.get(resource["Type"])
        if place and isinstance(resource["Properties"].get(place), str):
            yield resource["Properties"], place


def artifact(path: Path, *, cache: Path) -> tuple[str, bytes]:
    if path.is_dir():
        return zipped(path, cache=cache)
    body = path.read_bytes()
    return f"{hashlib.sha256(body).hexdigest()[:32]}{path.suffix}", body


def packaged(build: Path, *, bucket: str, s3: Uploader, cache: Path) -> str:
    """The built template with S3 addresses in place of folders, as text."""
    template: dict[str, Any] = yaml.safe_load((build / "template.yaml").read_text(encoding="utf-8"))
    for properties, place in local_artifacts(template):
        key, body = artifact((build / properties[place]).resolve(), cache=cache)
        s3.put_object(Bucket=bucket, Key=key, Body=body)
        properties[place] = f"s3://{bucket}/{key}"
    return yaml.safe_dump(template, sort_keys=False)
