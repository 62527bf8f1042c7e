"""What a caller is told again, and what goes with a refund that a human has to decide about."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from frontdesk.domain.operation import LEASE, OperationState
from frontdesk.ports.provider import ProviderUnavailableError
from tests.refunding import RefundRig
from tests.refunding_at_stripe import in_process, operation_id
from tests.workers import Died

_LONGER_THAN_A_CLAIM = timedelta(seconds=121)


def test_a_refund_that_was_made_is_told_to_whoever_asks_again() -> None:
    """The first process dies, and the repeat comes while the janitor is at it. Who took "still
    running" for the last word would order a second refund under a fresh key."""
    shop = in_process()
    charge = shop.pay(1000)
    client = shop.client()

    def die(name: str) -> None:
        if name == "post":
            raise Died

    client.before_call = die
    with suppress(Died):
        shop.refund(charge, 300)
    client.before_call = lambda name: None
    shop.pass_time(_LONGER_THAN_A_CLAIM)
    operations = shop.world.doing.operations
    standing = operations.get(operation_id(1))
    assert standing is not None
    assert standing.state is OperationState.SUBMITTING
    operations.keep_open(standing, replace(standing, looks=1), due_at=shop.clock.now() + LEASE)
    meanwhile = shop.refund(charge, 300)
    shop.tend()

    again = shop.refund(charge, 300)

    assert meanwhile.code == "operation_in_progress"
    assert again.status == 201
    assert [one.amount_minor for one in shop.refunds_of(charge)] == [300]


def test_a_refund_that_nobody_can_find_does_not_bind_the_subscription() -> None:
    """It is for a human; whether the subscription ends is theirs to say, too."""
    rig = RefundRig(captured_minor=500_000)
    rig.subscribe()

    def no_answer(name: str) -> None:
        raise ProviderUnavailableError("no answer")

    rig.commands.before_call = no_answer
    rig.refund(200_000, cancel_subscription=True)
    rig.commands.before_call = lambda name: None
    for _ in range(6):
        rig.tend(later=timedelta(days=1))

    (item,) = rig.rig.entities("subscription")
    assert "open_operation" not in item
    assert rig.operation().needs_attention
