"""From a request to Stripe's webhook address to an event that is proven to be Stripe's and ours."""

import json
import re
from collections.abc import Mapping
from typing import Any

from frontdesk.adapters.stripe.events import object_of
from frontdesk.adapters.stripe.signature import SignatureRefusedError, verify_signature
from frontdesk.domain.errors import InvalidInputError, UnavailableError
from frontdesk.domain.provider_event import ProviderEvent
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.times import from_epoch
from frontdesk.ports.clock import Clock
from frontdesk.ports.secrets import Secrets

_EVENT_ID = re.compile(r"[A-Za-z0-9_]{1,255}")
_EVENT_TYPE = re.compile(r"[a-z0-9_.]{1,255}")
_API_VERSION = re.compile(r"[A-Za-z0-9_.-]{1,255}")
_SECRET = re.compile(rb'("client_secret"\s*:\s*)"(?:[^"\\]|\\.)*"')
"""Of a setup or a payment: who has it can complete that, so it is not kept. Within a text every
quotation mark has a backslash, so nothing there looks like this."""
_LATEST_EPOCH_SECONDS = 253_402_300_799
"""The last second of the year 9999: what a datetime can hold."""


class StripeIngress:
    def __init__(self, *, secrets: Secrets, secret_name: str, livemode: bool, clock: Clock) -> None:
        """`secret_name` holds a JSON list of `whsec_…` strings: several while one is rolled."""
        self._secrets = secrets
        self._secret_name = secret_name
        self._livemode = livemode
        self._clock = clock

    def event_from(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """`body` are the raw bytes as sent; `headers` have lower-case names.

        Raises InvalidInputError for what is not a valid event of ours, and UnavailableError while
        no usable secret is configured: the address is then closed, never open.
        """
        self._verify(body, headers.get("stripe-signature", ""))
        return self._parse(body)

    def _verify(self, body: bytes, header: str) -> None:
        now = self._clock.now()
        try:
            verify_signature(body, header=header, secrets=self._webhook_secrets(), now=now)
        except SignatureRefusedError as error:
            # Perhaps the secret was rolled a moment ago: one look a minute at most.
            if not self._secrets.reload(self._secret_name):
                raise _refused() from error
            try:
                verify_signature(body, header=header, secrets=self._webhook_secrets(), now=now)
            except SignatureRefusedError:
                raise _refused() from error

    def _webhook_secrets(self) -> list[str]:
        try:
            secrets = json.loads(self._secrets.text(self._secret_name))
        except ValueError as error:
            raise UnavailableError("The webhook secrets are not a JSON list.") from error
        is_usable = isinstance(secrets, list) and all(
            isinstance(secret, str) and secret.strip() for secret in secrets
        )
        if not secrets or not is_usable:
            raise UnavailableError("No usable webhook secret is configured.")
        return list(secrets)

    def _parse(self, body: bytes) -> ProviderEvent:
        event = _json_object(body)
        event_id, event_type, created = event.get("id"), event.get("type"), event.get("created")
        if (
            not isinstance(event_id, str)
            or not _EVENT_ID.fullmatch(event_id)
            or not isinstance(event_type, str)
            or not _EVENT_TYPE.fullmatch(event_type)
            or type(created) is not int
            or not 0 <= created <= _LATEST_EPOCH_SECONDS
        ):
            raise InvalidInputError("This is not an event of Stripe's.", code="malformed_event")
        if event.get("livemode") is not self._livemode:
            raise InvalidInputError(
                "The event is of the other mode, live or test.", code="wrong_environment"
            )
        if event.get("account") or event.get("context"):
            # Of a connected account: our key would find nothing, and that is no deletion.
            raise InvalidInputError("The event is of another account.", code="wrong_environment")
        api_version = event.get("api_version")
        return ProviderEvent(
            provider=ProviderName.STRIPE,
            id=event_id,
            type=event_type,
            created_at=from_epoch(created),
            api_version=api_version if _is_version(api_version) else None,
            reference=object_of(event),
            raw_body=_SECRET.sub(rb"\1null", body),
        )


def _is_version(value: object) -> bool:
    return isinstance(value, str) and _API_VERSION.fullmatch(value) is not None


def _refused() -> InvalidInputError:
    return InvalidInputError(
        "The Stripe-Signature header does not fit the body, the secret or the time.",
        code="invalid_signature",
    )


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The body is not JSON in UTF-8.", code="malformed_json") from error
    if not isinstance(event, dict):
        raise InvalidInputError("This is not an event of Stripe's.", code="malformed_event")
    return event
