"""The keys that sign-in tokens are verified with, as one secret of JSON.

{"keys": [{"kid": …, "secret": …, "issuer": …, "audience": …, "active": true}]}
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.domain.errors import UnavailableError, VersionConflictError
from frontdesk.domain.sso import SsoKey, usable_keys
from frontdesk.ports.sessions import KeyRing

if TYPE_CHECKING:
    from types_boto3_secretsmanager.client import SecretsManagerClient

_PROPOSED = "FRONTDESK_PROPOSED"
_CURRENT = "AWSCURRENT"


class SsoKeyReader:
    """What signing in needs: the usable keys, from the cache."""

    def __init__(self, secrets: SecretReader, *, name: str) -> None:
        self._secrets = secrets
        self._name = name

    def usable(self) -> Mapping[str, SsoKey]:
        return usable_keys(_keys_of(self._secrets.text(self._name)))

    def reload(self) -> bool:
        return self._secrets.reload(self._name)


class SsoKeySecret:
    """What administering the keys needs: the secret itself, written by compare and swap.

    put a new version, labelled as proposed ── move AWSCURRENT from the version that was read
                                               to the new one: refused if it is elsewhere now
    """

    def __init__(self, client: SecretsManagerClient, *, name: str) -> None:
        self._client = client
        self._name = name

    def read(self) -> KeyRing:
        answer = self._call(self._client.get_secret_value, SecretId=self._name)
        return KeyRing(keys=_keys_of(answer["SecretString"]), version=answer["VersionId"])

    def write(self, keys: tuple[SsoKey, ...], *, replacing: KeyRing) -> None:
        proposed = str(uuid.uuid4())
        self._call(
            self._client.put_secret_value,
            SecretId=self._name,
            ClientRequestToken=proposed,
            SecretString=_text_of(keys),
            VersionStages=[_PROPOSED],
        )
        self._call(
            self._client.update_secret_version_stage,
            SecretId=self._name,
            VersionStage=_CURRENT,
            MoveToVersionId=proposed,
            RemoveFromVersionId=replacing.version,
        )

    def _call(self, operation: Any, **request: Any) -> Any:
        from botocore.exceptions import (  # noqa: PLC0415 - botocore only where a client is made
            BotoCoreError,
            ClientError,
        )

        try:
            return operation(**request)
        except ClientError as error:
            # Secrets Manager answers so when AWSCURRENT is not where it is to be taken from.
            if error.response["Error"]["Code"] == "InvalidParameterException":
                raise VersionConflictError from error
            raise UnavailableError("The sign-in keys cannot be reached.") from error
        except BotoCoreError as error:
            raise UnavailableError("The sign-in keys cannot be reached.") from error


def _keys_of(text: str) -> tuple[SsoKey, ...]:
    try:
        return tuple(_key_of(entry) for entry in json.loads(text)["keys"])
    except (ValueError, KeyError, TypeError):
        # A JSON error carries the whole text that it could not read: it must not be the cause.
        raise UnavailableError("The sign-in keys are not in the form expected.") from None


def _key_of(entry: Mapping[str, Any]) -> SsoKey:
    return SsoKey(
        kid=str(entry["kid"]),
        secret=str(entry["secret"]),
        issuer=str(entry["issuer"]),
        audience=str(entry["audience"]),
        is_active=entry.get("active") is True,
    )


def _text_of(keys: tuple[SsoKey, ...]) -> str:
    entries = [
        {
            "kid": key.kid,
            "secret": key.secret,
            "issuer": key.issuer,
            "audience": key.audience,
            "active": key.is_active,
        }
        for key in keys
    ]
    return json.dumps({"keys": entries})
