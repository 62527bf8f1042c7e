"""The headers of a transmission, to the second and to the character."""

from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.adapters.paypal.signature import (
    MOST_AHEAD,
    OLDEST,
    SignatureRefusedError,
    transmission_of,
)
from tests.unit.adapters.paypal.pki import NOW

HEADERS = {
    "paypal-auth-algo": "SHA256withRSA",
    "paypal-cert-url": "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
    "paypal-transmission-id": "ac7f0d20-9169-11e6-a6f4-77339302725b",
    "paypal-transmission-sig": "AAAA",
    "paypal-transmission-time": "2026-11-01T12:00:00Z",
}
SECOND = timedelta(seconds=1)


def text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_is_signed_is_id_time_webhook_and_checksum() -> None:
    found = transmission_of(HEADERS, now=NOW)

    assert found.message(b"{}", webhook_id="WH1") == (
        b"ac7f0d20-9169-11e6-a6f4-77339302725b|2026-11-01T12:00:00Z|WH1|2745614147"
    )


def test_the_time_is_signed_as_it_was_written() -> None:
    written = HEADERS | {"paypal-transmission-time": "2026-11-01T12:00:00.120Z"}

    assert b"|2026-11-01T12:00:00.120Z|" in transmission_of(written, now=NOW).message(
        b"", webhook_id="W"
    )


@pytest.mark.parametrize(
    ("age", "is_accepted"),
    [
        (timedelta(0), True),
        (OLDEST, True),
        (OLDEST + SECOND, False),
        (timedelta(days=3), True),
        (timedelta(days=30), False),
        (-MOST_AHEAD, True),
        (-MOST_AHEAD - SECOND, False),
        (timedelta(days=-365), False),
    ],
)
def test_three_days_and_an_hour_and_not_from_the_future(age: timedelta, is_accepted: bool) -> None:
    sent = HEADERS | {"paypal-transmission-time": text(NOW - age)}

    if is_accepted:
        assert transmission_of(sent, now=NOW).time == text(NOW - age)
    else:
        with pytest.raises(SignatureRefusedError):
            transmission_of(sent, now=NOW)


@pytest.mark.parametrize("name", HEADERS)
def test_each_header_is_needed(name: str) -> None:
    rest = {key: value for key, value in HEADERS.items() if key != name}

    if name in ("paypal-cert-url", "paypal-transmission-sig"):
        # Empty ones are refused by what reads them next.
        found = transmission_of(rest, now=NOW)
        assert b"" in (found.signature, found.certificate_url.encode())
        return
    with pytest.raises(SignatureRefusedError):
        transmission_of(rest, now=NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auth-algo", "SHA1withRSA"),
        ("auth-algo", "sha256withrsa"),
        ("auth-algo", "SHA256withRSA "),
        ("auth-algo", "none"),
        ("auth-algo", "SHA256withECDSA"),
        ("cert-url", "https://" + "a" * 500),
        ("transmission-id", "a" * 51),
        ("transmission-id", "a|b"),
        ("transmission-id", "a b"),
        ("transmission-id", "ä"),
        ("transmission-id", "a\n"),
        ("transmission-sig", "A" * 501),
        ("transmission-sig", "%%%"),
        ("transmission-sig", "AAA"),
        ("transmission-sig", "ÄÄÄÄ"),
        ("transmission-time", "2026-11-01 12:00:00Z"),
        ("transmission-time", "2026-11-01T12:00:00"),
        ("transmission-time", "2026-11-01T12:00:00+00:00"),
        ("transmission-time", "2026-13-01T12:00:00Z"),
        ("transmission-time", "2026-11-01T25:00:00Z"),
        ("transmission-time", "1793534400"),
        ("transmission-time", "٢٠٢٦-11-01T12:00:00Z"),
        ("transmission-time", "2026-11-01T12:00:00Z|x"),
        ("transmission-time", "2026-11-01T12:00:00Z\n"),
    ],
    ids=ascii,
)
def test_another_way_to_write_it_is_refused(name: str, value: str) -> None:
    with pytest.raises(SignatureRefusedError):
        transmission_of(HEADERS | {f"paypal-{name}": value}, now=NOW)
