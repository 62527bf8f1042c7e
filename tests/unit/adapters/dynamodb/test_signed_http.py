"""The connection that exports read through, against a server of our own on the loopback."""

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from frontdesk.adapters.dynamodb.customer_scan import DynamoCustomerSource
from frontdesk.adapters.dynamodb.operations import TableUnavailableError
from frontdesk.adapters.dynamodb.signed_http import RequestRefusedError, SignedConnection
from frontdesk.domain.export import EVERYTHING, Slice

THROTTLED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
REFUSED = "com.amazon.coral.service#AccessDeniedException"


@dataclass(frozen=True)
class Canned:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False


def error(name: str, status: int = 400) -> Canned:
    return Canned(status, json.dumps({"__type": name, "message": "no"}).encode())


class Table:
    """Answers what it was given, in turn, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Canned] = []
        self.asked: list[tuple[dict[str, str], Any]] = []
        self.connections = 0
        table = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                table.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                table.asked.append((dict(self.headers.items()), json.loads(body)))
                answer = table.answers.pop(0)
                if answer.hangs_up:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def table() -> Iterator[Table]:
    table = Table()
    yield table
    table.stop()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def connection(table: Table, pauses: list[float]) -> Iterator[SignedConnection]:
    connection = SignedConnection(
        table.endpoint, sign=signed(), sleep=pauses.append, jitter=lambda: 1.0
    )
    yield connection
    connection.close()


def signed() -> Callable[[str, bytes], dict[str, str]]:
    count = 0

    def sign(target: str, body: bytes) -> dict[str, str]:
        nonlocal count
        count += 1
        return {"X-Amz-Target": target, "X-Signature": f"{count}:{len(body)}"}

    return sign


class TestCall:
    def test_the_answer_is_the_body(self, table: Table, connection: SignedConnection) -> None:
        table.answers = [Canned(body=b'{"Count": 1}')]

        assert connection.call("Query", {"TableName": "t"}) == b'{"Count": 1}'
        ((headers, asked),) = table.asked
        assert headers["X-Amz-Target"] == "DynamoDB_20120810.Query"
        assert asked == {"TableName": "t"}

    def test_one_connection_serves_many_calls(
        self, table: Table, connection: SignedConnection
    ) -> None:
        table.answers = [Canned()] * 3
        for _ in range(3):
            connection.call("Query", {})

        assert table.connections == 1

    @pytest.mark.parametrize(
        "passing",
        [
            error(THROTTLED),
            error("x#ThrottlingException"),
            error("x#RequestLimitExceeded"),
            error("x#InternalServerError", status=500),
            Canned(503, b"<html>"),
            Canned(429, b""),
            Canned(body=b'{"Cou', headers={"x-amz-crc32": "1"}),
            Canned(hangs_up=True),
        ],
    )
    def test_what_passes_is_asked_again_under_a_new_signature(
        self, table: Table, connection: SignedConnection, pauses: list[float], passing: Canned
    ) -> None:
        table.answers = [passing, passing, Canned(body=b"[]")]

        assert connection.call("Query", {}) == b"[]"
        signatures = {headers["X-Signature"] for headers, _ in table.asked}
        assert len(signatures) == 3
        assert pauses == [0.1, 0.2]

    def test_a_body_that_arrived_whole_is_believed(
        self, table: Table, connection: SignedConnection
    ) -> None:
        table.answers = [Canned(headers={"x-amz-crc32": str(zlib.crc32(b"{}"))})]

        assert connection.call("Query", {}) == b"{}"

    def test_what_is_refused_is_not_asked_again(
        self, table: Table, connection: SignedConnection
    ) -> None:
        table.answers = [error(REFUSED)]

        with pytest.raises(RequestRefusedError, match=r"^AccessDeniedException$"):
            connection.call("Query", {})
        assert len(table.asked) == 1

    def test_it_gives_up_in_the_end(
        self, table: Table, connection: SignedConnection, pauses: list[float]
    ) -> None:
        table.answers = [error(THROTTLED)] * 8

        with pytest.raises(TableUnavailableError):
            connection.call("Query", {})
        assert table.answers == []
        assert max(pauses) <= 5

    def test_a_server_that_is_not_there_is_unavailable(self, pauses: list[float]) -> None:
        gone = Table()
        gone.stop()
        connection = SignedConnection(gone.endpoint, sign=signed(), sleep=pauses.append)

        with pytest.raises(TableUnavailableError):
            connection.call("Query", {})
        assert len(pauses) == 7


def page(*numbers: int, last: str | None = None) -> Canned:
    answer: dict[str, Any] = {"Items": [{"customer_id": {"S": f"cus_{n}"}} for n in numbers]}
    if last:
        answer["LastEvaluatedKey"] = {"pk": {"S": last}}
    return Canned(body=json.dumps(answer).encode())


class TestPages:
    SLICE = Slice("CUSTOMERS#1", "2026-01-01", "2026-02-01")

    def test_pages_are_followed_to_the_end(
        self, table: Table, connection: SignedConnection
    ) -> None:
        table.answers = [page(1, 2, last="a"), page(last="b"), page(3)]
        source = DynamoCustomerSource(connection, table_name="customers")

        pages = list(source.pages(self.SLICE, wanted=EVERYTHING, currency="usd", start=None))

        assert [[row.customer_id for row in one.rows] for one in pages] == [
            ["cus_1", "cus_2"],
            [],
            ["cus_3"],
        ]
        starts = [asked.get("ExclusiveStartKey") for _, asked in table.asked]
        assert starts == [None, {"pk": {"S": "a"}}, {"pk": {"S": "b"}}]

    def test_a_slice_goes_on_where_a_page_ended(
        self, table: Table, connection: SignedConnection
    ) -> None:
        table.answers = [page(1, last="a"), page(2)]
        source = DynamoCustomerSource(connection, table_name="customers")
        first = next(source.pages(self.SLICE, wanted=EVERYTHING, currency="usd", start=None))

        rest = source.pages(self.SLICE, wanted=EVERYTHING, currency="usd", start=first.next_start)

        assert [row.customer_id for one in rest for row in one.rows] == ["cus_2"]
        assert table.asked[1][1]["ExclusiveStartKey"] == {"pk": {"S": "a"}}

    def test_a_slice_is_a_query_of_the_index_of_profiles(
        self, table: Table, connection: SignedConnection
    ) -> None:
        table.answers = [page()]
        source = DynamoCustomerSource(connection, table_name="customers")

        list(source.pages(self.SLICE, wanted=EVERYTHING, currency="eur", start=None))

        asked = table.asked[0][1]
        assert asked["IndexName"] == "customers_by_created"
        assert asked["ExpressionAttributeValues"] == {
            ":shard": {"S": "CUSTOMERS#1"},
            ":low": {"S": "2026-01-01"},
            ":high": {"S": "2026-02-01"},
        }
        assert "ltv_eur" in asked["ExpressionAttributeNames"].values()


class TestSize:
    def test_the_index_s_own_count_is_the_estimate(
        self, table: Table, connection: SignedConnection
    ) -> None:
        indexes = [
            {"IndexName": "customers_by_name", "ItemCount": 3},
            {"IndexName": "customers_by_created", "ItemCount": 7},
        ]
        described = {"Table": {"ItemCount": 90, "GlobalSecondaryIndexes": indexes}}
        table.answers = [Canned(body=json.dumps(described).encode())] + [page()] * 8

        size = DynamoCustomerSource(connection, table_name="customers").size()

        assert (size.row_estimate, size.span) == (7, None)

    def test_the_span_is_from_the_first_to_the_last_of_all_shards(
        self, table: Table, connection: SignedConnection
    ) -> None:
        keys = ["2022-01-01T00:00:00.000Z#a", "2026-01-01T00:00:00.000Z#b"] * 4
        keys[2] = "2021-05-05T00:00:00.000Z#c"
        ends = [{"Items": [{"created_at_key": {"S": key}}]} for key in keys]
        table.answers = [
            Canned(body=json.dumps(one).encode()) for one in [{"Table": {"ItemCount": 9}}, *ends]
        ]

        size = DynamoCustomerSource(connection, table_name="customers").size()

        assert size.span is not None
        assert [moment.date().isoformat() for moment in size.span] == ["2021-05-05", "2026-01-01"]
        assert size.row_estimate == 9
