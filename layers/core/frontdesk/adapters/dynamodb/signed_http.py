"""DynamoDB over one kept-alive connection, for answers of a megabyte that are decoded elsewhere.

botocore's own parser costs ten times what the rest of an export does (benchmarks/export.py), so
only its credentials, its endpoint and its signature are used here.
"""

from __future__ import annotations

import json
import random
import ssl
import time
import zlib
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from frontdesk.adapters.dynamodb.operations import TableUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ATTEMPTS = 8
_BASE_DELAY_SECONDS = 0.05
_MAX_DELAY_SECONDS = 5.0
_TIMEOUT_SECONDS = 10
_TARGET_PREFIX = "DynamoDB_20120810."
_PASSING_ERRORS = frozenset(
    (
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    )
)


class RequestRefusedError(Exception):
    """DynamoDB will never take this request; the message is the error's name."""


class _TryAgainError(Exception):
    pass


class SignedConnection:
    """`sign` answers the headers of a POST of this body to the endpoint."""

    def __init__(
        self,
        endpoint: str,
        *,
        sign: Callable[[str, bytes], Mapping[str, str]],
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._endpoint = urlsplit(endpoint)
        self._sign = sign
        self._sleep = sleep
        self._jitter = jitter
        self._connection: HTTPConnection | None = None

    def call(self, operation: str, request: Mapping[str, Any]) -> bytes:
        """The answer's body. Raises RequestRefusedError, TableUnavailableError.

        Full jitter, 50 ms to 5 s; only for reads: what got no answer is asked again.
        """
        body = json.dumps(request, separators=(",", ":")).encode()
        for attempt in range(_ATTEMPTS):
            if attempt:
                ceiling = min(_BASE_DELAY_SECONDS * 2**attempt, _MAX_DELAY_SECONDS)
                self._sleep(ceiling * self._jitter())
            try:
                return self._call_once(operation, body)
            except _TryAgainError:
                continue
            except (HTTPException, OSError):
                self.close()
        raise TableUnavailableError("DynamoDB did not answer.")

    def _call_once(self, operation: str, body: bytes) -> bytes:
        headers = self._sign(_TARGET_PREFIX + operation, body)
        connection = self._connection or self._connected()
        connection.request("POST", self._endpoint.path or "/", body=body, headers=dict(headers))
        response = connection.getresponse()
        content = response.read()
        if response.will_close:
            self.close()
        if response.status != 200:
            raise _error_of(response.status, content)
        checksum = response.getheader("x-amz-crc32")
        if checksum is not None and int(checksum) != zlib.crc32(content):
            raise _TryAgainError
        return content

    def _connected(self) -> HTTPConnection:
        host, port = self._endpoint.hostname or "", self._endpoint.port
        if self._endpoint.scheme == "http":
            self._connection = HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
        else:
            self._connection = HTTPSConnection(
                host, port, timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _error_of(status: int, content: bytes) -> Exception:
    try:
        name = str(json.loads(content)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        name = f"HTTP {status}"
    if status >= 500 or status == 429 or name in _PASSING_ERRORS:
        return _TryAgainError(name)
    return RequestRefusedError(name)


def connect() -> SignedConnection:
    """To the endpoint that botocore would use: AWS_ENDPOINT_URL and its kin are honoured."""
    from botocore.auth import SigV4Auth  # noqa: PLC0415 - botocore only where it is needed
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - the same
    from botocore.exceptions import NoCredentialsError  # noqa: PLC0415 - the same

    from frontdesk.adapters.aws import client, session  # noqa: PLC0415 - the same

    dynamodb = client("dynamodb")
    endpoint, region = dynamodb.meta.endpoint_url, dynamodb.meta.region_name
    credentials = session().get_credentials()
    if credentials is None:
        raise NoCredentialsError

    def sign(target: str, body: bytes) -> Mapping[str, str]:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": target,
            "Accept-Encoding": "identity",
        }
        request = AWSRequest("POST", endpoint, headers=headers, data=body)
        # Frozen for each request: the role's credentials are renewed while a worker runs.
        SigV4Auth(credentials.get_frozen_credentials(), "dynamodb", region).add_auth(request)
        return dict(request.headers.items())

    return SignedConnection(endpoint, sign=sign)
