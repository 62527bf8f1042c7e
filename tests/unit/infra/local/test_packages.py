"""The built template with addresses in S3."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.aws.packages import packaged, zipped


class Bucket:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> Any:  # noqa: N803 - S3's names
        self.objects[f"s3://{Bucket}/{Key}"] = Body


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "build" / "Fn").mkdir(parents=True)
    (tmp_path / "build" / "Fn" / "app.py").write_text("handler = None")
    (tmp_path / "machine.asl.yaml").write_text("StartAt: A")
    resources = {
        "Fn": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "Fn"}},
        "Machine": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"DefinitionUri": "../machine.asl.yaml"},
        },
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "t"}},
    }
    (tmp_path / "build" / "template.yaml").write_text(yaml.safe_dump({"Resources": resources}))
    return tmp_path / "build"


def test_folders_and_files_become_addresses(build: Path, tmp_path: Path) -> None:
    bucket = Bucket()

    text = packaged(build, bucket="b", s3=bucket, cache=tmp_path / "cache")

    resources = yaml.safe_load(text)["Resources"]
    code = bucket.objects[resources["Fn"]["Properties"]["CodeUri"]]
    machine = bucket.objects[resources["Machine"]["Properties"]["DefinitionUri"]]
    assert zipfile.ZipFile(io.BytesIO(code)).namelist() == ["app.py"]
    assert machine == b"StartAt: A"
    assert resources["Table"]["Properties"] == {"TableName": "t"}


def test_the_same_content_is_the_same_zip(build: Path, tmp_path: Path) -> None:
    first = zipped(build / "Fn", cache=tmp_path / "one")
    (build / "Fn" / "app.py").touch()
    second = zipped(build / "Fn", cache=tmp_path / "two")

    assert first == second


def test_other_content_is_another_zip(build: Path, tmp_path: Path) -> None:
    first, _ = zipped(build / "Fn", cache=tmp_path)
    (build / "Fn" / "app.py").write_text("handler = print")
    second, _ = zipped(build / "Fn", cache=tmp_path)

    assert first != second
