"""Who may import whom: design, not good will."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontdesk.domain.snapshot import ProviderName

ROOT = Path(__file__).parents[2]
CORE = ROOT / "layers" / "core"
SHARED_ADAPTERS = ("frontdesk.adapters.aws",)
"""The one place that makes AWS clients serves every adapter."""

SDKS = {
    # What each adapter is for; everything else is somebody else's SDK.
    "aws.py": ("botocore",),
    "contact": ("email_validator", "phonenumbers", "pycountry", "stdnum"),
    "dynamodb": ("botocore", "msgspec"),
    "jwt": ("jwt",),
    "paypal": ("certifi", "cryptography", "urllib3"),
    "s3": ("botocore",),
    "secrets": ("botocore",),
    "sqs": ("botocore",),
    "stepfunctions": ("botocore",),
    "stripe": ("stripe",),
    "system": (),
}
TYPES_ONLY = ("types_boto3",)


def _modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _outsiders(path: Path, *allowed: str) -> list[str]:
    """Imports that are neither of the standard library nor below an allowed name."""

    def is_allowed(name: str) -> bool:
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top.startswith(TYPES_ONLY):
            return True
        return any(name == one or name.startswith(f"{one}.") for one in allowed)

    return sorted({name for name in _imports(path) if not is_allowed(name)})


def _ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", _modules(CORE / "frontdesk" / "domain"), ids=_ids)
def test_the_domain_knows_the_standard_library_and_itself(path: Path) -> None:
    assert _outsiders(path, "frontdesk.domain") == []


@pytest.mark.parametrize("path", _modules(CORE / "frontdesk" / "ports"), ids=_ids)
def test_a_port_knows_the_domain(path: Path) -> None:
    assert _outsiders(path, "frontdesk.domain", "frontdesk.ports") == []


@pytest.mark.parametrize("path", _modules(CORE / "frontdesk" / "use_cases"), ids=_ids)
def test_a_use_case_knows_domain_and_ports(path: Path) -> None:
    assert _outsiders(path, "frontdesk.domain", "frontdesk.ports", "frontdesk.use_cases") == []


@pytest.mark.parametrize("path", _modules(CORE / "frontdesk" / "adapters"), ids=_ids)
def test_an_adapter_knows_its_own_sdk_and_no_other_adapter(path: Path) -> None:
    own = path.relative_to(CORE / "frontdesk" / "adapters").parts[0]
    if own == "__init__.py":
        assert path.read_text() == ""
        return

    assert (
        _outsiders(
            path,
            "frontdesk.domain",
            "frontdesk.ports",
            "frontdesk.config",
            f"frontdesk.adapters.{own}",
            *SHARED_ADAPTERS,
            *SDKS[own],
        )
        == []
    )


@pytest.mark.parametrize("path", _modules(CORE / "frontdesk" / "entrypoints"), ids=_ids)
def test_an_entrypoint_knows_no_adapter_but_the_switch_those_of_providers(path: Path) -> None:
    is_switch = path.name == "provider_switch.py"
    adapters = [f"frontdesk.adapters.{name}" for name in ProviderName] if is_switch else []
    types = list(_type_checking_imports(path)) if is_switch else []
    assert (
        _outsiders(
            path,
            "frontdesk.domain",
            "frontdesk.ports",
            "frontdesk.use_cases",
            "frontdesk.config",
            "frontdesk.entrypoints",
            "pydantic",
            "pydantic_core",
            "aws_lambda_powertools",
            *adapters,
            *types,
        )
        == []
    )


@pytest.mark.parametrize("path", _modules(ROOT / "functions"), ids=_ids)
def test_a_function_is_wiring_of_at_most_120_lines(path: Path) -> None:
    assert path.name == "app.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 120
    types = list(_type_checking_imports(path))
    assert set(_outsiders(path, "frontdesk")) <= set(types)


def _type_checking_imports(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for inner in node.body:
                assert isinstance(inner, ast.ImportFrom)
                yield from (f"{inner.module}.{alias.name}" for alias in inner.names)


@pytest.mark.parametrize("path", _modules(CORE), ids=_ids)
def test_a_package_module_is_empty(path: Path) -> None:
    if path.name == "__init__.py":
        assert path.read_text(encoding="utf-8") == ""
