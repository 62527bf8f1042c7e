"""What follows from a ledger entry: told by the outbox's stream, once each."""

from collections.abc import Mapping
from typing import Any

from frontdesk.adapters.dynamodb.codec import encode_item
from frontdesk.adapters.dynamodb.operations import Item, TableUnavailableError
from frontdesk.adapters.dynamodb.outbox import notice_from
from frontdesk.adapters.dynamodb.timeline import DynamoTimeline
from frontdesk.domain.ledger import LedgerNotice
from frontdesk.domain.snapshot import RefundStatus
from frontdesk.entrypoints.stream import stream_function
from frontdesk.use_cases.effects import note_on_timeline
from tests.mirrored import MirrorRig


class EffectsRig:
    """A mirror whose outbox is read as its table's stream."""

    def __init__(self) -> None:
        self.rig = MirrorRig()
        timeline = DynamoTimeline(self.rig.gateway, clock=self.rig.clock)

        def follow(notice: LedgerNotice) -> None:
            note_on_timeline(notice, timeline=timeline)

        self.handle = stream_function(follow, read=notice_from)

    def records(self) -> list[Mapping[str, Any]]:
        return [
            {"dynamodb": {"NewImage": encode_item(item), "SequenceNumber": str(number)}}
            for number, item in enumerate(self.rig.entities("outbox"), start=1)
        ]

    def timeline(self) -> list[tuple[object, object]]:
        entries = self.rig.entities("timeline_entry")
        ordered: list[Item] = sorted(entries, key=lambda item: str(item["sk"]))
        return [(item["kind"], item["amount_minor"]) for item in ordered]


def a_refunded_payment() -> EffectsRig:
    effects = EffectsRig()
    provider = effects.rig.provider
    payment = provider.pay(provider.add_customer(), amount_minor=1000)
    provider.pass_time(60)
    refund = provider.refund(payment, 400)
    effects.rig.follow()
    provider.end_refund(payment, refund, RefundStatus.FAILED)
    effects.rig.follow()
    return effects


def test_the_timeline_tells_what_happened_to_the_money_in_order() -> None:
    effects = a_refunded_payment()

    answer = effects.handle({"Records": effects.records()}, None)

    assert answer == {"batchItemFailures": []}
    assert effects.timeline() == [("payment", 1000), ("refund", -400), ("refund_failed", 400)]


def test_a_batch_that_comes_again_adds_nothing() -> None:
    effects = a_refunded_payment()
    for _ in range(3):
        effects.handle({"Records": effects.records()}, None)

    assert len(effects.timeline()) == 3


def test_a_batch_stops_at_the_first_that_fails_and_goes_on_from_there() -> None:
    """It and all after it come again: the stream's order is kept."""
    effects = a_refunded_payment()
    records = effects.records()
    calls = iter([None, TableUnavailableError("a test says so")])

    def fail_the_second(name: str) -> None:
        if error := next(calls, None):
            raise error

    effects.rig.gateway.before_call = fail_the_second
    answer = effects.handle({"Records": records}, None)
    effects.rig.gateway.before_call = lambda name: None
    written = len(effects.timeline())
    effects.handle({"Records": records[1:]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert written == 1
    assert len(effects.timeline()) == 3


def test_a_record_that_cannot_be_read_stops_the_batch_and_no_function() -> None:
    effects = a_refunded_payment()
    broken = {"dynamodb": {"NewImage": {"entity": {"S": "outbox"}}, "SequenceNumber": "9"}}

    answer = effects.handle({"Records": [broken, *effects.records()]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "9"}]}
    assert effects.timeline() == []
