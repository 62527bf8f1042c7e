"""What is remembered of a provider's deliveries, for ever."""

from datetime import timedelta

import pytest

from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.transmissions import DynamoTransmissions
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway

PAYPAL, STRIPE = ProviderName.PAYPAL, ProviderName.STRIPE
SALE = ObjectReference(PAYPAL, ObjectKind.PAYMENT, "S1")


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class TestTransmissions:
    def test_the_first_body_stays_the_right_one(
        self, gateway: MemoryGateway, clock: FakeClock
    ) -> None:
        known = DynamoTransmissions(gateway, clock=clock)

        assert known.is_first_body(PAYPAL, "t-1", body=b"{}")
        assert not known.is_first_body(PAYPAL, "t-1", body=b"{ }")
        assert known.is_first_body(PAYPAL, "t-1", body=b"{}")

    def test_others_are_others(self, gateway: MemoryGateway, clock: FakeClock) -> None:
        known = DynamoTransmissions(gateway, clock=clock)
        known.is_first_body(PAYPAL, "t-1", body=b"{}")

        assert known.is_first_body(PAYPAL, "t-2", body=b"[]")
        assert known.is_first_body(STRIPE, "t-1", body=b"[]")

    def test_a_write_whose_answer_was_lost_may_be_repeated(
        self, gateway: MemoryGateway, clock: FakeClock
    ) -> None:
        known = DynamoTransmissions(gateway, clock=clock)

        def lose(name: str) -> None:
            gateway.after_call = lambda name: None
            raise ConnectionError

        gateway.after_call = lose
        with pytest.raises(ConnectionError):
            known.is_first_body(PAYPAL, "t-1", body=b"{}")

        assert known.is_first_body(PAYPAL, "t-1", body=b"{}")

    def test_nothing_expires(self, gateway: MemoryGateway, clock: FakeClock) -> None:
        DynamoTransmissions(gateway, clock=clock).is_first_body(PAYPAL, "t-1", body=b"{}")
        DynamoRefundIndex(gateway, clock=clock).remember(SALE, "R1")

        assert len(gateway.items) == 2
        for item in gateway.items.values():
            assert "expires_at_epoch_seconds" not in item
            assert {"entity", "version", "created_at", "updated_at"} <= item.keys()


class TestRefundIndex:
    def test_each_name_once_and_in_one_order(
        self, gateway: MemoryGateway, clock: FakeClock
    ) -> None:
        index = DynamoRefundIndex(gateway, clock=clock)
        for name in ("R2", "R1", "R2"):
            index.remember(SALE, name)
            clock.advance(timedelta(days=400))

        assert index.of(SALE) == ["R1", "R2"]

    def test_payments_do_not_share(self, gateway: MemoryGateway, clock: FakeClock) -> None:
        index = DynamoRefundIndex(gateway, clock=clock)
        index.remember(SALE, "R1")

        assert index.of(ObjectReference(PAYPAL, ObjectKind.PAYMENT, "S")) == []
        assert index.of(ObjectReference(PAYPAL, ObjectKind.PAYMENT, "S11")) == []
        assert index.of(ObjectReference(STRIPE, ObjectKind.PAYMENT, "S1")) == []
