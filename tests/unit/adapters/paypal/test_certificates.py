"""Which certificates are fetched at all, and which of them are trusted."""

import itertools
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_pem_x509_certificates

from frontdesk.adapters.paypal.certificates import OfflineVerifier, SigningCertificates
from frontdesk.adapters.paypal.http import Answer, AnswerTooLargeError, NoAnswerError
from frontdesk.adapters.paypal.roots import digicert_roots
from frontdesk.adapters.paypal.signature import SignatureRefusedError, transmission_of
from frontdesk.domain.errors import UnavailableError
from tests.fakes.clock import FakeClock
from tests.unit.adapters.paypal.fakes import BASE, CERTIFICATE, WEBHOOK_ID, FakeHttp, Sender
from tests.unit.adapters.paypal.pki import (
    NAME,
    NOW,
    Issued,
    genuine,
    intermediate,
    issue,
    root,
    rsa_key,
)

LIVE = "https://api-m.paypal.com"
PATH = "/v1/notifications/certs/"
BODY = b'{"event_type":"PAYMENT.SALE.COMPLETED"}'


def certificates(
    http: FakeHttp,
    *,
    api_base: str = BASE,
    roots: bytes | None = None,
    clock: FakeClock | None = None,
) -> SigningCertificates:
    return SigningCertificates(
        api_base=api_base,
        http=http,
        roots=lambda: root().pem if roots is None else roots,
        clock=clock or FakeClock(),
    )


def serving(*published: Issued, url: str = CERTIFICATE) -> FakeHttp:
    http = FakeHttp()
    http.on("GET", url, *[Answer(200, one.chain) for one in published])
    return http


# --- B1: addresses ---------------------------------------------------------------------------

GOOD_HOST = "api-m.paypal.com"
NAMES = ("CERT-360caa42-fca2a594-a5cafa77", "CERT-1")
SCHEMES = (
    "http",
    "HTTP",
    "ftp",
    "file",
    "gopher",
    "javascript",
    "data",
    "ws",
    "",
    "HTTPS",
    "https ",
)
HOSTS = (
    "evil.io",
    "api.paypal.com.evil.io",
    "api-m.paypal.com.evil.io",
    "api-m.paypal.com.",
    "api-m.paypal.com:443",
    "api-m.paypal.com:80",
    "api-m.paypal.com:8443",
    "api-m.paypal.com:",
    "evil.io:443",
    "xapi-m.paypal.com",
    "api-m-paypal.com",
    "api-mpaypal.com",
    "paypal.com",
    "www.paypal.com",
    "messageverificationcerts.paypal.com",
    "api-m.sandbox.paypal.com",
    "api.sandbox.paypal.com",
    "API-M.PAYPAL.COM",
    "api-m.paypal.com@evil.io",
    "user@api-m.paypal.com",
    "user:password@api-m.paypal.com",
    "evil.io#api-m.paypal.com",
    "evil.io?api-m.paypal.com",
    "evil.io\\api-m.paypal.com",
    "evil.io/api-m.paypal.com",
    "evil.io%00.api-m.paypal.com",
    "api-m.paypal.com%2f.evil.io",
    "api-m.paypal.com%00",
    "api-m.paypal.com\n",
    "api-m.paypal.com\t",
    "api-m.paypal.com\r\nHost: evil.io",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
    "metadata.google.internal",
    "64.4.249.1",
    "аpi-m.paypal.com",
    "api-m。paypal。com",
    "ⓐpi-m.paypal.com",
    "xn--pi-m-43d.paypal.com",
    "",
)
PATHS = (
    "/",
    "",
    "/v1/notifications/certs",
    "/v1/notifications/certs/",
    "/v1/notifications/certs/../../../evil",
    "/v1/notifications/certs/CERT-1/..",
    "/v1/notifications/certs/./CERT-1",
    "/v1/notifications/certs//CERT-1",
    "//v1/notifications/certs/CERT-1",
    "/v1/notifications/certs/CERT-1/",
    "/v1/notifications/certs/CERT-1/more",
    "/v1/notifications/certs/CERT-1?to=evil",
    "/v1/notifications/certs/CERT-1#fragment",
    "/v1/notifications/certs/CERT-1;evil",
    "/v1/notifications/certs/%2e%2e/evil",
    "/v1/notifications/certs/%2e%2e%2fevil",
    "/v1/notifications/certs/CERT%2d1",
    "/v1/notifications/certs/CERT-1%00",
    "/v1/notifications/certs/CERT-1\x00",
    "/v1/notifications/certs/CERT-1\n",
    "/v1/notifications/certs/CERT 1",
    "/v1/notifications/certs/CERT.1",
    "/v1/notifications/certs/CERT-1@evil.io",
    "/v1/notifications/certs/" + "A" * 101,
    "/v1/notifications/certs\\CERT-1",
    "/v1/notifications/webhooks/CERT-1",
    "/V1/NOTIFICATIONS/CERTS/CERT-1",
    "/v2/notifications/certs/CERT-1",
    "/evil/v1/notifications/certs/CERT-1",
    "/v1/oauth2/token",
    "/v1/notifications/certs/сert",
)


def hostile_addresses() -> Iterator[str]:
    for scheme, name in itertools.product(SCHEMES, NAMES):
        yield f"{scheme}://{GOOD_HOST}{PATH}{name}"
    for host, name in itertools.product(HOSTS, NAMES):
        yield f"https://{host}{PATH}{name}"
    for host in ("api-m.paypal.com", "api.paypal.com"):
        yield from (f"https://{host}{path}" for path in PATHS)
    yield from (f"http://{host}{PATH}CERT-1" for host in HOSTS)
    good = f"https://{GOOD_HOST}{PATH}CERT-1"
    yield from (
        f" {good}",
        f"{good} ",
        f"\t{good}",
        f"x{good}",
        f"{good}\r\n{good}",
        f"//{good[6:]}",
    )
    yield from (f"https:/{good[8:]}", f"https:{good[8:]}", good[8:], PATH + "CERT-1", "")
    yield f"https://evil.io/?{good}"
    yield f"https://evil.io/{good}"


HOSTILE = sorted(set(hostile_addresses()))


@pytest.mark.case("B1")
class TestAddresses:
    def test_there_are_two_hundred_kinds_of_wrong_address(self) -> None:
        assert len(HOSTILE) >= 200

    @pytest.mark.parametrize("url", HOSTILE, ids=ascii)
    def test_a_wrong_address_is_refused_without_a_call(self, url: str) -> None:
        http = FakeHttp()

        with pytest.raises(SignatureRefusedError):
            certificates(http, api_base=LIVE).key_at(url)
        assert http.asked == []

    @pytest.mark.parametrize("host", ["api.paypal.com", "api-m.paypal.com"])
    def test_both_names_of_the_live_host_are_right_for_a_live_shop(self, host: str) -> None:
        url = f"https://{host}{PATH}CERT-360caa42-fca2a594-a5cafa77"

        assert certificates(serving(genuine(), url=url), api_base=LIVE).key_at(url)

    @pytest.mark.parametrize("host", ["api.sandbox.paypal.com", "api-m.sandbox.paypal.com"])
    def test_both_names_of_the_sandbox_are_right_for_a_test_shop(self, host: str) -> None:
        url = f"https://{host}{PATH}CERT-1"

        assert certificates(serving(genuine(), url=url)).key_at(url)

    @pytest.mark.parametrize("host", ["api.paypal.com", "api-m.paypal.com"])
    def test_the_live_hosts_are_wrong_for_a_test_shop(self, host: str) -> None:
        http = FakeHttp()

        with pytest.raises(SignatureRefusedError):
            certificates(http).key_at(f"https://{host}{PATH}CERT-1")
        assert http.asked == []

    def test_another_paypal_is_right_only_where_the_deployment_names_it(self) -> None:
        base = "http://127.0.0.1:9123/paypal/api"
        own = f"{base}{PATH}CERT-genuine"
        http = serving(genuine(), url=own)
        local = certificates(http, api_base=base)

        assert local.key_at(own)
        for other in (
            f"http://127.0.0.1:9124/paypal/api{PATH}CERT-genuine",
            f"http://127.0.0.1:9123{PATH}CERT-genuine",
            f"https://127.0.0.1:9123/paypal/api{PATH}CERT-genuine",
            CERTIFICATE,
        ):
            with pytest.raises(SignatureRefusedError):
                local.key_at(other)
        assert [one.url for one in http.asked] == [own]

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, status: int) -> None:
        http = FakeHttp()
        http.on("GET", CERTIFICATE, Answer(status, genuine().chain))

        with pytest.raises(SignatureRefusedError):
            certificates(http).key_at(CERTIFICATE)
        assert len(http.asked) == 1

    def test_the_fetch_is_short_and_small(self) -> None:
        http = serving(genuine())
        certificates(http).key_at(CERTIFICATE)

        limits = http.asked[0].limits
        assert (limits.connect_seconds, limits.read_seconds) == (2, 2)
        assert limits.largest_answer == 64 * 1024

    def test_what_is_too_large_is_no_certificate(self) -> None:
        http = FakeHttp()
        http.on("GET", CERTIFICATE, AnswerTooLargeError())

        with pytest.raises(SignatureRefusedError):
            certificates(http).key_at(CERTIFICATE)

    @pytest.mark.parametrize("reply", [NoAnswerError(), Answer(500, b""), Answer(503, b"")])
    def test_an_outage_is_not_a_refusal(self, reply: Answer | Exception) -> None:
        http = FakeHttp()
        http.on("GET", CERTIFICATE, reply)

        with pytest.raises(UnavailableError):
            certificates(http).key_at(CERTIFICATE)


# --- B2: certificates ------------------------------------------------------------------------


def somebody_elses() -> Issued:
    return issue(NAME, above=intermediate("Other roots"), organization="Other")


BAD_CERTIFICATES: dict[str, Callable[[], Issued]] = {
    "expired": lambda: issue(NAME, above=intermediate(), until=NOW - timedelta(seconds=1)),
    "not valid yet": lambda: issue(NAME, above=intermediate(), since=NOW + timedelta(seconds=1)),
    "self-signed": lambda: issue(NAME),
    "right name, wrong root": somebody_elses,
    "a root with our root's name and another key": lambda: issue(
        NAME,
        above=issue("Root", is_authority=True, organization="Roots", key=rsa_key("forged")),
    ),
    "wrong name": lambda: issue("messageverificationcerts.evil.io", above=intermediate()),
    "name without the dot": lambda: issue("evilpaypal.com", above=intermediate()),
    "the bare domain": lambda: issue("paypal.com", above=intermediate()),
    "name with something behind": lambda: issue(f"{NAME}.evil.io", above=intermediate()),
    "a wildcard": lambda: issue("*.paypal.com", above=intermediate()),
    "another host's names": lambda: issue(NAME, above=intermediate(), names=("evil.io",)),
    "above it one that may not issue": lambda: issue(
        NAME, above=issue("www.paypal.com", above=intermediate())
    ),
    "expired above": lambda: issue(
        NAME,
        above=issue(
            "Old intermediate", above=root(), is_authority=True, until=NOW - timedelta(days=1)
        ),
    ),
    "an authority itself": lambda: issue(NAME, above=intermediate(), is_authority=True),
    "another kind of key": lambda: issue(
        NAME, above=intermediate(), key=ec.generate_private_key(ec.SECP256R1())
    ),
}


@pytest.mark.case("B2")
class TestTrust:
    def test_the_genuine_one_is_trusted(self) -> None:
        key = certificates(serving(genuine())).key_at(CERTIFICATE)

        assert key.public_numbers() == genuine().certificate.public_key().public_numbers()  # type: ignore[union-attr]

    @pytest.mark.parametrize("kind", BAD_CERTIFICATES)
    def test_a_bad_one_is_refused(self, kind: str) -> None:
        http = serving(BAD_CERTIFICATES[kind]())

        with pytest.raises(SignatureRefusedError):
            certificates(http).key_at(CERTIFICATE)

    def test_one_without_what_stands_between_it_and_the_root_is_refused(self) -> None:
        http = FakeHttp()
        http.on("GET", CERTIFICATE, Answer(200, genuine().pem))

        with pytest.raises(SignatureRefusedError):
            certificates(http).key_at(CERTIFICATE)

    def test_the_first_certificate_is_the_one_that_counts(self) -> None:
        """Another's own certificate before the genuine chain proves nothing."""
        http = FakeHttp()
        http.on("GET", CERTIFICATE, Answer(200, issue(NAME).pem + genuine().chain))

        with pytest.raises(SignatureRefusedError):
            certificates(http).key_at(CERTIFICATE)

    @pytest.mark.parametrize(
        "body",
        [b"", b"{}", b"<html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    )
    def test_what_is_no_certificate_is_refused(self, body: bytes) -> None:
        http = FakeHttp()
        http.on("GET", CERTIFICATE, Answer(200, body))

        with pytest.raises(SignatureRefusedError):
            certificates(http).key_at(CERTIFICATE)

    def test_one_that_expires_while_it_is_kept_is_looked_at_again(self) -> None:
        clock = FakeClock()
        short = issue(NAME, above=intermediate(), until=NOW + timedelta(hours=1))
        http = serving(short, genuine())
        kept = certificates(http, clock=clock)

        kept.key_at(CERTIFICATE)
        clock.advance(timedelta(minutes=59))
        kept.key_at(CERTIFICATE)
        assert len(http.asked) == 1
        clock.advance(timedelta(minutes=2))
        kept.key_at(CERTIFICATE)
        assert len(http.asked) == 2

    def test_a_refused_one_is_not_kept(self) -> None:
        http = serving(somebody_elses(), genuine())
        known = certificates(http)

        with pytest.raises(SignatureRefusedError):
            known.key_at(CERTIFICATE)
        assert known.key_at(CERTIFICATE)

    def test_what_is_kept_does_not_grow_without_end(self) -> None:
        http = FakeHttp()
        known = certificates(http)
        for number in range(40):
            http.on("GET", f"{CERTIFICATE}-{number}", Answer(200, genuine().chain))
            known.key_at(f"{CERTIFICATE}-{number}")

        assert len(known._kept) <= 16

    @pytest.mark.parametrize("roots", [b"", b"not PEM"])
    def test_without_usable_roots_the_address_is_closed(self, roots: bytes) -> None:
        with pytest.raises(UnavailableError):
            certificates(serving(genuine()), roots=roots).key_at(CERTIFICATE)


class TestDigicertRoots:
    def test_some_are_shipped_and_all_are_digicerts(self) -> None:
        subjects = [
            c.subject.rfc4514_string() for c in load_pem_x509_certificates(digicert_roots())
        ]

        assert len(subjects) >= 3
        assert [one for one in subjects if "DigiCert" not in one] == []
        assert any("DigiCert Global Root G2" in one for one in subjects)

    def test_a_chain_of_somebody_elses_does_not_lead_there(self) -> None:
        with pytest.raises(SignatureRefusedError):
            certificates(serving(genuine()), roots=digicert_roots()).key_at(CERTIFICATE)


class TestSignature:
    def verify(
        self, headers: dict[str, str], body: bytes = BODY, *, webhook_ids: tuple[str, ...] = ()
    ) -> None:
        verifier = OfflineVerifier(
            certificates(serving(genuine())), webhook_ids=webhook_ids or (WEBHOOK_ID,)
        )
        verifier.verify(transmission_of(headers, now=NOW), body)

    def test_a_genuine_one_fits(self) -> None:
        self.verify(Sender().headers(BODY, at=NOW))

    def test_one_for_another_webhook_of_ours_fits(self) -> None:
        self.verify(
            Sender(webhook_id="OLD1").headers(BODY, at=NOW), webhook_ids=(WEBHOOK_ID, "OLD1")
        )

    def test_one_for_somebody_elses_webhook_does_not(self) -> None:
        with pytest.raises(SignatureRefusedError):
            self.verify(Sender(webhook_id="8PM94735J23330415").headers(BODY, at=NOW))

    def test_one_by_another_key_does_not(self) -> None:
        with pytest.raises(SignatureRefusedError):
            self.verify(Sender(certificate=issue("x.paypal.com")).headers(BODY, at=NOW))

    def test_another_body_another_id_and_another_time_do_not(self) -> None:
        signed = Sender().headers(BODY, at=NOW)
        other: datetime = NOW - timedelta(seconds=1)

        with pytest.raises(SignatureRefusedError):
            self.verify(signed, BODY + b" ")
        with pytest.raises(SignatureRefusedError):
            self.verify(signed | {"paypal-transmission-id": "t-2"})
        with pytest.raises(SignatureRefusedError):
            self.verify(signed | {"paypal-transmission-time": other.strftime("%Y-%m-%dT%H:%M:%SZ")})

    def test_a_checksum_above_two_to_the_31_is_written_unsigned(self) -> None:
        body = next(
            text
            for text in (f'{{"n":{number}}}'.encode() for number in itertools.count())
            if zlib.crc32(text) >= 2**31
        )

        self.verify(Sender().headers(body, at=NOW), body)
