"""What every provider's reader does: the same answers to the same questions."""

from contextlib import suppress
from typing import Any

import pytest

from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.ports.provider import ProviderError, ProviderRejectedError, ProviderUnavailableError
from tests.conformance.conftest import PROVIDERS
from tests.conformance.shop import CAPTURED, ProviderShop

KINDS = [(made, kind) for made in PROVIDERS for kind in made.missing]
each_kind = pytest.mark.parametrize(
    ("made", "kind"), KINDS, ids=[f"{made.__name__}-{kind}" for made, kind in KINDS]
)


@each_kind
def test_an_object_is_fetched_by_its_own_name_and_nothing_is_changed(
    made: type[ProviderShop], kind: ObjectKind
) -> None:
    shop = made()
    name = shop.objects()[kind]
    before = len(shop.changes())

    found = shop.fetch(kind, name)

    assert found is not None
    assert (found.provider, found.provider_id) == (shop.name, name)
    assert len(shop.changes()) == before


@each_kind
def test_what_does_not_exist_is_none(made: type[ProviderShop], kind: ObjectKind) -> None:
    shop = made()

    assert shop.fetch(kind, shop.missing[kind]) is None


@each_kind
@pytest.mark.parametrize("name", ["../balance", "a b", "é", "x?y=z", "%2e%2e", "a/b"])
def test_a_hostile_name_leads_to_no_object(
    made: type[ProviderShop], kind: ObjectKind, name: str
) -> None:
    found = None
    with suppress(ProviderError):
        found = made().fetch(kind, name)

    assert found is None


def test_kinds_that_the_provider_has_not_are_refused(shop: ProviderShop) -> None:
    for kind in set(ObjectKind) - set(shop.missing):
        with pytest.raises(ProviderRejectedError):
            shop.fetch(kind, "x")


def test_another_providers_objects_are_refused(shop: ProviderShop) -> None:
    other = next(name for name in ProviderName if name is not shop.name)

    with pytest.raises(ProviderRejectedError):
        shop.provider.fetch(ObjectReference(other, ObjectKind.PAYMENT, "x"))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("error", {"status": 500}),
        ("error", {"status": 503}),
        ("error", {"status": 401, "times": None}),
        ("error", {"status": 403}),
        ("rate_limited", {}),
        ("hang", {}),
        ("reset", {}),
    ],
)
def test_no_answer_is_never_taken_for_no_object(
    till: ProviderShop, kind: str, more: dict[str, Any]
) -> None:
    payment = till.captured_payment()
    till.fail(kind, method="GET", **more)

    with pytest.raises((ProviderUnavailableError, ProviderRejectedError)):
        till.payment(payment)

    till.is_well_again()
    assert till.payment(payment).captured_minor == CAPTURED


def test_a_payment_is_what_was_paid(till: ProviderShop) -> None:
    found = till.payment(till.captured_payment(1234))

    assert (found.amount_minor, found.captured_minor, found.currency) == (1234, 1234, till.currency)
    assert (found.refunds, found.disputes, found.is_disputed) == ((), (), False)


def test_a_subscription_is_what_was_agreed(shop: ProviderShop) -> None:
    found = shop.subscription(shop.paid_subscription())

    assert (found.amount_minor, found.currency) == (CAPTURED, shop.currency)
    assert (found.interval, found.interval_count, found.quantity) == ("month", 1, 1)
    assert found.current_period_end is not None
    assert found.current_period_end > shop.clock.now()
