"""Refunds over tables of which a fifth of all calls fails, and what comes of them."""

import random
from collections import Counter
from contextlib import suppress

from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
from frontdesk.adapters.dynamodb.paid_subscriptions import DynamoPaidSubscriptions
from frontdesk.adapters.dynamodb.refunds import DynamoRefunds
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.domain.errors import FrontdeskError
from frontdesk.use_cases.mirror import Mirror
from frontdesk.use_cases.operations import OperationWorld
from frontdesk.use_cases.refunds import RefundWorld
from tests.faulty_tables import FaultyTables
from tests.refunding import RefundRig

MOST_TRIES = 8
ANSWERS = frozenset(
    (
        "succeeded",
        "pending",
        "unknown",
        "requested",
        "refund_exceeds_remaining",
        "operation_in_progress",
        "service_unavailable",
    )
)
_PER_PAYMENT = 10


def faulty(shop: RefundRig, *, seed: int) -> FaultyTables:
    """Puts the faulty tables between the shop and its own."""
    tables = FaultyTables(shop.rig.gateway, seed=seed)
    clock = shop.rig.clock
    store = DynamoMirrorStore(tables, clock=clock, currency="usd")
    shop.world = RefundWorld(
        transactions=DynamoTransactions(tables),
        subscriptions=DynamoPaidSubscriptions(tables),
        refunds=DynamoRefunds(tables),
        doing=OperationWorld(
            operations=DynamoOperations(tables, clock=clock),
            commands=shop.world.doing.commands,
            mirror=Mirror(provider=shop.rig.provider, store=store),
            clock=clock,
        ),
    )
    return tables


def contend(runs: int, *, seed: int) -> list[str]:
    """Everything that is wrong after `runs` orders, each sent once or twice."""
    chance, wrongs = random.Random(seed), Counter[str]()
    for begin in range(0, runs, _PER_PAYMENT):
        shop = RefundRig()
        quiet = shop.world
        tables = faulty(shop, seed=seed + begin)
        for number in range(min(_PER_PAYMENT, runs - begin)):
            amount = chance.randint(50, 150)
            for _ in range(chance.randint(1, 2)):
                answer = _answer(shop, amount, number=number)
                if answer not in ANSWERS:
                    wrongs[f"answered {answer}"] += 1
        for _ in range(5):
            with suppress(FrontdeskError):  # a pass that fails: the next is a minute away
                shop.tend()
        shop.world = quiet
        shop.look_at_payment()
        wrongs.update(shop.wrongs())
        if tables.most_tries > MOST_TRIES:
            wrongs[f"tried {tables.most_tries} times"] += 1
    return list(wrongs)


def _answer(shop: RefundRig, amount: int, *, number: int) -> str:
    try:
        return shop.refund(amount, number=number).state.value
    except FrontdeskError as error:
        return error.code
