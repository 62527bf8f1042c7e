"""How many payments were agreed at Stripe, how many are made, and where the last one ends."""

from datetime import UTC, datetime
from typing import Any

import pytest

from frontdesk.adapters.stripe.installments import (
    SINCE_METADATA,
    TOTAL_METADATA,
    Agreed,
    Bills,
    agreed_in,
    bills_of,
    end_of_plan,
)


def at(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def price(interval: str = "month", count: int = 1) -> dict[str, Any]:
    return {"price": {"recurring": {"interval": interval, "interval_count": count}}}


def phase(start: str, end: str, **fields: Any) -> dict[str, Any]:
    return {"start_date": at(start), "end_date": at(end), "items": [price()], **fields}


def scheduled(*phases: dict[str, Any], **fields: Any) -> dict[str, Any]:
    schedule = {"status": "active", "end_behavior": "cancel", "phases": list(phases), **fields}
    return {"metadata": {}, "schedule": schedule}


class TestWhatWasAgreed:
    def test_is_as_long_as_the_schedule(self) -> None:
        first, last = phase("2026-01-31", "2026-02-28"), phase("2026-02-28", "2026-05-31")

        assert agreed_in(scheduled(first, last)) == Agreed(1 + 4, at("2026-01-31"))

    def test_counts_the_price_s_own_periods(self) -> None:
        quarters = phase("2026-01-01", "2027-01-01", items=[price("month", 3)])

        assert agreed_in(scheduled(quarters)) == Agreed(4, at("2026-01-01"))

    def test_leaves_trials_out(self) -> None:
        half = phase("2026-01-01", "2026-04-15", trial_end=at("2026-01-15"))
        free = phase("2026-01-01", "2026-02-01", trial=True)

        assert agreed_in(scheduled(half)) == Agreed(3, at("2026-01-01"))
        assert agreed_in(scheduled(free, phase("2026-02-01", "2026-04-01"))) == Agreed(
            2, at("2026-01-01")
        )

    def test_is_what_the_subscription_says_where_it_does(self) -> None:
        said = {TOTAL_METADATA: "7", SINCE_METADATA: "1767225600"}
        subscription = scheduled(phase("2026-01-01", "2026-03-01")) | {"metadata": said}

        assert agreed_in(subscription) == Agreed(7, 1767225600)

    @pytest.mark.parametrize(
        "subscription",
        [
            {},
            {"metadata": {TOTAL_METADATA: "7"}},
            {"metadata": {TOTAL_METADATA: "-7", SINCE_METADATA: "1"}},
            {"metadata": {TOTAL_METADATA: "٧", SINCE_METADATA: "1"}},
            {"metadata": {TOTAL_METADATA: "9" * 13, SINCE_METADATA: "1"}},
            {"schedule": "sub_sched_1"},
            scheduled(phase("2026-01-01", "2026-03-01"), end_behavior="release"),
            scheduled(phase("2026-01-01", "2026-03-01"), status="released"),
        ],
    )
    def test_is_nothing_elsewhere(self, subscription: dict[str, Any]) -> None:
        assert agreed_in(subscription) is None


class TestBills:
    def test_only_the_plan_s_own_payments_count(self) -> None:
        def invoice(status: str, **fields: Any) -> dict[str, Any]:
            plain = {"billing_reason": "subscription_cycle", "total": 5, "auto_advance": False}
            return {"status": status, "created": 100, **plain, **fields}

        counted = bills_of(
            Agreed(9, 100),
            [
                invoice("paid"),
                invoice("paid", billing_reason="subscription_create"),
                invoice("open"),
                invoice("draft", auto_advance=True),
                invoice("draft"),
                invoice("void"),
                invoice("uncollectible"),
                invoice("paid", total=0),
                invoice("paid", created=99),
                invoice("paid", billing_reason="manual"),
                invoice("paid", billing_reason="subscription_update"),
            ],
        )

        assert counted == Bills(paid=2, owed=2)


class TestTheEnd:
    def end(
        self, paid: int, *, owed: int = 0, resumes: str | None = None, pause: bool = False
    ) -> str | None:
        """Of a plan of five that began on the 31st, in its period from March to April."""
        subscription: dict[str, Any] = {"billing_cycle_anchor": at("2026-01-31")}
        if pause or resumes:
            until = at(resumes) if resumes else None
            subscription["pause_collection"] = {"behavior": "void", "resumes_at": until}
        item = {**price(), "current_period_end": at("2026-04-30")}
        end = end_of_plan(Agreed(5, 0), Bills(paid, owed), subscription, item)
        return None if end is None else datetime.fromtimestamp(end, UTC).date().isoformat()

    def test_is_as_many_periods_away_as_payments_are_missing(self) -> None:
        assert [self.end(paid) for paid in (5, 4, 3, 1)] == [
            "2026-04-30",
            "2026-05-31",
            "2026-06-30",
            "2026-08-31",
        ]

    def test_counts_what_is_being_collected(self) -> None:
        assert self.end(3, owed=1) == self.end(4)
        assert self.end(5, owed=1) == "2026-04-30"

    def test_waits_for_a_pause(self) -> None:
        assert self.end(3, pause=True) is None
        assert self.end(3, resumes="2026-04-29") == "2026-06-30"
        assert self.end(3, resumes="2026-04-30") == "2026-06-30"
        assert self.end(3, resumes="2026-05-01") == "2026-07-31"
        assert self.end(5, resumes="2027-05-01") == "2026-04-30"
