"""Reading secrets from a cache, and changing the ring of sign-in keys by compare and swap."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.secrets.sso_keys import SsoKeyReader, SsoKeySecret
from frontdesk.domain.errors import UnavailableError, VersionConflictError
from frontdesk.ports.sessions import KeyRing
from tests.fakes.clock import FakeClock
from tests.fakes.sso import SHOP_KEY

NAME = "frontdesk/sso-keys"
SECOND_KEY = replace(SHOP_KEY, kid="second", secret="Xp7Rb2Nc9Vd4Mf1Lg6Kh3Jj8Hk5Gl0Fz")


class FakeSecretsManager:
    """One secret with its versions; answers what the real one answers of it."""

    def __init__(self, text: str) -> None:
        self.versions = {"v1": text}
        self.current = "v1"
        self.reads = 0
        self.failure: Exception | None = None

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's names
        self.reads += 1
        if self.failure:
            raise self.failure
        return {"SecretString": self.versions[self.current], "VersionId": self.current}

    def put_secret_value(self, **request: Any) -> None:
        assert "AWSCURRENT" not in request["VersionStages"]
        self.versions[request["ClientRequestToken"]] = request["SecretString"]

    def update_secret_version_stage(self, **request: Any) -> None:
        assert request["VersionStage"] == "AWSCURRENT"
        if request["RemoveFromVersionId"] != self.current:
            raise refusal("InvalidParameterException")
        self.current = request["MoveToVersionId"]


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


def ring_text(*keys: dict[str, object]) -> str:
    return json.dumps({"keys": keys})


def entry(**more: object) -> dict[str, object]:
    return {
        "kid": SHOP_KEY.kid,
        "secret": SHOP_KEY.secret,
        "issuer": SHOP_KEY.issuer,
        "audience": SHOP_KEY.audience,
        "active": True,
    } | more


@pytest.fixture
def aws() -> FakeSecretsManager:
    return FakeSecretsManager(ring_text(entry()))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def secrets(aws: FakeSecretsManager, clock: FakeClock) -> SecretReader:
    client: Any = aws
    return SecretReader(client, clock=clock)


@pytest.fixture
def vault(aws: FakeSecretsManager) -> SsoKeySecret:
    client: Any = aws
    return SsoKeySecret(client, name=NAME)


class TestSecretReader:
    def test_reads_once_in_five_minutes(
        self, aws: FakeSecretsManager, clock: FakeClock, secrets: SecretReader
    ) -> None:
        for _ in range(300):
            secrets.text(NAME)
            clock.advance(timedelta(seconds=1))
        assert aws.reads == 1
        secrets.text(NAME)

        assert aws.reads == 2

    def test_reload_reads_at_once_and_once_a_minute(
        self, aws: FakeSecretsManager, clock: FakeClock, secrets: SecretReader
    ) -> None:
        secrets.text(NAME)
        answers = []
        for _ in range(61):
            answers.append(secrets.reload(NAME))
            secrets.text(NAME)
            clock.advance(timedelta(seconds=1))

        assert answers == [True, *[False] * 59, True]
        assert aws.reads == 3

    @pytest.mark.parametrize(
        "failure",
        [
            refusal("ResourceNotFoundException"),
            refusal("AccessDeniedException"),
            EndpointConnectionError(endpoint_url="https://aws"),
        ],
    )
    def test_secret_that_cannot_be_read_closes_what_it_guards(
        self,
        aws: FakeSecretsManager,
        clock: FakeClock,
        secrets: SecretReader,
        failure: Exception,
    ) -> None:
        secrets.text(NAME)
        clock.advance(timedelta(minutes=5))
        aws.failure = failure

        with pytest.raises(UnavailableError):
            secrets.text(NAME)


class TestSsoKeyReader:
    def read(self, text: str, clock: FakeClock) -> SsoKeyReader:
        client: Any = FakeSecretsManager(text)
        return SsoKeyReader(SecretReader(client, clock=clock), name=NAME)

    def test_tells_the_usable_keys(self, clock: FakeClock) -> None:
        text = ring_text(entry(), entry(kid="old", active=False), entry(kid="weak", secret="x"))

        assert self.read(text, clock).usable() == {SHOP_KEY.kid: SHOP_KEY}

    @pytest.mark.parametrize("active", [None, "true", 1, "no"])
    def test_only_true_is_active(self, clock: FakeClock, active: object) -> None:
        assert self.read(ring_text(entry(active=active)), clock).usable() == {}

    def test_no_keys_let_nobody_in(self, clock: FakeClock) -> None:
        assert self.read(ring_text(), clock).usable() == {}

    @pytest.mark.parametrize("text", ["", "[]", "null", '{"keys": [{}]}', '{"keys": 1}', "{secret"])
    def test_broken_secret_is_an_error_that_does_not_tell_it(
        self, clock: FakeClock, text: str
    ) -> None:
        with pytest.raises(UnavailableError) as error:
            self.read(text, clock).usable()

        assert error.value.__cause__ is None
        assert "secret" not in str(error.value)

    def test_new_key_is_seen_after_a_reload(
        self, aws: FakeSecretsManager, secrets: SecretReader, vault: SsoKeySecret
    ) -> None:
        reader = SsoKeyReader(secrets, name=NAME)
        assert set(reader.usable()) == {SHOP_KEY.kid}
        vault.write((SHOP_KEY, SECOND_KEY), replacing=vault.read())
        assert set(reader.usable()) == {SHOP_KEY.kid}
        assert reader.reload()

        assert set(reader.usable()) == {SHOP_KEY.kid, SECOND_KEY.kid}


class TestSsoKeySecret:
    def test_what_is_written_is_read(self, vault: SsoKeySecret) -> None:
        retired = replace(SHOP_KEY, is_active=False)
        vault.write((retired, SECOND_KEY), replacing=vault.read())

        assert vault.read().keys == (retired, SECOND_KEY)

    def test_of_two_writers_that_read_the_same_ring_one_wins(self, vault: SsoKeySecret) -> None:
        ring = vault.read()
        vault.write((SHOP_KEY, SECOND_KEY), replacing=ring)

        with pytest.raises(VersionConflictError):
            vault.write((), replacing=ring)

        assert vault.read().keys == (SHOP_KEY, SECOND_KEY)

    def test_failure_is_not_a_conflict(
        self, aws: FakeSecretsManager, vault: SsoKeySecret, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**request: Any) -> None:
            raise refusal("InternalServiceError")

        monkeypatch.setattr(aws, "put_secret_value", fail)

        with pytest.raises(UnavailableError):
            vault.write((), replacing=KeyRing((), "v1"))

    def test_secret_of_a_key_is_not_shown(self, vault: SsoKeySecret) -> None:
        assert SHOP_KEY.secret not in repr(vault.read())
