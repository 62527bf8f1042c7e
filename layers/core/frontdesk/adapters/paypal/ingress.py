"""From a request to PayPal's webhook address to an event that is a hint, once."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from frontdesk.adapters.paypal.events import Subject, subject_of
from frontdesk.adapters.paypal.fields import moment
from frontdesk.adapters.paypal.signature import (
    SignatureRefusedError,
    Transmission,
    Verifier,
    transmission_of,
)
from frontdesk.domain.errors import InvalidInputError
from frontdesk.domain.provider_event import ProviderEvent
from frontdesk.domain.snapshot import ProviderName
from frontdesk.ports.clock import Clock
from frontdesk.ports.refund_index import RefundIndex
from frontdesk.ports.transmissions import Transmissions

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,254}")


class PayPalIngress:
    def __init__(
        self,
        *,
        verifier: Verifier,
        transmissions: Transmissions,
        refunds: RefundIndex,
        clock: Clock,
    ) -> None:
        self._verifier = verifier
        self._transmissions = transmissions
        self._refunds = refunds
        self._clock = clock

    def event_from(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """`body` are the raw bytes as sent; `headers` have lower-case names.

        Raises InvalidInputError for what is not a valid event of ours, and UnavailableError while
        that cannot be known.
        """
        event = _json_object(body)
        try:
            transmission = transmission_of(headers, now=self._clock.now())
            self._verifier.verify(transmission, body)
        except SignatureRefusedError as error:
            raise InvalidInputError(
                "The PayPal headers do not fit the body, the webhook or the time.",
                code="invalid_signature",
            ) from error
        self._refuse_another_body(transmission, body)
        subject = subject_of(event)
        if subject is not None and subject.refund_id is not None:
            self._refunds.remember(subject.reference, subject.refund_id)
        return _event_of(event, body, transmission=transmission, subject=subject)

    def _refuse_another_body(self, transmission: Transmission, body: bytes) -> None:
        if not self._transmissions.is_first_body(ProviderName.PAYPAL, transmission.id, body=body):
            raise InvalidInputError(
                "This transmission came with another body before.", code="invalid_signature"
            )


def _event_of(
    event: dict[str, Any], body: bytes, *, transmission: Transmission, subject: Subject | None
) -> ProviderEvent:
    """Known by its transmission's id, which is signed. The event's own id is not: a forged one
    could make a genuine event look like one that was seen."""
    event_type, version = event.get("event_type"), event.get("resource_version")
    if not isinstance(event_type, str) or not _TYPE.fullmatch(event_type):
        raise InvalidInputError("This is not an event of PayPal's.", code="malformed_event")
    return ProviderEvent(
        provider=ProviderName.PAYPAL,
        id=transmission.id,
        type=event_type,
        created_at=moment(transmission.time),
        api_version=version[:50] if isinstance(version, str) and version else None,
        reference=subject.reference if subject else None,
        raw_body=body,
        look_again_after=subject.look_again_after if subject else (),
    )


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        # Numbers as text: none is needed, and one of ten thousand digits is no reason to refuse.
        event = json.loads(
            body.decode("utf-8"), parse_int=str, parse_float=str, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("The body is not JSON in UTF-8.", code="malformed_json") from error
    if not isinstance(event, dict):
        raise InvalidInputError("This is not an event of PayPal's.", code="malformed_event")
    return event


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")
