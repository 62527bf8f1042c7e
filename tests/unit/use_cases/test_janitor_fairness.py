"""Nobody waits for somebody else's trouble: what is silent or cannot be read is put off."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operation_item import operation_item
from frontdesk.adapters.dynamodb.operations import Absent, Put
from frontdesk.domain.operation import Operation, OperationKind, OperationState
from frontdesk.domain.snapshot import ObjectReference, ProviderName
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.use_cases.mirror import Mirror
from frontdesk.use_cases.operation_sweep import tend
from frontdesk.use_cases.scheduled_changes import carry_out_due
from tests.subscribing_paypal import PayPalSubscriptionRig


def open_operation(rig: PayPalSubscriptionRig, number: int, **changes: Any) -> Operation:
    now = rig.clock.now()
    made = Operation(
        id=f"op_{number:026}",
        kind=OperationKind.REFUND,
        state=OperationState.UNKNOWN,
        provider=ProviderName.STRIPE,
        customer_id="cus_1",
        subject_id="txn_1",
        subject_provider_id="ch_1",
        requested_by="staff#stf_1",
        requested_at=now,
        parameters={"amount_minor": 5, "currency": "usd"},
        submitted_at=now,
        due_at=now,
    )
    made = replace(made, **changes)
    rig.gateway.write(Put(keys.operation(made.id), operation_item(made, at=now), Absent()))
    return made


class StripeIsSilent:
    """As long as its time-out, ten seconds, it says nothing; PayPal is as it is."""

    def __init__(self, rig: PayPalSubscriptionRig) -> None:
        self.rig = rig

    def fetch(self, reference: ObjectReference) -> Any:
        if reference.provider is ProviderName.STRIPE:
            self.rig.clock.advance(timedelta(seconds=10))
            raise ProviderUnavailableError("down")
        return self.rig.provider.fetch(reference)


def with_silent_stripe(rig: PayPalSubscriptionRig) -> None:
    mirror = Mirror(provider=StripeIsSilent(rig), store=rig.mirror.store)
    commands: Mapping[Any, Any] = {**rig.world.commands, ProviderName.STRIPE: None}
    rig.world = replace(rig.world, mirror=mirror, commands=commands)


def test_a_provider_that_is_down_does_not_keep_the_other_waiting() -> None:
    """100 are read, and all of them are of the one that is left alone."""
    rig = PayPalSubscriptionRig()
    with_silent_stripe(rig)
    for number in range(150):
        open_operation(rig, number)
    rig.clock.advance(timedelta(seconds=1))
    mine = open_operation(
        rig,
        999,
        kind=OperationKind.PAUSE,
        provider=ProviderName.PAYPAL,
        subject_id=rig.id,
        subject_provider_id=rig.provider_id,
        state=OperationState.UNKNOWN,
        submitted_at=rig.clock.now() - timedelta(days=2),
    )
    for _ in range(10):
        rig.clock.advance(timedelta(minutes=1))
        tend(world=rig.world, until=rig.clock.now() + timedelta(hours=1))

    standing = rig.world.operations.get(mine.id)
    assert standing is not None
    assert standing.version > mine.version, "never looked at in ten minutes"


def test_a_silent_stripe_does_not_keep_an_end_at_paypal_waiting() -> None:
    """An end that waits beside running billing: PayPal bills another month meanwhile."""
    rig = PayPalSubscriptionRig()
    rig.order("cancel", {"when": "2026-12-31T00:00:00Z"})
    rig.advance(timedelta(days=59, hours=13))  # behind the end, before 1 January's renewal
    with_silent_stripe(rig)
    for number in range(60):
        open_operation(rig, number)
    for _ in range(2):
        rig.clock.advance(timedelta(minutes=1))
        began = rig.clock.now()
        carry_out_due(due=rig.due, world=rig.world, until=began + timedelta(seconds=12))
        tend(world=rig.world, until=began + timedelta(seconds=25))

    assert rig.at_provider["status"] == "CANCELLED"


def test_a_subscription_that_cannot_be_read_does_not_keep_the_others_waiting() -> None:
    """One that raises is not postponed, so it stays first: three of ten seconds are a run."""
    rig = PayPalSubscriptionRig()
    rig.order("cancel", {"when": "period_end"})
    rig.advance(timedelta(days=31))
    item = dict(rig.gateway.items[keys.subscription(rig.id)])
    for number in range(3):
        name = f"sub_{number:026}"
        at = "2026-11-01T00:00:00.000Z"
        twin = {**item, "pk": keys.subscription(name).pk, "id": name, "subscription_id": name}
        twin |= {"provider_id": f"I-POISON{number}", "due_at": at, "due_shard": item["due_shard"]}
        rig.gateway.write(Put(keys.subscription(name), twin, Absent()))

    class Poisoned:
        def fetch(self, reference: ObjectReference) -> Any:
            if reference.provider_id.startswith("I-POISON"):
                rig.clock.advance(timedelta(seconds=10))
                raise ProviderUnavailableError("a shape that cannot be read")
            return rig.provider.fetch(reference)

    mirror = Mirror(provider=Poisoned(), store=rig.mirror.store)
    rig.world = replace(rig.world, mirror=mirror)
    for _ in range(10):
        rig.clock.advance(timedelta(minutes=1))
        carry_out_due(due=rig.due, world=rig.world, until=rig.clock.now() + timedelta(seconds=25))

    assert rig.at_provider["status"] == "CANCELLED"
