"""The exchange itself, with a server of our own on this machine."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from frontdesk.adapters.paypal.http import AnswerTooLargeError, Limits, NoAnswerError, exchange

LIMITS = Limits(connect_seconds=2, read_seconds=5, largest_answer=1000)
LONG = 300
TRICKLING = {
    "/trickling-head": (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "/trickling-body": (b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n", b"x"),
    "/trickling-chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, dict[str, str], bytes]]
    connections: set[tuple[str, int]]
    ticks: threading.Semaphore

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        self.connections.add(self.client_address)
        match self.path:
            case "/redirect":
                self._send(302, b"", Location=f"http://{self.headers['Host']}/secret")
            case "/large":
                self._send(200, b"x" * 1001)
            case "/endless":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"x" * 100_000)
                self.close_connection = True
            case "/cut":
                self.send_response(200)
                self.send_header("Content-Length", "500")
                self.end_headers()
                self.wfile.write(b"{")
                self.close_connection = True
            case path if path in TRICKLING:
                self._trickle()
            case "/silent":
                self.close_connection = True
            case "/error":
                self._send(500, b'{"name":"X"}')
            case _:
                self._send(200, b"x" * 1000)

    do_GET = do_POST = _answer  # noqa: N815 - the library's names

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _trickle(self) -> None:
        """A piece with every second of the test's clock."""
        self.close_connection = True
        begun, piece = TRICKLING[self.path]
        self.wfile.write(begun)
        with suppress(OSError):
            for _ in range(LONG):
                self.ticks.acquire()
                self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Handler.seen, Handler.connections = [], set()
    Handler.ticks = threading.Semaphore(0)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=lambda: made.serve_forever(poll_interval=0.01))
        thread.start()
        yield made
        Handler.ticks.release(LONG)
        made.shutdown()
        thread.join()


@pytest.fixture
def base(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_an_answer_is_its_status_and_its_bytes(base: str) -> None:
    answer = exchange(
        "POST", f"{base}/x?y=1", limits=LIMITS, headers={"X-A": "1"}, body='{"ä":1}'.encode()
    )

    assert (answer.status, answer.body) == (200, b"x" * 1000)
    ((method, path, headers, body),) = Handler.seen
    assert (method, path, body) == ("POST", "/x?y=1", '{"ä":1}'.encode())
    assert headers["X-A"] == "1"
    assert headers["User-Agent"] == "frontdesk"


def test_an_error_is_an_answer(base: str) -> None:
    assert exchange("GET", f"{base}/error", limits=LIMITS).status == 500


@pytest.mark.case("B1")
def test_a_redirect_is_an_answer_and_is_not_followed(base: str) -> None:
    answer = exchange("GET", f"{base}/redirect", limits=LIMITS)

    assert answer.status == 302
    assert [path for _, path, _, _ in Handler.seen] == ["/redirect"]


@pytest.mark.parametrize("path", ["/large", "/endless"])
def test_what_is_too_large_is_not_read_to_its_end(base: str, path: str) -> None:
    with pytest.raises(AnswerTooLargeError):
        exchange("GET", base + path, limits=LIMITS)


@pytest.mark.parametrize("path", ["/cut", "/silent"])
def test_half_an_answer_is_none_and_is_not_asked_for_again(base: str, path: str) -> None:
    with pytest.raises(NoAnswerError):
        exchange("POST", base + path, limits=LIMITS, body=b"{}")
    assert len(Handler.seen) == 1


@pytest.mark.parametrize("path", TRICKLING)
def test_an_answer_that_trickles_is_over_with_the_read_time(base: str, path: str) -> None:
    now = 0

    def seconds() -> int:
        nonlocal now
        now += 1
        Handler.ticks.release()
        return now

    with pytest.raises(NoAnswerError):
        exchange("GET", base + path, limits=LIMITS, seconds=seconds)
    assert now <= 1 + LIMITS.read_seconds


def test_nobody_there_is_no_answer(server: ThreadingHTTPServer) -> None:
    port = server.server_address[1]
    server.socket.close()

    with pytest.raises(NoAnswerError) as raised:
        exchange("GET", f"http://127.0.0.1:{port}/secret-id", limits=LIMITS)
    assert "secret-id" not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_a_connection_is_used_again(base: str) -> None:
    for _ in range(3):
        exchange("GET", f"{base}/x", limits=LIMITS)

    assert len(Handler.connections) == 1
