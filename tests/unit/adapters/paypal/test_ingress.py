"""What comes in at PayPal's webhook address, and what it can do."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.adapters.paypal.http import NoAnswerError
from frontdesk.domain.snapshot import ObjectKind
from tests.thoroughness import tries
from tests.unit.adapters.paypal.fakes import CERTIFICATE, as_body, as_json, event, reference
from tests.unit.adapters.paypal.forging import forged
from tests.unit.adapters.paypal.rig import PayPalRig

SALE = "2FY57107YS3937627"
COMPLETED = as_body(event("PAYMENT.SALE.COMPLETED", {"id": SALE, "state": "completed"}))


def sale(sale_id: str = SALE, **changes: Any) -> dict[str, Any]:
    return {
        "id": sale_id,
        "state": "completed",
        "amount": {"total": "20.00", "currency": "USD"},
        "billing_agreement_id": "I-J8WCBS8B1AB3",
        "create_time": "2026-11-01T11:59:50Z",
        "update_time": "2026-11-01T11:59:50Z",
    } | changes


SUBSCRIPTION = {
    "id": "I-J8WCBS8B1AB3",
    "status": "ACTIVE",
    "plan_id": "P-1",
    "create_time": "2026-10-01T09:00:00Z",
    "subscriber": {"payer_id": "QYR5Z8XDVJNXQ", "email_address": "zoe@example.com"},
}


@pytest.fixture
def rig() -> PayPalRig:
    made = PayPalRig()
    made.http.answers(f"/v1/payments/sale/{SALE}", sale())
    made.http.answers("/v1/billing/subscriptions/I-J8WCBS8B1AB3", SUBSCRIPTION)
    return made


def money(rig: PayPalRig) -> list[tuple[Any, Any, Any]]:
    return [(e["kind"], e["amount_minor"], e["currency"]) for e in rig.items("ledger_entry")]


class TestGenuine:
    def test_an_event_is_stored_and_queued_before_it_is_acknowledged(self, rig: PayPalRig) -> None:
        assert rig.deliver(COMPLETED) == 200

        (stored,) = rig.items("provider_event")
        assert stored["event_id"] == "t-1"
        assert stored["event_type"] == "PAYMENT.SALE.COMPLETED"
        assert stored["body"] == COMPLETED
        assert [hint.reference for hint in rig.queue.hints] == [reference(ObjectKind.PAYMENT, SALE)]

    def test_an_unknown_type_is_stored_acknowledged_and_not_queued(self, rig: PayPalRig) -> None:
        assert rig.deliver(as_body(event("PAYMENT.NEW.THING", {"id": "1"}))) == 200

        (stored,) = rig.items("provider_event")
        assert stored["status"] == "IGNORED"
        assert rig.queue.hints == []

    def test_its_money_comes_from_the_api_and_not_from_the_event(self, rig: PayPalRig) -> None:
        lying = as_body(
            event("PAYMENT.SALE.COMPLETED", sale(amount={"total": "9999.00", "currency": "EUR"}))
        )
        rig.deliver(lying)
        rig.work()

        assert money(rig) == [("payment", 2000, "usd")]

    def test_a_refund_is_remembered_by_the_sale_it_is_of(self, rig: PayPalRig) -> None:
        refund = {"id": "4CF18861HF410323U", "sale_id": SALE, "state": "completed"}

        assert rig.deliver(as_body(event("PAYMENT.SALE.REFUNDED", refund))) == 200
        assert rig.refunds.of(reference(ObjectKind.PAYMENT, SALE)) == ["4CF18861HF410323U"]

    def test_a_money_that_was_taken_back_is_no_refund(self, rig: PayPalRig) -> None:
        reversal = {"id": "4CF18861HF410323U", "sale_id": SALE, "state": "completed"}

        assert rig.deliver(as_body(event("PAYMENT.SALE.REVERSED", reversal))) == 200
        assert rig.refunds.of(reference(ObjectKind.PAYMENT, SALE)) == []
        assert len(rig.queue.hints) == 1


class TestRefused:
    @pytest.mark.parametrize(
        "changes",
        [
            {"paypal_transmission_id": "t-2"},
            {"paypal_transmission_time": "2026-11-01T12:00:01Z"},
            {"paypal_transmission_sig": "AAAA"},
            {"paypal_cert_url": CERTIFICATE.replace("sandbox.paypal.com", "paypal.com.evil.io")},
            {"paypal_auth_algo": "SHA1withRSA"},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_another_header_leaves_no_trace(self, rig: PayPalRig, changes: dict[str, str]) -> None:
        assert rig.deliver(COMPLETED, **changes) == 400
        assert (rig.gateway.items, rig.queue.hints) == ({}, [])

    @pytest.mark.parametrize("headers", [{}, {"paypal-transmission-id": "t-1"}])
    def test_no_headers_leave_no_trace(self, rig: PayPalRig, headers: Mapping[str, str]) -> None:
        assert rig.post(COMPLETED, headers) == 400
        assert (rig.gateway.items, rig.queue.hints) == ({}, [])

    def test_another_body_leaves_no_trace(self, rig: PayPalRig) -> None:
        headers = rig.sender.headers(COMPLETED, at=rig.clock.now())

        assert rig.post(COMPLETED + b" ", headers) == 400
        assert (rig.gateway.items, rig.queue.hints) == ({}, [])

    def test_an_old_one_leaves_no_trace(self, rig: PayPalRig) -> None:
        headers = rig.sender.headers(COMPLETED, at=rig.clock.now() - timedelta(days=3, hours=2))

        assert rig.post(COMPLETED, headers) == 400
        assert (rig.gateway.items, rig.queue.hints) == ({}, [])

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b"1",
            b'"text"',
            b"{",
            b"{}x",
            b"\xff\xfe",
            b'{"event_type": NaN}',
            b"[" * 100_000,
            b'{"resource": {}}',
            b'{"event_type": 7, "resource": {}}',
        ],
        ids=lambda body: ascii(body[:20]),
    )
    def test_what_is_no_event_is_refused_even_when_signed(
        self, rig: PayPalRig, body: bytes
    ) -> None:
        assert rig.deliver(body) == 400
        assert rig.queue.hints == []

    def test_a_missing_certificate_server_asks_for_another_delivery(self, rig: PayPalRig) -> None:
        rig.http.on("GET", CERTIFICATE, NoAnswerError())

        assert rig.deliver(COMPLETED) == 503
        assert rig.gateway.items == {}

    def test_a_queue_that_takes_nothing_asks_for_another_delivery(self, rig: PayPalRig) -> None:
        def refuse() -> None:
            raise OSError

        rig.queue.before_send = refuse
        assert rig.deliver(COMPLETED) == 500

        rig.queue.before_send = lambda: None
        assert rig.deliver(COMPLETED) == 200
        assert len(rig.queue.hints) == 1


@pytest.mark.case("B3")
class TestForgedBodies:
    """One captured transmission, a thousand bodies with its checksum."""

    FORGERIES = tries(1000, quick=40)

    def bodies(self, like: bytes) -> list[bytes]:
        kinds = (
            ("PAYMENT.SALE.COMPLETED", sale(amount={"total": "99999.00", "currency": "USD"})),
            ("PAYMENT.SALE.COMPLETED", sale("9XX99999XX9999999")),
            ("PAYMENT.SALE.REFUNDED", {"id": "4CF18861HF410323U", "sale_id": SALE}),
            ("BILLING.SUBSCRIPTION.CANCELLED", {"id": "I-J8WCBS8B1AB3", "status": "CANCELLED"}),
        )
        return [
            forged(event(*kinds[seed % len(kinds)], id=f"WH-{seed}"), like=like, seed=seed)
            for seed in range(self.FORGERIES)
        ]

    def test_after_the_genuine_one_none_is_accepted(self, rig: PayPalRig) -> None:
        headers = rig.sender.headers(COMPLETED, at=rig.clock.now())
        assert rig.post(COMPLETED, headers) == 200
        rig.work()
        before = dict(rig.gateway.items)

        statuses = {rig.post(body, headers) for body in self.bodies(like=COMPLETED)}

        assert statuses == {400}
        assert rig.gateway.items == before
        assert money(rig) == [("payment", 2000, "usd")]

    def test_before_the_genuine_one_each_is_at_most_a_hint(self, rig: PayPalRig) -> None:
        """As many captured transmissions, each used before PayPal's own delivery arrives."""
        accepted = 0
        for number, body in enumerate(self.bodies(like=COMPLETED)):
            headers = rig.sender.headers(
                COMPLETED, at=rig.clock.now(), transmission_id=f"t-{number}"
            )
            accepted += rig.post(body, headers) == 200
        rig.http.answers("/v1/billing/subscriptions/I-J8WCBS8B1AB3", SUBSCRIPTION)
        rig.queue.hints = [h for h in rig.queue.hints if h.reference.kind is ObjectKind.PAYMENT]
        rig.work()

        assert accepted == self.FORGERIES
        assert money(rig) == [("payment", 2000, "usd")]
        (transaction,) = rig.items("transaction")
        assert transaction["refunds"] == []

    def test_its_event_id_cannot_hide_a_genuine_event(self, rig: PayPalRig) -> None:
        genuine = as_body(event("PAYMENT.SALE.COMPLETED", {"id": SALE}, id="WH-next"))
        captured = rig.sender.headers(COMPLETED, at=rig.clock.now(), transmission_id="t-0")
        fake = forged(event("PAYMENT.NEW.THING", {}, id="WH-next"), like=COMPLETED, seed=1)
        assert rig.post(fake, captured) == 200

        assert rig.deliver(genuine, transmission_id="t-1") == 200
        assert [hint.reference.provider_id for hint in rig.queue.hints] == [SALE]


@pytest.mark.case("B4")
class TestTransmissions:
    def test_the_same_with_another_body_is_refused(self, rig: PayPalRig) -> None:
        first = rig.sender.headers(COMPLETED, at=rig.clock.now())
        other = as_body(event("PAYMENT.SALE.DENIED", {"id": SALE}))
        second = rig.sender.headers(other, at=rig.clock.now())

        assert rig.post(COMPLETED, first) == 200
        assert rig.post(other, second) == 400
        assert rig.post(COMPLETED, first) == 200

    @pytest.mark.parametrize("days", [0, 1, 3, 91, 4000])
    def test_it_is_remembered_for_ever(self, rig: PayPalRig, days: int) -> None:
        rig.deliver(COMPLETED)
        rig.clock.advance(timedelta(days=days))

        # The certificate of the tests is valid for a year; what is kept is not about that.
        (kept,) = rig.items("transmission")
        assert "expires_at_epoch_seconds" not in kept
        other = as_body(event("PAYMENT.SALE.DENIED", {"id": SALE}))
        if days < 300:
            assert rig.deliver(other) == 400

    def test_it_holds_no_more_than_a_digest(self, rig: PayPalRig) -> None:
        rig.deliver(as_body(event("PAYMENT.SALE.COMPLETED", {"id": SALE, "custom": "Zoë"})))

        (kept,) = rig.items("transmission")
        assert "Zoë" not in json.dumps(kept, ensure_ascii=False)

    def test_a_repeat_after_a_death_between_memory_and_event_is_processed(
        self, rig: PayPalRig
    ) -> None:
        writes = 0

        def die(name: str) -> None:
            nonlocal writes
            writes += name == "write"
            if writes == 2:
                raise SystemExit

        rig.gateway.before_call = die
        with pytest.raises(SystemExit):
            rig.deliver(COMPLETED)
        rig.gateway.before_call = lambda name: None

        assert rig.deliver(COMPLETED) == 200
        assert len(rig.queue.hints) == 1


@pytest.mark.case("B6")
class TestRepeatedDeliveries:
    @pytest.mark.parametrize("renews", ["nothing", "time", "transmission"])
    def test_a_payment_delivered_25_times_in_three_days_is_booked_once(
        self, rig: PayPalRig, renews: str
    ) -> None:
        """Whether PayPal renews time or transmission on a retry is not documented."""
        sent_at = rig.clock.now()
        for attempt in range(25):
            headers = rig.sender.headers(
                COMPLETED,
                at=sent_at if renews == "nothing" else rig.clock.now(),
                transmission_id=f"t-{attempt}" if renews == "transmission" else "t-1",
            )
            assert rig.post(COMPLETED, headers) == 200
            rig.work()
            rig.clock.advance(timedelta(hours=3))

        assert rig.clock.now() - sent_at > timedelta(days=3)
        assert money(rig) == [("payment", 2000, "usd")]
        assert [item["captured_minor"] for item in rig.items("transaction")] == [2000]

    def test_all_at_once_it_is_booked_once(self, rig: PayPalRig) -> None:
        for attempt in range(25):
            rig.deliver(COMPLETED, transmission_id=f"t-{attempt}")
        rig.work()

        assert money(rig) == [("payment", 2000, "usd")]

    def test_the_owner_is_the_payer_of_the_subscription(self, rig: PayPalRig) -> None:
        rig.deliver(COMPLETED)
        rig.work()

        (customer,) = rig.items("customer")
        assert customer["email"] == "zoe@example.com"
        assert customer["lifetime_value_minor"] == 2000


def test_the_answer_of_paypal_to_a_fetch_is_not_cached(rig: PayPalRig) -> None:
    rig.deliver(COMPLETED)
    rig.work()
    rig.http.on(
        "GET",
        f"https://api-m.sandbox.paypal.com/v1/payments/sale/{SALE}",
        as_json(sale(state="denied")),
    )
    rig.deliver(as_body(event("PAYMENT.SALE.DENIED", {"id": SALE})), transmission_id="t-9")
    rig.work()

    (transaction,) = rig.items("transaction")
    assert transaction["payment_status"] == "failed"
