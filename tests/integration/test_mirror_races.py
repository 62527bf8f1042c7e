"""C4: a webhook arrives before, while and after our own create call returns.

Over the table in memory, and here because a thousand races take too long for make unit.
"""

import random
from collections.abc import Callable

import pytest

from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.domain.customer import customer_id_of
from frontdesk.domain.snapshot import ObjectKind
from tests.fakes.provider import STRIPE, reference
from tests.mirrored import MirrorRig, differences
from tests.workers import Workshop


def create_command(rig: MirrorRig, owner: str, product: str) -> Callable[[], object]:
    """What every command of ours does today: call the provider, then look at what it made.

    Between the two, the call is executed and its answer is on the way.
    """

    def run() -> object:
        rig.provider.before_fetch("create")
        subscription = rig.provider.subscribe(owner, product=product)
        rig.provider.after_fetch("create")
        return rig.look_at(reference(ObjectKind.SUBSCRIPTION, subscription))

    return run


def webhook(rig: MirrorRig) -> Callable[[], object]:
    """Accepts and follows the creation's event, as soon as it is there."""

    def run() -> None:
        for event in list(rig.provider.events):
            if event.reference and event.reference.kind is ObjectKind.SUBSCRIPTION:
                rig.accept(event)
                rig.look_at(event.reference, event.id)

    return run


@pytest.mark.case("C4")
def test_a_thousand_races_end_with_one_subscription_of_the_right_owner_and_plan() -> None:
    for seed in range(1000):
        chance = random.Random(seed)
        rig = MirrorRig()
        owner, product = rig.provider.add_customer(name="Ann"), rig.provider.add_product("Gold")
        if chance.random() < 0.5:
            rig.follow()
        workshop = Workshop(rig)
        command = workshop.start(create_command(rig, owner, product))
        for _ in range(chance.randint(0, 3)):
            workshop.step(command)
        hooks = [workshop.start(webhook(rig)) for _ in range(chance.randint(1, 2))]
        while workshop.workers:
            workshop.step(chance.choice(workshop.workers))
        rig.follow()

        (found,) = map(subscription_from, rig.entities("subscription"))
        assert (found.customer_id, found.product) == (customer_id_of(STRIPE, owner), product)
        assert [worker.error for worker in (command, *hooks)] == [None] * (1 + len(hooks))
        assert differences(rig) == []
