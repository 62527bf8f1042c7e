"""One payment, its refunds and its disputes at the local Stripe."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.disputing import PAID, REFUSALS, Step, booked_by
from tests.fakes.gateway import MemoryGateway
from tests.refunding_at_stripe import StripeRefundShop, in_process


@dataclass
class StripeCase:
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

    def close(self, *, won: bool) -> bool:
        return self._go_on("dispute_close", won=won)

    def withdraw(self) -> bool:
        return self._go_on("dispute_withdraw")

    def _go_on(self, action: str, **how: bool) -> bool:
        """False where no dispute is there."""
        if self.dispute:
            self.shop.beside.act(action, dispute=self.dispute, **how)
        return self.dispute != ""

    def fail_refunds(self) -> None:
        for made in self.shop.refunds_at_stripe(self.charge):
            self.shop.beside.act("refund_fails", refund=made["id"])

    # --- what has to hold --------------------------------------------------------------------

    def ensure_right(self) -> int:
        """After an event about it, our books say what Stripe's balance says, fees apart."""
        self.shop.hear_of(self.charge)
        net, transaction = self._moved_at_stripe(), self.shop.transaction(self.charge)
        gateway = self.shop.gateway
        assert isinstance(gateway, MemoryGateway)
        assert booked_by(gateway) == (net, net)
        assert transaction.reservations == {}
        at_stripe = self.shop.refunds_at_stripe(self.charge)
        assert transaction.refunded_minor == sum(refund["amount"] for refund in at_stripe)
        assert transaction.refunded_minor <= PAID
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


STEPS: Mapping[str, Step[StripeCase]] = {
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
FIRST_STEPS = tuple(name for name in STEPS if name not in ("funds withdrawn", "won", "lost"))
