"""AWS clients, made in one place: one session, short time-outs, no client made twice."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session

_CONNECT_TIMEOUT_SECONDS = 2
_READ_TIMEOUT_SECONDS = 10
_ATTEMPTS = 3
_OWN_RETRIES = frozenset({"dynamodb"})
"""Their adapter repeats by itself: tries in tries would outlast the function."""


@cache
def session() -> Session:
    """One session for the process: a second costs a quarter of a client."""
    from botocore.session import get_session  # noqa: PLC0415 - nothing of AWS at import

    return get_session()


@cache
def client(service: str) -> Any:
    """A low-level client. The short user agent saves a quarter of each call's own time."""
    from botocore.config import Config  # noqa: PLC0415 - nothing of AWS at import

    config = Config(
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_READ_TIMEOUT_SECONDS,
        retries={
            "mode": "standard",
            "total_max_attempts": 1 if service in _OWN_RETRIES else _ATTEMPTS,
        },
        parameter_validation=False,
        user_agent="frontdesk",
        s3={"addressing_style": "path"},
        # In old regions botocore would sign download addresses the old way, which S3 refuses for
        # objects under a KMS key.
        signature_version="s3v4" if service == "s3" else None,
    )
    return session().create_client(service, config=config)
