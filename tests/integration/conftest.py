"""A local AWS for the whole run, and the four tables as template.yaml defines them."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.aws import process
from infra.template import table_requests


@pytest.fixture(scope="session")
def aws_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the local AWS listens; the environment points every client there."""
    inherited = [name for name in os.environ if name.startswith("AWS_")]
    folder = tmp_path_factory.mktemp("aws")
    with process.running(folder) as endpoint, pytest.MonkeyPatch.context() as patch:
        for name in inherited:
            patch.delenv(name)
        for name, value in process.client_environment(endpoint).items():
            patch.setenv(name, value)
        yield endpoint


@pytest.fixture(scope="session")
def dynamodb(aws_endpoint: str) -> Any:
    return process.client("dynamodb", endpoint=aws_endpoint)


def create_tables(dynamodb: Any, *, prefix: str) -> dict[str, str]:
    requests = table_requests(prefix=prefix)
    for request in requests.values():
        dynamodb.create_table(**request)
    return {logical: request["TableName"] for logical, request in requests.items()}


@pytest.fixture(scope="session")
def tables(dynamodb: Any) -> dict[str, str]:
    """Physical names by logical name, shared by the whole run: use ids of your own."""
    return create_tables(dynamodb, prefix="test-")


@pytest.fixture
def empty_tables(dynamodb: Any) -> Iterator[dict[str, str]]:
    """Four tables for one test, for those that look at all of a table."""
    names = create_tables(dynamodb, prefix=f"test-{uuid.uuid4().hex[:8]}-")
    yield names
    for name in names.values():
        dynamodb.delete_table(TableName=name)
