"""One permanent row for each transmission: the digest of the body that it came with first."""

import hashlib

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Absent, ConditionFailedError, Gateway, Put
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import Clock


class DynamoTransmissions:
    def __init__(self, gateway: Gateway, *, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    def is_first_body(self, provider: ProviderName, transmission_id: str, *, body: bytes) -> bool:
        key = keys.transmission(provider.value, transmission_id)
        digest = hashlib.sha256(body).hexdigest()
        now = to_sortable(self._clock.now())
        row = Put(
            key,
            {
                "entity": "transmission",
                "transmission_id": transmission_id,
                "provider_name": provider.value,
                "body_sha256": digest,
                "version": 1,
                "created_at": now,
                "updated_at": now,
            },
            Absent(),
        )
        try:
            self._gateway.write(row)
        except ConditionFailedError as error:
            known = error.item or self._gateway.get(key) or {}
            return known.get("body_sha256") == digest
        return True
