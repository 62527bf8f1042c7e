"""Every path that the refunds and disputes of one payment take, at any provider."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from infra.local.provider.exchange import RefusedError
from tests.fakes.gateway import MemoryGateway
from tests.mirrored import amount_of

PAID = 1000
REFUSALS = ("payment_disputed", "refund_exceeds_remaining")
"""With which a refund of ours may be refused on the way."""


class Case(Protocol):
    def ensure_right(self) -> int:
        """Our books say what the provider's say; what the shop has of the payment, minor units."""
        ...


type Step[C: Case] = Callable[[C], bool | None]
"""False where it was refused and has changed nothing; may raise RefusedError."""


def walk_every_path[C: Case](
    make: Callable[[], C],
    steps: Mapping[str, Step[C]],
    *,
    length: int,
    begun: tuple[str, ...] = (),
) -> Iterator[tuple[str, ...]]:
    """Every sequence of steps that the provider allows; the books are right after each of them.

    No path goes on from a step that was refused.
    """
    for name in steps:
        path = (*begun, name)
        try:
            has_happened = _has_happened(make(), steps, path)
        except AssertionError as error:
            raise AssertionError(" → ".join(path)) from error
        if has_happened:
            yield path
            if len(path) < length:
                yield from walk_every_path(make, steps, length=length, begun=path)


def _has_happened[C: Case](case: C, steps: Mapping[str, Step[C]], path: tuple[str, ...]) -> bool:
    for name in path[:-1]:
        steps[name](case)
        case.ensure_right()
    before = case.ensure_right()
    try:
        has_happened = steps[path[-1]](case) is not False
    except RefusedError:
        has_happened = False
    after = case.ensure_right()

    assert has_happened or before == after
    return has_happened


def booked_by(gateway: MemoryGateway) -> tuple[int, int]:
    """The ledger's sum and the lifetime value of the one customer that there is."""
    items = list(gateway.items.values())
    entries = [item for item in items if item["entity"] == "ledger_entry"]
    (value,) = [i["lifetime_value_minor"] for i in items if i["entity"] == "customer"]
    assert isinstance(value, int)
    return sum(map(amount_of, entries)), value
