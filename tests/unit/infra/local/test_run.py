"""What "make run" prints."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.run import examples
from infra.local.stack_file import Stack, read, write

SHOP = Stack(
    api_url="http://127.0.0.1:1/api",
    owner_key="fd_test_owner",
    sso={},
    webhook_url="",
    webhook_secret="",
    exports_bucket="",
    events_bucket="",
    tables={},
    queues={},
    export_machine_arn="",
    aws_endpoint="",
    stripe_api_base="",
    stripe_kind="stand-in",
    stripe_identity="",
    source_hash="",
    customer_id="cus_1",
    customer_token="fds_1",
)
EMPTY = replace(SHOP, customer_id=None, customer_token=None)


class TestExamples:
    @pytest.mark.parametrize("shop", [SHOP, EMPTY], ids=["seeded", "empty"])
    def test_there_are_five_lines_for_a_shell(self, shop: Stack) -> None:
        commands = [shlex.split(command) for _, command in examples(shop)]

        assert [words[0] for words in commands] == ["curl"] * 5
        assert all(any(word.startswith(shop.api_url) for word in words) for words in commands)

    def test_an_empty_shop_shows_nobody(self) -> None:
        assert "None" not in str(examples(EMPTY))


class TestStackFile:
    def test_what_is_written_is_read(self, tmp_path: Path) -> None:
        folder = tmp_path / "local"

        path = write(SHOP, folder)

        assert read(folder) == SHOP
        assert path.stat().st_mode & 0o077 == 0
