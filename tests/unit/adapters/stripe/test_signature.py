"""The signature check alone: 100,000 forgeries, clocks, secrets, and the SDK as the referee."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stripe import SignatureVerificationError, WebhookSignature

from frontdesk.adapters.stripe.signature import SignatureRefusedError, verify_signature
from tests.ingress import OTHER_SECRET, SECRET, event_body, signature
from tests.thoroughness import tries

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = event_body()


def accepts(body: bytes, header: str, *secrets: str, now: datetime = NOW) -> bool:
    try:
        verify_signature(body, header=header, secrets=secrets or [SECRET], now=now)
    except SignatureRefusedError:
        return False
    return True


def sdk_accepts(body: bytes, header: str, secret: str = SECRET) -> bool:
    """Of any time: how old is too old is compared elsewhere."""
    try:
        return bool(WebhookSignature.verify_header(body.decode(), header, secret, tolerance=None))
    except (SignatureVerificationError, ValueError, TypeError):
        return False


# --- forgeries ---------------------------------------------------------------------------------

type Forgery = tuple[bytes, str]


def changed_body(chance: random.Random) -> Forgery:
    body, header, place = bytearray(BODY), signature(BODY, SECRET, at=AT), 0
    match chance.randrange(6):
        case 0:
            place = chance.randrange(len(body))
            body[place] ^= 1 << chance.randrange(8)
        case 1:
            body.insert(chance.randrange(len(body) + 1), chance.randrange(256))
        case 2:
            del body[chance.randrange(len(body))]
        case 3:
            del body[chance.randrange(len(body)) :]
        case 4:
            body += chance.choice([b" ", b"\n", b"\r\n", b"\x00", b"{}", b"\xef\xbb\xbf"])
        case _:
            body = bytearray(BODY.replace(b": ", b":"))
    return bytes(body), header


def changed_time(chance: random.Random) -> Forgery:
    shift = chance.choice([-1, 1]) * chance.randint(1, 300)
    digest = signature(BODY, SECRET, at=AT).partition(",")[2]
    odd = f"0{AT} +{AT} -{AT} {AT}.0 {AT:_} {AT}e0 {hex(AT)} NaN {'1' * 30}".split()
    written = chance.choice([f"{AT + shift}", f" {AT}", f"{AT} ", "", *odd])
    return BODY, f"t={written},{digest}"


def changed_secret(chance: random.Random) -> Forgery:
    secret = bytearray(SECRET.encode())
    match chance.randrange(4):
        case 0:
            secret[chance.randrange(len(secret))] ^= 1 << chance.randrange(7)
        case 1:
            secret = secret[: chance.randrange(len(secret))]
        case 2:
            secret += bytes([chance.randrange(33, 127)])
        case _:
            secret = bytearray(SECRET.removeprefix("whsec_").encode())
    return BODY, signature(BODY, secret.decode("latin-1"), at=AT)


def changed_scheme(chance: random.Random) -> Forgery:
    time, _, digest = signature(BODY, SECRET, at=AT).partition(",v1=")
    name = chance.choice(["v0", "v2", "V1", "v1 ", " v1", "v", "1", "", "v11", "v1v1", "s"])
    other = digest[::-1]
    return BODY, chance.choice(
        [
            f"{time},{name}={digest}",
            f"{time},v1{digest}",
            f"{time},v1={digest.upper()}",
            f"{time},v1={digest[:-1]}",
            f"{time},v1={digest}0",
            f'{time},v1="{digest}"',
            f"{time},v1= {digest}",
            f"{time};v1={digest}",
            f"{time},v1={other}",
            f"{time},v1=",
            f"{time}",
            digest,
        ]
    )


def changed_order(chance: random.Random) -> Forgery:
    """Parts of two genuine headers, in orders in which nobody signed them."""
    other = BODY + b" "
    ours, theirs = signature(BODY, SECRET, at=AT), signature(other, SECRET, at=AT + 1)
    (time, digest), (other_time, other_digest) = ours.split(","), theirs.split(",")
    return BODY, chance.choice(
        [
            f"{other_time},{digest}",
            f"{time},{other_digest}",
            f"{other_time},{time},{digest}",
            f"{time},{other_time},{digest}",
            f"{time},{digest},{other_time},{other_digest}",
            f"{digest},{other_time}",
            f"t={digest[3:]},v1={time[2:]}",
            f"{time},{time},{digest}",
        ]
    )


FORGERIES: list[Callable[[random.Random], Forgery]] = [
    changed_body,
    changed_time,
    changed_secret,
    changed_scheme,
    changed_order,
]


@pytest.mark.case("A1")
class TestForgeries:
    def test_the_genuine_one_is_accepted(self) -> None:
        assert accepts(BODY, signature(BODY, SECRET, at=AT))

    @pytest.mark.parametrize("forgery", FORGERIES)
    def test_none_of_a_kind_is_accepted(self, forgery: Callable[[random.Random], Forgery]) -> None:
        chance = random.Random(forgery.__name__)
        genuine = (BODY, signature(BODY, SECRET, at=AT))
        forged = [forgery(chance) for _ in range(tries(20_000, quick=1000))]

        assert genuine not in forged
        assert [one for one in forged if accepts(*one)] == []

    def test_the_order_of_the_parts_says_nothing_and_unknown_ones_are_left_aside(self) -> None:
        """As the SDK reads it: the time and the digest are bound by the digest itself."""
        time, digest = signature(BODY, SECRET, at=AT).split(",")

        for header in (f"{digest},{time}", f"v0=x,{time},v2=y,{digest}", f"{time},{digest},k=z"):
            assert accepts(BODY, header)
            assert sdk_accepts(BODY, header)

    @pytest.mark.parametrize("forgery", FORGERIES)
    def test_what_is_accepted_here_is_accepted_by_stripes_own_verifier(
        self, forgery: Callable[[random.Random], Forgery]
    ) -> None:
        chance = random.Random(0)
        cases = [forgery(chance) for _ in range(1_000)]
        cases += [(one := event_body(n), signature(one, SECRET, at=AT)) for n in range(200)]
        for body, header in cases:
            if accepts(body, header):
                assert sdk_accepts(body, header)


PARTS = st.lists(
    st.tuples(
        st.sampled_from(["t", "v1", "v0", "v1 ", "", "x"]),
        st.sampled_from([str(AT), f"0{AT}", "", "abc", signature(BODY, SECRET, at=AT)[-64:]])
        | st.text(max_size=6),
    ).map("=".join),
    max_size=5,
).map(",".join)


@given(header=PARTS | st.text(max_size=200), body=st.sampled_from([BODY, b"", b"{}"]))
@settings(max_examples=tries(300, quick=30))
def test_any_header_at_all_is_refused_or_accepted_by_both(header: str, body: bytes) -> None:
    if accepts(body, header):
        assert sdk_accepts(body, header)


# --- clocks ------------------------------------------------------------------------------------

DAY = 24 * 60 * 60
SKEWS = [*range(-600, 601), *(edge + n for edge in (-DAY, DAY) for n in range(-2, 3))]


@pytest.mark.case("A2")
class TestClocks:
    def test_a_signature_holds_for_five_minutes_in_both_directions(self) -> None:
        header = signature(BODY, SECRET, at=AT)

        held = [s for s in SKEWS if accepts(BODY, header, now=NOW + timedelta(seconds=s))]

        assert held == list(range(-300, 301))

    def test_a_part_of_a_second_over_the_bound_is_over_it(self) -> None:
        header = signature(BODY, SECRET, at=AT)

        assert not accepts(BODY, header, now=NOW + timedelta(seconds=300, milliseconds=1))

    @pytest.mark.parametrize("at", [0, 1, 10**11, 999_999_999_999])
    def test_times_that_no_clock_shows_are_refused(self, at: int) -> None:
        assert not accepts(BODY, signature(BODY, SECRET, at=at))


# --- secrets -----------------------------------------------------------------------------------


class TestSecrets:
    @pytest.mark.parametrize("secrets", [[], [""], [" "], [SECRET, ""], ["\n", SECRET]])
    def test_without_usable_secrets_nothing_is_verified_at_all(self, secrets: list[str]) -> None:
        with pytest.raises(ValueError, match="secret"):
            verify_signature(BODY, header=signature(BODY, SECRET, at=AT), secrets=secrets, now=NOW)

    def test_an_empty_secret_signs_nothing(self) -> None:
        assert not accepts(BODY, signature(BODY, "", at=AT))

    def test_any_of_several_secrets_and_any_of_several_signatures_will_do(self) -> None:
        header = signature(BODY, OTHER_SECRET, SECRET, at=AT)

        assert accepts(BODY, header, SECRET)
        assert accepts(BODY, header, OTHER_SECRET)
        assert accepts(BODY, signature(BODY, SECRET, at=AT), OTHER_SECRET, SECRET)
        assert not accepts(BODY, signature(BODY, SECRET, at=AT), OTHER_SECRET)
