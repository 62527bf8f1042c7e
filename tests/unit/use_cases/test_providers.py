"""Each object is asked of its own provider, and of no other."""

import pytest

from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName, Snapshot
from frontdesk.ports.provider import ProviderRejectedError
from frontdesk.use_cases.providers import Providers


class Asked:
    def __init__(self) -> None:
        self.references: list[ObjectReference] = []

    def fetch(self, reference: ObjectReference) -> Snapshot | None:
        self.references.append(reference)
        return None


def test_an_object_is_asked_of_its_own_provider() -> None:
    stripe, paypal = Asked(), Asked()
    reference = ObjectReference(ProviderName.PAYPAL, ObjectKind.PAYMENT, "8AB")

    Providers({ProviderName.STRIPE: stripe, ProviderName.PAYPAL: paypal}).fetch(reference)

    assert (stripe.references, paypal.references) == ([], [reference])


def test_an_object_of_a_provider_that_is_not_there_is_refused_and_not_taken_for_deleted() -> None:
    reference = ObjectReference(ProviderName.PAYPAL, ObjectKind.CUSTOMER, "PAYER")

    with pytest.raises(ProviderRejectedError):
        Providers({ProviderName.STRIPE: Asked()}).fetch(reference)
