"""Who somebody is to us: customers by the shop's own id for them, and by e-mail where allowed."""

from dataclasses import replace
from datetime import datetime

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    Gateway,
    Item,
    Put,
    Query,
    TransactionRefusedError,
    TransactionStep,
)
from frontdesk.adapters.dynamodb.profile_item import customer_of, email_key, profile_steps
from frontdesk.domain.customer import Customer
from frontdesk.domain.errors import ConflictError
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import IdFactory

_ATTEMPTS = 3
_TRANSACTION_TOKEN_BYTES = 24


class DynamoCustomerDirectory:
    def __init__(self, gateway: Gateway, *, ids: IdFactory) -> None:
        self._gateway = gateway
        self._ids = ids

    def find_by_external_id(self, external_id: str) -> str | None:
        item = self._gateway.get(keys.external_id(external_id))
        return str(item["customer_id"]) if item else None

    def exists(self, customer_id: str) -> bool:
        return self._gateway.get(keys.profile(customer_id)) is not None

    def create(self, customer: Customer, *, external_id: str) -> str:
        new = replace(customer, external_id=external_id)
        steps = [
            *profile_steps(None, new, at=new.created_at),
            external_id_step(external_id, customer_id=new.id, at=new.created_at),
        ]
        if self._is_written(steps):
            return new.id
        first = self.find_by_external_id(external_id)
        if first is None:
            raise ConflictError("The customer could not be created.")
        return first

    def link_by_email(self, email: str, *, external_id: str, at: datetime) -> str | None:
        for _ in range(_ATTEMPTS):  # a mirrored change may come between the read and the write
            customer = self._only_owner(email)
            if customer is None or customer.external_id:
                return None
            linked = replace(customer, external_id=external_id)
            steps = [
                *profile_steps(customer, linked, at=at),
                external_id_step(external_id, customer_id=customer.id, at=at),
            ]
            if self._is_written(steps):
                return customer.id
            if first := self.find_by_external_id(external_id):
                return first
        raise ConflictError("The customer is being changed by somebody else.")

    def _only_owner(self, email: str) -> Customer | None:
        page = self._gateway.query(
            Query("customers", keys.email_partition(email_key(email)), limit=2, consistent=True)
        )
        if len(page.items) != 1:
            return None
        item = self._gateway.get(keys.profile(str(page.items[0]["customer_id"])))
        return customer_of(item) if item else None

    def _is_written(self, steps: list[TransactionStep]) -> bool:
        try:
            self._gateway.transact(steps, token=self._ids.secret(_TRANSACTION_TOKEN_BYTES))
        except TransactionRefusedError:
            return False
        return True


def external_id_step(external_id: str, *, customer_id: str, at: datetime) -> Put:
    """Makes the id the customer's, on condition that it is nobody's yet."""
    item: Item = {
        "entity": "external_id",
        "version": 1,
        "created_at": to_sortable(at),
        "updated_at": to_sortable(at),
        "customer_id": customer_id,
    }
    return Put(keys.external_id(external_id), item, Absent())
