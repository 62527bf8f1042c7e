import threading
from collections import Counter

import pytest
import stripe

from infra.local.stripe.posting import signature_header
from infra.local.stripe.webhooks import Dispatcher, Endpoint

NOW = 1767225600


class Inbox:
    """Answers by a list of statuses, then 200; keeps what arrived."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)
        self._lock = threading.Lock()
        self.bodies: list[bytes] = []
        self.urls: list[str] = []
        self.signatures: list[str] = []

    def post(self, url: str, body: bytes, headers: dict[str, str], _timeout: float) -> int:
        with self._lock:
            self.urls.append(url)
            self.bodies.append(body)
            self.signatures.append(headers["Stripe-Signature"])
            return self._statuses.pop(0) if self._statuses else 200

    @property
    def ids(self) -> list[str]:
        return [body.split(b'"id": "')[1].split(b'"')[0].decode() for body in self.bodies]


def event(number: int, kind: str = "customer.created") -> dict[str, object]:
    return {"id": f"evt_{number:03d}", "object": "event", "type": kind}


def dispatcher(inbox: Inbox, **plan: object) -> Dispatcher:
    made = Dispatcher(wall=lambda: NOW, post=inbox.post)
    made.set_endpoints([Endpoint("http://here", ("whsec_a", "whsec_b"))])
    made.configure(retry_base_seconds=0.001, **plan)
    return made


class TestSignature:
    @pytest.mark.parametrize("secret", ["whsec_a", "whsec_b"])
    def test_each_active_secret_verifies(self, secret: str) -> None:
        body = '{"object": "event", "name": "Zoë"}'.encode()

        header = signature_header(body, ["whsec_a", "whsec_b"], at_epoch_seconds=NOW)

        assert stripe.WebhookSignature.verify_header(body.decode(), header, secret)

    def test_a_foreign_secret_does_not(self) -> None:
        header = signature_header(b"{}", ["whsec_a"], at_epoch_seconds=NOW)

        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header("{}", header, "whsec_c")


class TestDelivery:
    def test_a_refused_delivery_is_retried_until_it_is_taken(self) -> None:
        inbox = Inbox(500, 301, 404)
        sender = dispatcher(inbox)

        sender.publish(event(1))
        assert sender.drain(5)

        assert inbox.ids == ["evt_001"] * 4
        assert sender.report()["statuses"] == {"500": 1, "301": 1, "404": 1, "200": 1}
        assert sender.pending_for("evt_001") == 0

    def test_a_receiver_that_never_answers_well_is_given_up(self) -> None:
        sender = dispatcher(Inbox(*[500] * 9), attempts_max=3)

        sender.publish(event(1))
        assert sender.drain(5)

        assert sender.report()["given_up"] == ["evt_001"]
        assert sender.pending_for("evt_001") == 1

    def test_only_wanted_types_reach_an_endpoint(self) -> None:
        inbox = Inbox()
        sender = dispatcher(inbox)
        sender.set_endpoints([Endpoint("http://here", ("s",), ("charge.*", "refund.created"))])

        for number, kind in enumerate(["charge.refunded", "refund.updated", "refund.created"]):
            sender.publish(event(number, kind))
        assert sender.drain(5)

        assert sorted(inbox.ids) == ["evt_000", "evt_002"]

    def test_nothing_leaves_while_paused(self) -> None:
        inbox = Inbox()
        sender = dispatcher(inbox)
        sender.pause()
        sender.publish(event(1))
        assert sender.report()["queued"] == 1
        assert inbox.ids == []

        sender.resume()

        assert sender.drain(5)
        assert inbox.ids == ["evt_001"]

    def test_one_seed_always_shuffles_copies_and_loses_alike(self) -> None:
        def arrivals(seed: int) -> list[str]:
            inbox = Inbox()
            sender = dispatcher(inbox)
            plan = {"copies_min": 1, "copies_max": 3, "loss_probability": 0.2, "shuffle": True}
            sender.configure(senders=1, seed=seed, **plan)
            sender.pause()
            for number in range(50):
                sender.publish(event(number))
            sender.resume()
            assert sender.drain(5)
            return inbox.ids

        assert arrivals(1) == arrivals(1)
        assert arrivals(1) != arrivals(2)
        assert set(Counter(arrivals(1)).values()) == {1, 2, 3}
        assert 0 < 50 - len(set(arrivals(1))) < 25

    def test_delayed_events_arrive_all_the_same(self) -> None:
        inbox = Inbox()
        sender = dispatcher(inbox, delay_seconds_max=0.05)

        for number in range(20):
            sender.publish(event(number))
        assert sender.drain(5)

        assert sorted(inbox.ids) == [f"evt_{number:03d}" for number in range(20)]
