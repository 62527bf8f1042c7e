"""The signature of one webhook attempt."""

import hashlib
import hmac
from collections.abc import Iterable


def signature_header(body: bytes, secrets: Iterable[str], *, at_epoch_seconds: int) -> str:
    """One `v1` per active secret, as during a rotation; test mode also sends a fake `v0`.

    Source: https://docs.stripe.com/webhooks#verify-manually
    """
    signed = f"{at_epoch_seconds}.".encode() + body
    digests = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    fake = hashlib.sha256(signed).hexdigest()
    return ",".join([f"t={at_epoch_seconds}", *(f"v1={d}" for d in digests), f"v0={fake}"])
