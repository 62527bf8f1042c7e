"""A customer's payment methods, and which of them pays what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from frontdesk.domain.customer import Customer
from frontdesk.domain.errors import ConflictError
from frontdesk.domain.payment_method import PAYS_FROM_ACCOUNT, PaymentMethod, account_of
from frontdesk.domain.subscription import Subscription, SubscriptionStatus

PAY_NOTHING = frozenset(
    (
        SubscriptionStatus.CANCELED,
        SubscriptionStatus.EXPIRED,
        SubscriptionStatus.PENDING_APPROVAL,  # nobody has said yet who pays it
    )
)


@dataclass(frozen=True, slots=True)
class WalletEntry:
    """`subscriptions` are the ids of the live ones that are paid with it."""

    method: PaymentMethod
    is_default: bool
    subscriptions: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.method.id

    @property
    def version(self) -> int:
        return self.method.version


@dataclass(frozen=True, slots=True)
class Wallet:
    """`stored` by the provider's id. `subscriptions` are the customer's, where they were read."""

    customer: Customer | None
    stored: Mapping[str, PaymentMethod] = field(default_factory=dict)
    subscriptions: Sequence[Subscription] = ()

    @property
    def default(self) -> str | None:
        """The provider's id of one of them, perhaps of one that was not seen yet."""
        return self.customer.default_payment_method if self.customer else None

    def pays(self, subscription: Subscription) -> PaymentMethod | None:
        """Its own method, or the customer's default as the provider does
        (https://docs.stripe.com/api/subscriptions/object#subscription_object-default_payment_method);
        with some providers the customer's account there, whatever is stored."""
        if subscription.provider in PAYS_FROM_ACCOUNT:
            return self._account_for(subscription)
        wanted = subscription.payment_method or self.default
        method = self.stored.get(wanted) if wanted else None
        return method if method and method.provider is subscription.provider else None

    def _account_for(self, subscription: Subscription) -> PaymentMethod | None:
        if self.customer is None or subscription.status in PAY_NOTHING:
            return None
        return account_of(self.customer)

    # --- the methods, each with what it pays ---------------------------------------------------

    @property
    def live(self) -> Sequence[Subscription]:
        """Those that are paid, or will be again: a pause ends, an end can be taken back."""
        return [one for one in self.subscriptions if one.status not in PAY_NOTHING]

    @property
    def entries(self) -> Sequence[WalletEntry]:
        """The newest first; an account is shown as long as it pays something."""
        paid: dict[str, list[str]] = {}
        methods = {method.id: method for method in self.stored.values()}
        for subscription in self.live:
            method = self.pays(subscription)
            if method is not None:
                methods[method.id] = method
                paid.setdefault(method.id, []).append(subscription.id)
        return [
            WalletEntry(
                method=methods[method_id],
                is_default=methods[method_id].provider_id == self.default,
                subscriptions=tuple(sorted(paid.get(method_id, ()))),
            )
            for method_id in sorted(methods, reverse=True)
        ]

    def entry(self, method_id: str) -> WalletEntry | None:
        return next((one for one in self.entries if one.id == method_id), None)

    def ensure_unused(self, entry: WalletEntry) -> None:
        """Raises ConflictError while a live subscription needs it, or may: one whose method is
        not known may be paid with the last that there is."""
        provider = entry.method.provider
        others = [m for m in self.stored.values() if m.provider is provider and m.id != entry.id]
        unknown = [s for s in self.live if s.provider is provider and self.pays(s) is None]
        if entry.subscriptions or (unknown and not others):
            detail = "A live subscription is paid with it, so it has to stay for now."
            raise ConflictError(detail, code="payment_method_in_use")
