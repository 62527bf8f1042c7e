"""The command that makes an owner's key."""

import pytest

from frontdesk.adapters.dynamodb.api_keys import DynamoApiKeys
from frontdesk.domain.credential import digest_of
from frontdesk.domain.scopes import SCOPES
from infra import owner_key
from infra.owner_key import make_owner_key, owner_keys
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


class TestMakeOwnerKey:
    def test_key_may_do_everything(self, gateway: MemoryGateway) -> None:
        secret = make_owner_key(gateway, is_livemode=False)
        key = DynamoApiKeys(gateway).find_active(digest_of(secret))

        assert key is not None
        assert key.granted_scopes == SCOPES
        assert key.created_by == "operator"

    @pytest.mark.parametrize(("is_livemode", "prefix"), [(True, "fd_live_"), (False, "fd_test_")])
    def test_key_says_its_mode(
        self, gateway: MemoryGateway, is_livemode: bool, prefix: str
    ) -> None:
        assert make_owner_key(gateway, is_livemode=is_livemode).startswith(prefix)

    def test_each_call_makes_another_and_leaves_the_others(self, gateway: MemoryGateway) -> None:
        ids = CountingIds()
        secrets = {
            make_owner_key(gateway, is_livemode=True, name=name, ids=ids) for name in ("a", "b")
        }

        assert len(secrets) == 2
        assert owner_keys(gateway) == ["b", "a"]


class TestCommand:
    @pytest.fixture(autouse=True)
    def local(self, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(owner_key, "BotocoreGateway", lambda client, table_names: gateway)
        monkeypatch.setattr(owner_key, "_client", lambda service, options: FakeCloudFormation())

    def test_prints_only_the_key_to_standard_output(
        self, gateway: MemoryGateway, capsys: pytest.CaptureFixture[str]
    ) -> None:
        owner_key.main(["--table", "store-table"])
        printed = capsys.readouterr()

        (line,) = printed.out.splitlines()
        assert DynamoApiKeys(gateway).find_active(digest_of(line)) is not None
        assert line not in printed.err

    def test_says_how_many_owners_there_are(self, capsys: pytest.CaptureFixture[str]) -> None:
        for name in ("Ada", "Bob"):
            owner_key.main(["--table", "store-table", "--name", name])

        assert "1 owner keys work already: Ada." in capsys.readouterr().err

    def test_stack_says_its_mode(self, capsys: pytest.CaptureFixture[str]) -> None:
        owner_key.main(["--stack", "shop"])

        assert capsys.readouterr().out.startswith("fd_live_")

    @pytest.mark.parametrize("arguments", [[], ["--stack", "a", "--table", "b"]])
    def test_asks_for_either_stack_or_table(self, arguments: list[str]) -> None:
        with pytest.raises(SystemExit):
            owner_key.main(arguments)


class FakeCloudFormation:
    def describe_stacks(self, *, StackName: str) -> dict[str, object]:  # noqa: N803 - boto3's name
        return {
            "Stacks": [
                {
                    "Outputs": [{"OutputKey": "StoreTable", "OutputValue": f"{StackName}-store"}],
                    "Parameters": [{"ParameterKey": "Livemode", "ParameterValue": "true"}],
                }
            ]
        }
