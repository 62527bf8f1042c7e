"""Asking PayPal whether a signature holds."""

import json

import pytest

from frontdesk.adapters.paypal.http import Answer, NoAnswerError
from frontdesk.adapters.paypal.signature import SignatureRefusedError, transmission_of
from frontdesk.adapters.paypal.verification import ApiVerifier, verification_request
from frontdesk.domain.errors import UnavailableError
from tests.unit.adapters.paypal.fakes import (
    BASE,
    WEBHOOK_ID,
    FakeHttp,
    Reply,
    Sender,
    as_body,
    as_json,
    client_for,
    event,
)
from tests.unit.adapters.paypal.pki import NOW
from tests.unit.adapters.paypal.rig import PayPalRig

PATH = "/v1/notifications/verify-webhook-signature"
SUCCESS = as_json({"verification_status": "SUCCESS"})
FAILURE = as_json({"verification_status": "FAILURE"})

BODIES = {
    "an empty object": b'{"event_type":"X","resource":{}}',
    "an empty list": b'{"event_type":"X","resource":{"items":[]}}',
    "letters of all kinds": '{"event_type":"X","name":"Zoë 🦄 نورة \u202e"}'.encode(),
    "escapes": b'{"event_type":"X","name":"Zo\\u00eb \\/ \\ud83e\\udd84 \\u0041"}',
    "a lone surrogate": b'{"event_type":"X","name":"\\ud800"}',
    "a large number": b'{"event_type":"X","n":123456789012345678901234567890}',
    "a number of many digits": b'{"event_type":"X","n":' + b"9" * 10_000 + b"}",
    "a number beyond every float": b'{"event_type":"X","n":1e400,"m":-0,"o":1.0,"p":1E+2}',
    "a fine number": b'{"event_type":"X","n":0.1000000000000000055511151231257827}',
    "spaces": b' \r\n\t{ "event_type" :\t"X" , "resource" : { } }\n ',
    "names in an order": b'{"z":1,"event_type":"X","a":2}',
    "a name twice": b'{"event_type":"Y","event_type":"X"}',
    "nothing and truth": b'{"event_type":"X","a":null,"b":true,"c":false}',
}


def verifier(
    *replies: Reply, webhook_ids: tuple[str, ...] = (WEBHOOK_ID,)
) -> tuple[FakeHttp, ApiVerifier]:
    http = FakeHttp()
    client = client_for(http)
    http.on("POST", BASE + PATH, *replies)
    return http, ApiVerifier(client, webhook_ids=webhook_ids)


@pytest.mark.case("B5")
class TestTheQuestion:
    @pytest.mark.parametrize("kind", BODIES)
    def test_the_body_goes_in_byte_for_byte(self, kind: str) -> None:
        body = BODIES[kind]
        http, asking = verifier(SUCCESS)
        asking.verify(transmission_of(Sender().headers(body, at=NOW), now=NOW), body)

        (asked,) = http.asked_for(PATH)
        assert asked.body is not None
        head, between, rest = asked.body.partition(b'"webhook_event": ')
        assert (between, rest) == (b'"webhook_event": ', body + b"}")
        assert json.loads(head.rstrip(b", ") + b"}").keys() == {
            "auth_algo",
            "cert_url",
            "transmission_id",
            "transmission_sig",
            "transmission_time",
            "webhook_id",
        }

    @pytest.mark.parametrize("kind", [k for k in BODIES if "digits" not in k])
    def test_the_whole_is_json(self, kind: str) -> None:
        sent = transmission_of(Sender().headers(BODIES[kind], at=NOW), now=NOW)
        question = json.loads(verification_request(sent, BODIES[kind], webhook_id=WEBHOOK_ID))

        assert question["webhook_event"] == json.loads(BODIES[kind])
        assert question["webhook_id"] == WEBHOOK_ID

    @pytest.mark.parametrize("kind", BODIES)
    def test_such_a_body_comes_through_the_whole_ingress(self, kind: str) -> None:
        rig = PayPalRig()
        rig.http.on("POST", BASE + PATH, SUCCESS)
        rig.verifier = ApiVerifier(client_for(rig.http), webhook_ids=(WEBHOOK_ID,))

        assert rig.deliver(BODIES[kind]) == 200
        (asked,) = rig.http.asked_for(PATH)
        assert asked.body is not None
        assert asked.body.endswith(BODIES[kind] + b"}")
        (stored,) = rig.items("provider_event")
        assert stored["body"] == BODIES[kind]


class TestTheAnswer:
    BODY = as_body(event("PAYMENT.SALE.COMPLETED", {"id": "1"}))

    def ask(self, *replies: Reply, webhook_ids: tuple[str, ...] = (WEBHOOK_ID,)) -> FakeHttp:
        http, asking = verifier(*replies, webhook_ids=webhook_ids)
        asking.verify(transmission_of(Sender().headers(self.BODY, at=NOW), now=NOW), self.BODY)
        return http

    @pytest.mark.parametrize(
        "reply", [FAILURE, as_json({}), as_json({"verification_status": "success"})], ids=repr
    )
    def test_what_is_not_a_success_is_a_refusal(self, reply: Reply) -> None:
        with pytest.raises(SignatureRefusedError):
            self.ask(reply)

    @pytest.mark.parametrize("status", [400, 422])
    def test_a_question_that_paypal_does_not_take_is_a_refusal(self, status: int) -> None:
        with pytest.raises(SignatureRefusedError):
            self.ask(as_json({"name": "VALIDATION_ERROR"}, status))

    @pytest.mark.parametrize(
        "reply",
        [
            NoAnswerError(),
            Answer(500, b""),
            Answer(503, b""),
            Answer(429, b""),
            Answer(401, b""),
            as_json({"name": "NOT_AUTHORIZED"}, 403),
            Answer(404, b"<html>"),
            Answer(200, b"[]"),
        ],
        ids=repr,
    )
    def test_an_outage_is_neither(self, reply: Reply) -> None:
        with pytest.raises(UnavailableError):
            self.ask(reply)

    def test_each_webhook_of_ours_is_asked_about(self) -> None:
        http = self.ask(FAILURE, SUCCESS, webhook_ids=("NEW", "OLD"))

        assert len(http.asked_for(PATH)) == 2

    @pytest.mark.parametrize(("reply", "status"), [(FAILURE, 400), (Answer(503, b""), 503)])
    def test_at_the_edge_a_refusal_is_4xx_and_an_outage_5xx(
        self, reply: Answer, status: int
    ) -> None:
        rig = PayPalRig()
        rig.http.on("POST", BASE + PATH, reply)
        rig.verifier = ApiVerifier(client_for(rig.http), webhook_ids=(WEBHOOK_ID,))

        assert rig.deliver(self.BODY) == status
        assert (rig.gateway.items, rig.queue.hints) == ({}, [])
