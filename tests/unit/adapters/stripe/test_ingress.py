"""From a request at the webhook's address to a stored and queued event, or to a refusal."""

import base64
import itertools
import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from frontdesk.adapters.dynamodb.inbox import LARGEST_INLINE_BODY
from frontdesk.adapters.dynamodb.operations import TableUnavailableError
from frontdesk.domain.errors import UnavailableError
from frontdesk.entrypoints.webhook import LARGEST_BODY
from tests.ingress import (
    OTHER_SECRET,
    SECRET,
    IngressRig,
    event_body,
    request,
    signature,
)
from tests.thoroughness import tries
from tests.workers import Died

EVENTS = tries(1000, quick=100)


@pytest.fixture
def rig() -> IngressRig:
    return IngressRig()


def status_of(rig: IngressRig, event: dict[str, Any]) -> int:
    return int(rig.handle(event, None)["statusCode"])


class TestGenuineEvents:
    def test_one_is_stored_with_its_raw_body_and_queued(self, rig: IngressRig) -> None:
        body = event_body(1)

        assert rig.post(body) == 200
        (row,) = rig.gateway.items.values()
        assert (row["status"], row["body"]) == ("RECEIVED", body)
        assert [hint.reference.provider_id for hint in rig.queue.hints] == ["cus_1"]

    def test_a_large_body_is_kept_beside_the_table(self, rig: IngressRig) -> None:
        body = event_body(1, filler="x" * LARGEST_INLINE_BODY)

        assert rig.post(body) == 200
        (row,) = rig.gateway.items.values()
        assert row["body_object"] == "events/evt_1.json"
        assert rig.bodies == {"evt_1": body}

    def test_secrets_that_stripe_tells_in_passing_are_not_kept(self, rig: IngressRig) -> None:
        """Whoever has one can complete the setup or the payment."""
        intent = {
            "object": "setup_intent",
            "id": "seti_1",
            "client_secret": "seti_1_secret_8kx",
            "description": 'has "client_secret":"\\"of a kind',
            "payment_method": "pm_1",
            "latest": [{"client_secret": "pi_1_secret_9ky"}, {"client_secret": None}],
        }
        body = event_body(1, type="setup_intent.created", data={"object": intent})

        assert rig.post(body) == 200
        (row,) = rig.gateway.items.values()
        kept = json.loads(bytes(row["body"]))["data"]["object"]  # type: ignore[arg-type]
        assert kept == intent | {"client_secret": None, "latest": [{"client_secret": None}] * 2}

    def test_one_about_nothing_of_ours_is_acknowledged_and_not_queued(
        self, rig: IngressRig
    ) -> None:
        body = event_body(1, type="radar.rule.created", data={"object": {"object": "radar.rule"}})

        assert rig.post(body) == 200
        assert [row["status"] for row in rig.gateway.items.values()] == ["IGNORED"]
        assert rig.queue.hints == []

    def test_one_that_was_processed_is_acknowledged_and_not_queued_again(
        self, rig: IngressRig
    ) -> None:
        rig.post(event_body(1))
        (row,) = rig.gateway.items.values()
        row["status"] = "DONE"

        assert rig.post(event_body(1)) == 200
        assert len(rig.queue.hints) == 1

    @pytest.mark.parametrize("changes", [{"livemode": True}, {"livemode": None}, {"livemode": 0}])
    def test_one_of_the_other_mode_is_refused(
        self, rig: IngressRig, changes: dict[str, Any]
    ) -> None:
        assert rig.post(event_body(1, **changes)) == 400
        assert rig.traces == (0, 0, 0)


@pytest.mark.case("A3")
class TestRotation:
    def test_events_signed_with_old_new_or_both_are_all_accepted(self, rig: IngressRig) -> None:
        rig.secrets.text = json.dumps([SECRET, OTHER_SECRET])
        signers = [(SECRET,), (OTHER_SECRET,), (SECRET, OTHER_SECRET), (OTHER_SECRET, SECRET)]
        chance = random.Random(3)

        statuses = set()
        for number in range(EVENTS):
            body = event_body(number)
            statuses.add(rig.post(body, rig.signed(body, *chance.choice(signers))))
            rig.clock.advance(timedelta(seconds=chance.choice([0, 0, 1, 7])))

        assert statuses == {200}
        assert len(rig.queue.hints) == EVENTS

    def test_a_secret_that_was_just_rolled_is_seen_at_the_first_event_signed_with_it(
        self, rig: IngressRig
    ) -> None:
        rig.post(event_body(1))
        rig.secrets.text = json.dumps([OTHER_SECRET, SECRET])

        assert rig.post(event_body(2), rig.signed(event_body(2), OTHER_SECRET)) == 200

    def test_an_expired_secret_is_forgotten_within_five_minutes(self, rig: IngressRig) -> None:
        rig.post(event_body(1))
        rig.secrets.text = json.dumps([OTHER_SECRET])
        rig.clock.advance(timedelta(minutes=5))

        assert rig.post(event_body(2)) == 400

    def test_forgeries_make_the_secret_be_read_once_a_minute_at_most(self, rig: IngressRig) -> None:
        rig.post(event_body(1))
        for _ in range(30):
            for _ in range(20):
                assert rig.post(event_body(2), rig.signed(event_body(2), "whsec_wrong")) == 400
            rig.clock.advance(timedelta(seconds=10))

        assert rig.secrets.reads <= 1 + 5 + 2  # the first, one a minute, two that grew old


@pytest.mark.case("A4")
class TestNoSecret:
    @pytest.mark.parametrize(
        "text",
        [
            *(None, "", " ", "[]", "{}", "null", "0", '""', '"whsec_x"', "[1]", '[""]', '[" "]'),
            *('["whsec_x", ""]', '[["whsec_x"]]', "[null]", "whsec_x", '["whsec_x"', "\ufeff[]"),
            *('{"secrets": ["whsec_x"]}', "[" * 5000),
        ],
    )
    @pytest.mark.parametrize("signed_with", [SECRET, "whsec_x", "", " ", "None"])
    def test_the_address_is_closed_and_never_open(
        self, rig: IngressRig, text: str | None, signed_with: str
    ) -> None:
        rig.secrets.text = text
        body = event_body(1)

        assert rig.post(body, rig.signed(body, signed_with)) >= 500
        assert rig.post(body, "") >= 500
        assert rig.traces == (0, 0, 0)

    @pytest.mark.parametrize(
        "failure",
        [
            EndpointConnectionError(endpoint_url="x"),
            ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue"),
            ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue"),
        ],
    )
    def test_a_secret_that_cannot_be_read_closes_it_too(
        self, rig: IngressRig, failure: Exception
    ) -> None:
        rig.secrets.failure = failure

        assert rig.post(event_body(1)) == 503
        assert rig.traces == (0, 0, 0)

    def test_it_opens_again_with_the_secret(self, rig: IngressRig) -> None:
        rig.secrets.text = "[]"
        closed = rig.post(event_body(1))
        rig.secrets.text = json.dumps([SECRET])
        rig.clock.advance(timedelta(minutes=5))

        assert (closed, rig.post(event_body(1))) == (503, 200)


# --- fuzz --------------------------------------------------------------------------------------


def signed(rig: IngressRig, body: bytes) -> dict[str, Any]:
    return request(body, {"stripe-signature": rig.signed(body)})


def nested(depth: int, opened: str, closed: str) -> bytes:
    return (opened * depth + closed * depth).encode()


def signed_garbage(rig: IngressRig, chance: random.Random) -> dict[str, Any]:
    """Whoever knows the secret may still send nonsense."""
    odd = chance.choice(
        [
            *(None, True, False, 0, -1, 1.5, 10**30, 253_402_300_800, float("1e400")),
            *("", " ", "\ud800", "x" * 300, "\x00", "é", "evt_1#", "../evt", "evt 1"),
            *([], {}, [1], {"id": "evt_1"}),
        ]
    )
    field = chance.choice(["id", "type", "created", "livemode", "data", "api_version"])
    event = json.loads(event_body(chance.randrange(100))) | {field: odd}
    if chance.random() < 0.2:
        del event[field]
    return signed(rig, json.dumps(event).encode())


def signed_noise(rig: IngressRig, chance: random.Random) -> dict[str, Any]:
    choices: list[Callable[[], bytes]] = [
        lambda: chance.randbytes(chance.randrange(200)),
        lambda: b"\xff\xfe" + event_body(1),
        lambda: b"\xef\xbb\xbf" + event_body(1),
        lambda: event_body(1).decode().encode("utf-16"),
        lambda: event_body(1)[: chance.randrange(200)],
        lambda: event_body(1) + event_body(2),
        lambda: chance.choice([b"", b"null", b"[]", b"0", b'"evt_1"', b"{}", b"[{}]", b"NaN"]),
        lambda: nested(chance.choice([10, 1000, 100_000]), *chance.choice(["[]", "{}"])),
        lambda: nested(chance.choice([10, 1000, 50_000]), '{"a":', "}"),
        lambda: b'{"id": ' + b"9" * chance.choice([10, 5000]) + b"}",
        lambda: b'{"created": 1' + b"0" * 400 + b"}",
    ]
    return signed(rig, chance.choice(choices)())


def odd_header(rig: IngressRig, chance: random.Random) -> dict[str, Any]:
    body = event_body(chance.randrange(100))
    good = rig.signed(body)
    time, digest = good.split(",")
    header = chance.choice(
        [
            "",
            "t=,v1=",
            "t=1,v1=ü",
            f"{time},v1=é{digest[4:]}",
            f"{time},v1={'ÿ' * 64}",
            f"{time},v1=\ud800",
            f"t=\u0661\u0662,{digest}",
            f"{time},{time},{digest}",
            f"t={'9' * 5000},{digest}",
            f"{time}" + ",v1=" * 3000,
            "=" * 1000,
            "," * 4000,
            "\x00",
            f"{time},v1={chance.randbytes(32).hex()}",
            "".join(chance.choices("tv1=,0123456789abcdef é\n", k=chance.randrange(200))),
        ]
    )
    return request(body, {"stripe-signature": header})


def odd_envelope(rig: IngressRig, chance: random.Random) -> dict[str, Any]:
    body = event_body(chance.randrange(100))
    good = request(body, {"stripe-signature": rig.signed(body)})
    changes: dict[str, Any] = chance.choice(
        [
            {"headers": {}},
            {"headers": None},
            {"headers": {"stripe-signature": ""}},
            {"body": None},
            {"body": ""},
            {"body": "\ud800\udfff"},
            {"body": "!" * chance.randrange(1, 50), "isBase64Encoded": True},
            {"body": "é" * chance.randrange(1, 50), "isBase64Encoded": True},
            {"body": "\ud800", "isBase64Encoded": True},
            {"body": "QQ", "isBase64Encoded": True},
            {"body": "Q=Q=", "isBase64Encoded": True},
            {"body": base64.b64encode(chance.randbytes(40)).decode(), "isBase64Encoded": True},
            {"body": good["body"], "isBase64Encoded": True},
            {"body": base64.b64encode(body).decode(), "isBase64Encoded": False},
        ]
    )
    # The context is the gateway's own word; everything else is the sender's.
    sent = {n: v for n, v in good.items() if n == "requestContext" or chance.random() > 0.05}
    return sent | changes


def too_large(rig: IngressRig, chance: random.Random) -> dict[str, Any]:
    size = chance.choice([LARGEST_BODY + 1, 11 * 1024 * 1024])
    body = event_body(1, filler="x" * size)
    return request(body, {"stripe-signature": "t=1,v1=a"}, is_base64=chance.random() < 0.5)


def was_accepted_rightly(event: dict[str, Any], rig: IngressRig) -> bool:
    """Some changes leave a valid event: its signature and its form are right after all."""
    body = event["body"].encode()
    fields = json.loads(body)
    return (
        event["headers"]["stripe-signature"] == rig.signed(body)
        and fields["livemode"] is False
        and fields["id"].startswith("evt_")
        and fields["type"].isascii()
    )


@pytest.mark.case("A5")
class TestHostileInput:
    @pytest.mark.parametrize(
        ("make", "count"),
        [
            (signed_garbage, tries(3000, quick=150)),
            (signed_noise, tries(2000, quick=100)),
            (odd_header, tries(2500, quick=150)),
            (odd_envelope, tries(2490, quick=150)),
            (too_large, tries(10, quick=2)),
        ],
    )
    def test_every_answer_is_a_refusal_and_nothing_changes(
        self, make: Callable[[IngressRig, random.Random], dict[str, Any]], count: int
    ) -> None:
        chance = random.Random(make.__name__)
        for number in range(count):
            rig = IngressRig()
            event = make(rig, chance)
            status = status_of(rig, event)
            if status == 200:
                assert was_accepted_rightly(event, rig)
            else:
                assert 400 <= status < 500, (make.__name__, number, status)
                assert rig.traces == (0, 0, 0)

    def test_a_body_of_the_largest_size_is_still_read(self, rig: IngressRig) -> None:
        frame = len(event_body(1, filler=""))
        exact = event_body(1, filler="x" * (LARGEST_BODY - frame))

        assert len(exact) == LARGEST_BODY
        assert rig.post(exact) == 200
        assert rig.post(exact + b" ") == 413

    def test_a_text_that_no_table_can_hold_is_refused_before_it_is_stored(
        self, rig: IngressRig
    ) -> None:
        """A lone surrogate is valid JSON and no valid text."""
        assert rig.post(b'{"id":"evt_1","livemode":false,"created":1,"type":"\\ud800"}') == 400
        lone = event_body(1, api_version="@").replace(b'"@"', b'"\\ud800"')

        assert rig.post(lone) == 200
        assert [row["api_version"] for row in rig.gateway.items.values()] == [None]


ENCODINGS = [True, False]
HEADER_NAMES = ["stripe-signature", "Stripe-Signature"]
BODIES = [event_body(1), event_body(1, data={"object": {"object": "customer", "id": "cus_Ü1"}})]


@pytest.mark.case("A6")
@pytest.mark.parametrize(
    ("is_base64", "name", "body"), list(itertools.product(ENCODINGS, HEADER_NAMES, BODIES))
)
def test_the_same_bytes_reach_the_verifier_however_they_are_wrapped(
    rig: IngressRig, is_base64: bool, name: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json", name: rig.signed(body)}

    assert status_of(rig, request(body, headers, is_base64=is_base64)) == 200
    assert [row["body"] for row in rig.gateway.items.values()] == [body]


# --- outages and deaths ------------------------------------------------------------------------


@pytest.mark.case("A8")
class TestOutage:
    def test_no_event_is_lost_while_table_and_queue_are_down_in_turns(
        self, rig: IngressRig
    ) -> None:
        chance = random.Random(8)
        down: set[str] = set()

        def table(name: str) -> None:
            if "table" in down:
                raise TableUnavailableError("a test says so")

        def queue() -> None:
            if "queue" in down:
                raise UnavailableError("a test says so")

        rig.gateway.before_call, rig.queue.before_send = table, queue
        unsent = list(range(EVENTS))
        answers = set()
        while unsent:
            down = {
                name
                for name in ("table", "queue")
                if len(unsent) > EVENTS // 20 and chance.random() < 0.5
            }
            number = unsent.pop(chance.randrange(len(unsent)))
            status = rig.post(event_body(number))
            answers.add((bool(down), status))
            if status != 200:
                unsent.append(number)

        assert answers == {(True, 503), (False, 200)}
        assert len(rig.gateway.items) == EVENTS
        assert {hint.event_id for hint in rig.queue.hints} == {f"evt_{n}" for n in range(EVENTS)}

    def test_an_event_that_waited_for_the_queue_is_queued_once(self, rig: IngressRig) -> None:
        def down() -> None:
            raise UnavailableError("a test says so")

        rig.queue.before_send = down
        statuses = [rig.post(event_body(1)) for _ in range(3)]
        rig.queue.before_send = lambda: None
        statuses.append(rig.post(event_body(1)))

        assert statuses == [503, 503, 503, 200]
        assert [hint.event_id for hint in rig.queue.hints] == ["evt_1"]

    def test_any_other_failure_is_a_5xx_that_tells_nothing(self, rig: IngressRig) -> None:
        def broken(name: str) -> None:
            raise RuntimeError("whsec_secret and a name")

        rig.gateway.before_call = broken
        body = event_body(1)
        answer = rig.handle(request(body, {"stripe-signature": rig.signed(body)}), None)

        assert answer["statusCode"] == 500
        assert "whsec" not in json.dumps(answer)


def test_the_signature_of_one_stage_does_not_open_another() -> None:
    rig = IngressRig(livemode=True)
    body = event_body(1, livemode=True)

    assert rig.post(body, signature(body, OTHER_SECRET, at=int(rig.clock.now().timestamp()))) == 400
    assert rig.post(body) == 200


def test_a_death_is_no_answer(rig: IngressRig) -> None:
    """The next test file kills the ingress at every step; here: nothing catches a death."""

    def die(name: str) -> None:
        raise Died

    rig.gateway.after_call = die

    with pytest.raises(Died):
        rig.post(event_body(1))
