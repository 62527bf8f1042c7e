"""What "sam build" makes is what a cold start wants."""

import importlib.util
from pathlib import Path

import pytest

from infra.environments import ROOT
from infra.local.building import built
from infra.template import resources

# https://peps.python.org/pep-0552/: based on the source's hash, and never compared with it.
UNCHECKED_HASH = (0b01).to_bytes(4, "little")


@pytest.fixture(scope="module")
def build() -> Path:
    return built(ROOT / ".local")


def byte_code_of(source: Path) -> Path:
    return Path(importlib.util.cache_from_source(str(source)))


class TestByteCode:
    def test_every_module_has_some_for_the_version_that_it_runs_on(self, build: Path) -> None:
        sources = list(build.rglob("*.py"))

        assert len(sources) > 500
        assert [source for source in sources if not byte_code_of(source).exists()] == []

    def test_none_is_compared_with_its_source(self, build: Path) -> None:
        headers = {path.read_bytes()[:8] for path in build.rglob("*.pyc")}

        assert headers == {importlib.util.MAGIC_NUMBER + UNCHECKED_HASH}


class TestContents:
    def test_a_function_is_its_module_and_nothing_else(self, build: Path) -> None:
        for name in resources("AWS::Serverless::Function"):
            files = {path.name for path in (build / name).rglob("*") if path.is_file()}

            assert files == {"app.py", byte_code_of(Path("app.py")).name}

    def test_the_core_layer_is_our_package(self, build: Path) -> None:
        assert [path.name for path in (build / "CoreLayer" / "python").iterdir()] == ["frontdesk"]

    def test_the_other_layer_leaves_out_what_the_runtime_has(self, build: Path) -> None:
        packages = {path.name for path in (build / "DepsLayer" / "python").iterdir()}

        assert {"stripe", "pydantic"} <= packages
        assert not {"boto3", "botocore", "frontdesk"} & packages

    def test_all_of_it_fits(self, build: Path) -> None:
        """AWS takes 250 MB, unzipped, for a function and its layers; far less starts faster."""
        size = sum(path.stat().st_size for path in build.rglob("*") if path.is_file())

        assert size < 100 * 1024 * 1024
