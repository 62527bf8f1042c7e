"""An invoice, as far as giving money back has to know it."""

from dataclasses import dataclass

from frontdesk.domain.capabilities import ISSUES_CREDIT_MEMOS
from frontdesk.domain.snapshot import ProviderName


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """The invoice that a payment settled. Amounts are minor units of the payment's currency.

    `tax_minor` is what of its total is tax, `remaining_minor` what of it is still owed.
    """

    id: str
    provider: ProviderName
    provider_id: str
    tax_minor: int
    remaining_minor: int

    @property
    def has_tax(self) -> bool:
        return self.tax_minor > 0

    @property
    def takes_credit_memo(self) -> bool:
        """Whether a memo about a refund says nothing but the refund: where something is still
        owed, it would first lessen that
        (https://docs.stripe.com/api/credit_notes/create)."""
        return self.provider in ISSUES_CREDIT_MEMOS and self.remaining_minor == 0
