"""HTTP on loopback: the API under an optional prefix, the control address with or without it."""

import socket
import struct
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from infra.local.provider.control import Controls
from infra.local.provider.exchange import Reply, Request
from infra.local.provider.faults import Fault
from infra.local.provider.standin import StandIn

LOOPBACK = "127.0.0.1"
_CONTROL = "/_control"
_LARGEST_BODY_BYTES = 32 * 1024 * 1024
_NO_CONTENT = 204


class HttpServer[S: StandIn](ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self, standin: S, controls: Controls[S], *, port: int = 0, prefix: str = ""
    ) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.standin = standin
        self.controls = controls
        self.prefix = "/" + prefix.strip("/") if prefix.strip("/") else ""
        self.closing = threading.Event()
        standin.api.wait = self.closing.wait

    @property
    def origin(self) -> str:
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    @property
    def api_base(self) -> str:
        return self.origin + self.prefix

    def close(self) -> None:
        self.closing.set()
        self.standin.dispatcher.stop()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is the caller's affair; anything else must be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving[T: HttpServer[Any]](server: T) -> Iterator[T]:
    standin = server.standin
    workers = [
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True),
        threading.Thread(target=standin.keep_time, args=(server.closing,), daemon=True),
    ]
    for worker in workers:
        worker.start()
    try:
        yield server
    finally:
        server.close()
        for worker in workers:
            worker.join()
        standin.save()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet
    server: HttpServer[Any]

    def do_GET(self) -> None:
        self._respond()

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base class's names

    def _respond(self) -> None:
        parts = urlsplit(self.path)
        body = self._body()
        path = parts.path.removeprefix(self.server.prefix)
        if not self._is_local():
            self._send(403, b'{"error": "foreign Host or Origin"}', {})
        elif path.startswith(_CONTROL):
            status, answer = self.server.controls.handle(self.command, path, body)
            self._send(status, answer, {"Content-Type": "application/json"})
        elif parts.path.startswith(self.server.prefix):
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, unquote(path), parts.query, body, headers)
            self._obey(self._reply(request))
        else:
            self._send(404, b'{"error": "not under the prefix"}', {})

    def _reply(self, request: Request) -> Reply:
        try:
            answered: Reply = self.server.standin.api.reply(request)
        except Exception:  # the last line of defence: a bug here must look like the provider's 500
            traceback.print_exc()
            answered = self.server.standin.api.crashed()
        return answered

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(min(length, _LARGEST_BODY_BYTES))

    def _is_local(self) -> bool:
        """A web page in the same machine's browser must not reach this server by any name."""
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        return host in (LOOPBACK, "localhost") and self.headers.get("Origin") is None

    def _obey(self, reply: Reply) -> None:
        match reply.fault:
            case Fault(kind="reset"):
                self._reset()
            case Fault(kind="hang", seconds=seconds):
                self.server.closing.wait(seconds)
                self.close_connection = True
            case _:
                self._send(reply.answer.status, reply.answer.body, reply.answer.headers)

    def _reset(self) -> None:
        """Closing with a zero linger time sends RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != _NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: `/_control/requests` keeps what was asked."""
