"""Asks PayPal whether a signature holds: the other way to verify, at the price of a call.

https://developer.paypal.com/docs/api/webhooks/v1/#verify-webhook-signature_post
"""

import base64
import json
from collections.abc import Sequence

from frontdesk.adapters.paypal.client import PayPalClient, PayPalRefusedError
from frontdesk.adapters.paypal.signature import ALGORITHM, SignatureRefusedError, Transmission
from frontdesk.domain.errors import UnavailableError
from frontdesk.ports.provider import ProviderError

_PATH = "/v1/notifications/verify-webhook-signature"
_WRONG_REQUEST = frozenset((400, 422))


class ApiVerifier:
    def __init__(self, client: PayPalClient, *, webhook_ids: Sequence[str]) -> None:
        self._client = client
        self._webhook_ids = webhook_ids

    def verify(self, transmission: Transmission, body: bytes) -> None:
        """`body` has to be JSON: it becomes part of the question as it stands."""
        if not any(self._holds(transmission, body, webhook_id=one) for one in self._webhook_ids):
            raise SignatureRefusedError("PayPal says that the signature does not hold.")

    def _holds(self, transmission: Transmission, body: bytes, *, webhook_id: str) -> bool:
        question = verification_request(transmission, body, webhook_id=webhook_id)
        try:
            answer = self._client.post(_PATH, question)
        except PayPalRefusedError as error:
            if error.status in _WRONG_REQUEST:
                return False
            raise UnavailableError("PayPal does not verify signatures for us.") from error
        except ProviderError as error:
            raise UnavailableError("PayPal cannot be asked about a signature.") from error
        return answer.get("verification_status") == "SUCCESS"


def verification_request(transmission: Transmission, body: bytes, *, webhook_id: str) -> bytes:
    """The event goes in byte for byte: decoded and encoded again, `{}` or a large number may come
    out as something else, and PayPal answers FAILURE."""
    rest = json.dumps(
        {
            "auth_algo": ALGORITHM,
            "cert_url": transmission.certificate_url,
            "transmission_id": transmission.id,
            "transmission_sig": base64.b64encode(transmission.signature).decode(),
            "transmission_time": transmission.time,
            "webhook_id": webhook_id,
        }
    ).encode()
    return rest[:-1] + b', "webhook_event": ' + body + b"}"
