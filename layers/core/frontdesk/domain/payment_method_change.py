"""A change to what a payment method says."""

from dataclasses import dataclass

from frontdesk.domain.customer_change import UNSET, AddressChange, Change, Unset
from frontdesk.domain.payment_method import Expiry


@dataclass(frozen=True, slots=True)
class PaymentMethodChange:
    """What is not named stays as it is."""

    expiry: Expiry | Unset = UNSET
    billing_address: Change[AddressChange] = UNSET
