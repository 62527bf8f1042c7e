import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from infra.local.stripe.loading import load_account
from infra.local.stripe.server import Server, running
from infra.local.stripe.standin import StandIn
from infra.local.stripe.webhooks import Endpoint

SECRET = "whsec_receiver"


class Receiver(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Inbox)
        self.events: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/webhooks/stripe"


class _Inbox(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], SECRET)
        self.server.events.append(event.id)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def customer(number: int, **fields: object) -> dict[str, object]:
    return {"id": f"cus_{number}", "object": "customer", "created": number, **fields}


def loaded(customers: int) -> StandIn:
    events = [
        {"id": f"evt_{n}", "object": "event", "type": "customer.created", "created": n}
        for n in range(customers)
    ]
    newest_first = [customer(n, name=f"Nº {n}") for n in reversed(range(customers))]
    standin = StandIn()
    load_account(standin.account, {"objects": {"customer": newest_first}, "events": events})
    return standin


@pytest.fixture
def server() -> Iterator[Server]:
    with running(loaded(25), prefix="/under/this") as started:
        yield started


def client_of(server: Server) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_any", base_addresses={"api": server.api_base})


class TestLoadedAccount:
    def test_every_object_is_fetched_as_it_stood(self, server: Server) -> None:
        fetched = client_of(server).v1.customers.retrieve("cus_7")

        assert fetched.name == "Nº 7"

    def test_auto_paging_walks_all_objects_newest_first(self, server: Server) -> None:
        listed = client_of(server).v1.customers.list({"limit": 4}).auto_paging_iter()

        assert [c.id for c in listed] == [f"cus_{n}" for n in reversed(range(25))]

    def test_time_stands_still_at_the_last_event(self, server: Server) -> None:
        assert server.standin.clock.now() == 24


class TestRedelivery:
    def test_each_event_arrives_one_to_three_times_signed_and_shuffled(
        self, server: Server, receiver: Receiver
    ) -> None:
        dispatcher = server.standin.dispatcher
        dispatcher.set_endpoints([Endpoint(receiver.url, ("whsec_old", SECRET))])
        dispatcher.pause()
        dispatcher.configure(shuffle=True, copies_min=1, copies_max=3, seed=5, senders=8)
        server.standin.redeliver()
        dispatcher.resume()
        assert dispatcher.drain(10)

        copies = Counter(receiver.events)
        assert set(copies) == {f"evt_{n}" for n in range(25)}
        assert set(copies.values()) == {1, 2, 3}
        assert list(dict.fromkeys(receiver.events)) != sorted(copies, key=lambda e: int(e[4:]))
