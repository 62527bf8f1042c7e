"""When a paid cycle ends."""

from datetime import UTC, datetime

import pytest

from frontdesk.domain.cycle import end_of_cycle


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "interval", "count", "end"),
    [
        ("2026-01-20", "month", 1, "2026-02-20"),
        ("2026-01-31", "month", 1, "2026-02-28"),
        ("2028-01-31", "month", 1, "2028-02-29"),
        ("2026-03-31", "month", 1, "2026-04-30"),
        ("2026-11-30", "month", 3, "2027-02-28"),
        ("2026-12-15", "month", 1, "2027-01-15"),
        ("2026-01-15", "month", 12, "2027-01-15"),
        ("2026-05-01", "year", 1, "2027-05-01"),
        ("2028-02-29", "year", 1, "2029-02-28"),
        ("2026-05-01", "week", 2, "2026-05-15"),
        ("2026-12-31", "day", 1, "2027-01-01"),
        ("2026-02-27", "day", 7, "2026-03-06"),
    ],
)
@pytest.mark.feature("L3-31")
def test_a_cycle_ends_on_the_same_day(start: str, interval: str, count: int, end: str) -> None:
    assert end_of_cycle(day(start), interval=interval, count=count) == day(end)


@pytest.mark.parametrize(
    ("start", "billing_day", "end"),
    [
        ("2027-02-28", 31, "2027-03-31"),
        ("2027-02-28", 29, "2027-03-29"),
        ("2027-04-30", 31, "2027-05-31"),
        ("2027-03-31", 31, "2027-04-30"),
        ("2027-03-02", 31, "2027-04-02"),
        ("2027-02-28", 15, "2027-03-28"),
    ],
)
def test_after_a_short_month_the_day_comes_back(start: str, billing_day: int, end: str) -> None:
    found = end_of_cycle(day(start), interval="month", count=1, billing_day=billing_day)

    assert found == day(end)


def test_an_unknown_unit_is_an_error() -> None:
    with pytest.raises(KeyError):
        end_of_cycle(day("2026-01-01"), interval="fortnight", count=1)
