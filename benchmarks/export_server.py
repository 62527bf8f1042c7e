"""A customers table with canned pages and a bucket that forgets, in a process of their own.

    python -m benchmarks.export_server ROWS

prints its port, and ends when its standard input does.
"""

import hashlib
import json
import random
import sys
import zlib
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE_ROWS = 700
"""What fits into DynamoDB's megabyte, before it leaves out what nobody asked for."""

DISTINCT_PAGES = 20
FIRST_SHARD = "CUSTOMERS#0"

_GIVEN = ("Ann", "Zoë", "Łukasz", "Nguyễn", "王", "Олег", "فاطمة", "=Ada", 'Bo "B"', "O'Neil")
_FAMILY = ("Rossi", "Müller", "Kim", "Петров", "García", "de la Cruz", "Taylor", "Sørensen")


@cache
def page_items(number: int) -> bytes:
    """The items of one page as DynamoDB's JSON: what people are called, and what they leave out."""
    dice = random.Random(number)
    return json.dumps(
        [_profile(dice, number * PAGE_ROWS + row) for row in range(PAGE_ROWS)],
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def _profile(dice: random.Random, number: int) -> dict[str, Any]:
    address = {
        "line1": {"S": f"{number} Main Street"},
        "city": {"S": "Aarhus"},
        "postal_code": {"S": f"{8000 + number % 999}"},
        "country": {"S": "DK"},
    }
    if dice.random() < 0.3:
        address["line2"] = {"S": f"Floor {number % 9}"}
    profile: dict[str, Any] = {
        "customer_id": {"S": f"cus_{number:026d}"},
        "name": {"S": f"{dice.choice(_GIVEN)} {dice.choice(_FAMILY)}"},
        "email": {"S": f"customer.{number}@example.com"},
        "phone": {"S": f"+4520{number:06d}"} if dice.random() < 0.7 else {"NULL": True},
        "address": {"M": address},
        "company": {"M": {}},
        "tax_id": {"NULL": True},
        "vat_number": {"NULL": True},
        "status": {"S": "active"},
        "is_test": {"BOOL": False},
        "ltv_usd": {"N": str(dice.randrange(-100, 250_000))},
    }
    if dice.random() < 0.25:
        profile["company"] = {
            "M": {
                "name": {"S": f"Company {number}"},
                "id": {"S": f"DK{number:08d}"},
                "email": {"S": f"office{number}@example.com"},
            }
        }
        profile["vat_number"] = {"S": f"DK{number:08d}"}
    return profile


class Canned(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 20
    rows = 0
    parts: dict[int, bytes] = {}  # noqa: RUF012 - of the one bucket, across connections
    objects: dict[str, bytes] = {}  # noqa: RUF012 - the same

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, content: bytes = b"", **headers: str) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        body = self._body()
        target = self.headers.get("X-Amz-Target", "")
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        if target.endswith("DescribeTable"):
            self._answer(b'{"Table":{"ItemCount":0}}')
        elif target.endswith("Query"):
            self._page(json.loads(body))
        elif "uploads" in query:
            self.parts.clear()
            self._answer(b"<R><UploadId>upload</UploadId></R>")
        elif "delete" in query:
            self._answer(b"<DeleteResult/>")
        else:
            content = b"".join(self.parts[number] for number in sorted(self.parts))
            self.objects[urlsplit(self.path).path] = content
            self._answer(b"<R><ETag>x</ETag></R>")

    def do_PUT(self) -> None:
        body = self._body()
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        if "partNumber" in query:
            self.parts[int(query["partNumber"][0])] = body
        else:
            self.objects[address.path] = body
        self._answer(ETag=f'"{zlib.crc32(body)}"')

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path in self.objects:
            self._answer(self.objects[address.path], ETag='"x"')
        elif address.path == "/digest":
            (content,) = [c for key, c in self.objects.items() if "/exports/" in key]
            self._answer(hashlib.sha256(content).hexdigest().encode())
        else:
            self._answer(b"<ListMultipartUploadsResult/>")

    def _page(self, request: dict[str, Any]) -> None:
        if request["ExpressionAttributeValues"][":shard"]["S"] != FIRST_SHARD or "Limit" in request:
            self._answer(b'{"Items":[],"Count":0,"ScannedCount":0}')
            return
        number = int(request.get("ExclusiveStartKey", {"pk": {"S": "0"}})["pk"]["S"])
        last_page = -(-self.rows // PAGE_ROWS) - 1
        rest = b""
        if number < last_page:
            rest = b',"LastEvaluatedKey":{"pk":{"S":"%d"}}' % (number + 1)
        items = page_items(number % DISTINCT_PAGES)
        content = b'{"Count":%d,"Items":%s%s}' % (PAGE_ROWS, items, rest)
        self._answer(
            content,
            Content_Type="application/x-amz-json-1.0",
            x_amz_crc32=str(zlib.crc32(content)),
        )


def main() -> None:
    Canned.rows = int(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Canned)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
