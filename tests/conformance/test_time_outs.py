"""No call of a provider may keep anybody waiting: each has a time-out, as it is deployed."""

from contextlib import suppress

import pytest

from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import ObjectKind, ObjectReference
from frontdesk.ports.commands import RefundCommand, SubscriptionCommand
from frontdesk.ports.provider import ProviderError, ProviderUnavailableError
from tests.conformance.conftest import PROVIDERS
from tests.conformance.shop import DeadNetwork, ProviderShop, operation_id

LONGEST_SECONDS = 10
VERBS = (
    OperationKind.CANCEL,
    OperationKind.UNDO_CANCEL,
    OperationKind.PAUSE,
    OperationKind.RESUME,
    OperationKind.CHANGE,
    OperationKind.REPRICE,
)


def fetch(dead: DeadNetwork, shop: ProviderShop, kind: ObjectKind) -> None:
    dead.provider.fetch(ObjectReference(shop.name, kind, shop.missing[kind]))


KINDS = [(made, kind) for made in PROVIDERS for kind in made.missing]


@pytest.mark.parametrize(("made", "kind"), KINDS)
def test_a_fetch(made: type[ProviderShop], kind: ObjectKind) -> None:
    shop = made()
    with shop.dead_network() as dead, pytest.raises(ProviderUnavailableError):
        fetch(dead, shop, kind)

    assert dead.time_outs
    assert all(0 < seconds <= LONGEST_SECONDS for seconds in dead.time_outs)


def test_a_refund(shop: ProviderShop) -> None:
    payment = shop.missing[ObjectKind.PAYMENT]
    with shop.dead_network() as dead, pytest.raises(ProviderUnavailableError):
        dead.commands.refund(RefundCommand(operation_id(), payment, 500, "eur"))

    assert dead.time_outs
    assert all(0 < seconds <= LONGEST_SECONDS for seconds in dead.time_outs)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb(shop: ProviderShop, verb: OperationKind) -> None:
    command = SubscriptionCommand(operation_id(), verb, shop.missing[ObjectKind.SUBSCRIPTION])
    with shop.dead_network() as dead, suppress(ProviderError):
        dead.commands.change_subscription(command)

    assert all(0 < seconds <= LONGEST_SECONDS for seconds in dead.time_outs)
