"""One payment, its refunds and its disputes at the local Stripe, and every path that they take."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from frontdesk.adapters.dynamodb.operations import Item
from infra.local.stripe.errors import StripeError
from tests.fakes.gateway import MemoryGateway
from tests.mirrored import amount_of
from tests.refunding_at_stripe import StripeRefundShop, in_process

PAID = 1000
REFUSALS = ("payment_disputed", "refund_exceeds_remaining")


@dataclass
class DisputeCase:
    """One payment and what happens to it; `ensure_right` after each step."""

    shop: StripeRefundShop = field(default_factory=in_process)
    dispute: str = ""
    orders: int = 0

    def __post_init__(self) -> None:
        self.charge = self.shop.pay(PAID)

    # --- what happens ------------------------------------------------------------------------

    def refund(self, amount: int, *, expected: int | str) -> None:
        """By us: `expected` is the status, or the code of the refusal."""
        assert expected in self._order(amount)

    def try_to_refund(self, amount: int | None) -> bool:
        """By us, whatever comes of it: whether money went."""
        status, code = self._order(amount)
        assert status == 201 or code in REFUSALS, (status, code)
        return status == 201

    def _order(self, amount: int | None) -> tuple[int, str | None]:
        self.orders += 1
        answer = self.shop.refund(self.charge, amount, number=self.orders)
        return answer.status, answer.json.get("code")

    def refund_at_stripe(self, amount: int) -> None:
        self.shop.beside.act("refund", charge=self.charge, amount=amount)

    def open(self, amount: int | None = None, *, withdraw: bool = True) -> None:
        options = {} if amount is None else {"amount": amount}
        made = self.shop.beside.act("dispute", charge=self.charge, withdraw=withdraw, **options)
        self.dispute = made["id"]

    def close(self, *, won: bool) -> None:
        self.shop.beside.act("dispute_close", dispute=self.dispute, won=won)

    def withdraw(self) -> None:
        self.shop.beside.act("dispute_withdraw", dispute=self.dispute)

    def fail_refunds(self) -> None:
        for made in self.shop.refunds_at_stripe(self.charge):
            self.shop.beside.act("refund_fails", refund=made["id"])

    # --- what has to hold --------------------------------------------------------------------

    def ensure_right(self) -> int:
        """After an event about it, our books say what Stripe's balance says, fees apart."""
        self.shop.hear_of(self.charge)
        net, entries = self._moved_at_stripe(), self._items("ledger_entry")
        assert sum(map(amount_of, entries)) == net
        (profile,) = self._items("customer")
        assert profile["lifetime_value_minor"] == net
        assert self.shop.transaction(self.charge).reservations == {}
        refunded = self.shop.transaction(self.charge).refunded_minor
        assert refunded == sum(r["amount"] for r in self.shop.refunds_at_stripe(self.charge))
        assert refunded <= PAID
        return net

    def _moved_at_stripe(self) -> int:
        store = self.shop.standin.account.store
        about = {self.charge} | {
            found["id"]
            for kind in ("refund", "dispute")
            for found in store.linked(kind, "charge", self.charge)
        }
        moved = [t for t in store.newest_first("balance_transaction") if t["source"] in about]
        return sum(t["amount"] for t in moved)

    def _items(self, entity: str) -> list[Item]:
        gateway = self.shop.gateway
        assert isinstance(gateway, MemoryGateway)
        return [item for item in gateway.items.values() if item["entity"] == entity]


# --- every path ----------------------------------------------------------------------------------

type Step = Callable[[DisputeCase], bool | None]

STEPS: Mapping[str, Step] = {
    "we refund 300": lambda case: case.try_to_refund(300),
    "we refund the rest": lambda case: case.try_to_refund(None),
    "somebody refunds 200": lambda case: case.refund_at_stripe(200),
    "refunds fail": lambda case: case.fail_refunds(),
    "inquiry": lambda case: case.open(withdraw=False),
    "dispute": lambda case: case.open(),
    "partial dispute": lambda case: case.open(400),
    "funds withdrawn": lambda case: case.withdraw(),
    "won": lambda case: case.close(won=True),
    "lost": lambda case: case.close(won=False),
}
_NEEDS_A_DISPUTE = ("funds withdrawn", "won", "lost")


def walk_every_path(length: int, *, begun: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every sequence of steps that banks and Stripe allow; the books are right at each step.

    A step that was refused has changed nothing, so that no path goes on from it.
    """
    for name, step in STEPS.items():
        path = (*begun, name)
        if name in _NEEDS_A_DISPUTE and not any("dispute" in s or s == "inquiry" for s in begun):
            continue
        case = _walked(begun)
        before = case.ensure_right()
        try:
            has_happened = step(case) is not False
        except StripeError:
            has_happened = False
        try:
            net = case.ensure_right()
        except AssertionError as error:
            raise AssertionError(" → ".join(path)) from error
        if not has_happened:
            assert net == before, path
            continue
        yield path
        if len(path) < length:
            yield from walk_every_path(length, begun=path)


def _walked(path: tuple[str, ...]) -> DisputeCase:
    case = DisputeCase()
    for name in path:
        STEPS[name](case)
        case.ensure_right()
    return case
