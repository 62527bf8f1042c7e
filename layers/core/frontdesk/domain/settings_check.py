"""Settings that cannot be kept as promised are refused when they are saved.

What Stripe and PayPal can do is told in their own documents: Stripe credits unused time only when
a subscription ends at once (https://docs.stripe.com/billing/subscriptions/cancel), and PayPal
refunds for 180 days (https://developer.paypal.com/docs/api/payments/v2/).
"""

from collections.abc import Iterable, Iterator

from frontdesk.domain.errors import FieldProblem
from frontdesk.domain.return_address import is_allowed
from frontdesk.domain.settings import Proration, Settings, Timing

LONGEST_REFUND_WINDOW_DAYS = 180


def problems_of(settings: Settings, *, currency: str) -> tuple[FieldProblem, ...]:
    """What is wrong with `settings` as a whole; `currency` is the deployment's."""
    return (
        *_currency_problems(settings, currency),
        *_promise_problems(settings),
        *_repeats(settings),
        *_address_problems(settings),
    )


def _currency_problems(settings: Settings, currency: str) -> Iterator[FieldProblem]:
    if settings.currency != currency:
        message = f"The currency is fixed when the stack is deployed; here it is '{currency}'."
        yield FieldProblem("currency", "currency_is_fixed", message)
    limit = settings.refunds.automatic_up_to
    if limit is not None and limit.currency != currency:
        message = f"Give the amount in the shop's currency, '{currency}'."
        yield FieldProblem("refunds.automatic_up_to.currency", "wrong_currency", message)


def _promise_problems(settings: Settings) -> Iterator[FieldProblem]:
    ends_later = settings.cancellation.timing is Timing.PERIOD_END
    if settings.cancellation.credits_unused_time and ends_later:
        message = "Unused time is left over only when a cancellation takes effect now."
        yield FieldProblem("cancellation.credits_unused_time", "cannot_be_honoured", message)
    plan_change = settings.plan_change
    changes_later = {plan_change.upgrades, plan_change.downgrades} == {Timing.PERIOD_END}
    if changes_later and plan_change.proration is not Proration.NONE:
        message = "Nothing is prorated when every change waits for the period's end; give 'none'."
        yield FieldProblem("plan_change.proration", "cannot_be_honoured", message)


def _repeats(settings: Settings) -> Iterator[FieldProblem]:
    yield from _repeated("sso.keys", "kid", (key.kid for key in settings.sso.keys))
    yield from _repeated("custom_fields", "key", (one.key for one in settings.custom_fields))


def _repeated(field: str, name: str, values: Iterable[str]) -> Iterator[FieldProblem]:
    seen = set()
    for number, value in enumerate(values):
        if value in seen:
            message = f"An entry before has the same {name}."
            yield FieldProblem(f"{field}.{number}.{name}", "duplicate", message)
        seen.add(value)


def _address_problems(settings: Settings) -> Iterator[FieldProblem]:
    for number, address in enumerate(settings.return_addresses):
        # An address that does not allow itself would never be returned to.
        if not is_allowed(address, allowed=(address,)):
            message = "Not an address that a browser can be sent to safely."
            yield FieldProblem(f"return_addresses.{number}", "invalid_format", message)
