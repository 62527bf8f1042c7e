"""Whatever a token holds, it is judged and never trips the judge."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.adapters.jwt.reader import PyJwtReader
from frontdesk.domain.sso import (
    LEEWAY,
    LONGEST_LIFE,
    REQUIRED_CLAIMS,
    InvalidSsoTokenError,
    SsoKey,
    assertion_of,
    is_strong,
    usable_keys,
)
from tests.fakes.sso import SHOP_KEY

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
GOOD = {
    "iss": SHOP_KEY.issuer,
    "aud": SHOP_KEY.audience,
    "sub": "shop-42",
    "iat": EPOCH,
    "exp": EPOCH + 60,
    "jti": "jti-1",
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300)
JSON = (
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.dictionaries(st.text(max_size=9), SCALARS, max_size=3)
)
NAMES = (*REQUIRED_CLAIMS, "nbf", "email", "name", "external_id")


class TestClaims:
    @given(st.dictionaries(st.sampled_from(NAMES), JSON))
    def test_any_values_are_accepted_by_the_rules_or_refused(
        self, claims: dict[str, object]
    ) -> None:
        try:
            assertion = assertion_of(GOOD | claims, key=SHOP_KEY, now=NOW)
        except InvalidSsoTokenError:
            return

        assert assertion.subject
        assert assertion.subject.strip() == assertion.subject
        assert assertion.expires_at + LEEWAY > NOW

    @given(
        issued_after=st.integers(-400, 400),
        life_seconds=st.integers(-400, 400),
    )
    def test_times_are_accepted_exactly_within_the_limits(
        self, issued_after: int, life_seconds: int
    ) -> None:
        times = {"iat": EPOCH + issued_after, "exp": EPOCH + issued_after + life_seconds}
        leeway = LEEWAY.total_seconds()
        is_good = (
            0 < life_seconds <= LONGEST_LIFE.total_seconds()
            and issued_after <= leeway
            and issued_after + life_seconds > -leeway
        )

        try:
            assertion_of(GOOD | times, key=SHOP_KEY, now=NOW)
        except InvalidSsoTokenError:
            assert not is_good
        else:
            assert is_good


class TestReader:
    @given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
    def test_any_text_is_refused(self, token: str) -> None:
        with pytest.raises(InvalidSsoTokenError):
            PyJwtReader().key_id(token)

    @given(header=JSON, payload=JSON | st.binary(max_size=200))
    def test_anything_that_is_signed_is_read_or_refused(
        self, header: object, payload: object
    ) -> None:
        reader = PyJwtReader()
        token = _signed(header, payload)
        try:
            reader.key_id(token)
            reader.claims(token, key=SHOP_KEY)
        except InvalidSsoTokenError:
            return

        pytest.fail("random JSON has become a token")

    @given(JSON | st.binary(min_size=1, max_size=200))
    def test_any_payload_under_a_good_header_is_read_or_refused(self, payload: object) -> None:
        token = _signed({"alg": "HS256", "typ": "JWT", "kid": SHOP_KEY.kid}, payload)

        assert PyJwtReader().key_id(token) == SHOP_KEY.kid
        with pytest.raises(InvalidSsoTokenError):
            PyJwtReader().claims(token, key=SHOP_KEY)


class TestKeys:
    @pytest.mark.parametrize("secret", ["", "x" * 31, "a" * 64, "abcabc" * 20, "é" * 40])
    def test_weak_secret_is_weak(self, secret: str) -> None:
        assert not is_strong(secret)

    def test_random_bytes_as_hex_or_base64_are_strong(self) -> None:
        for number in range(200):
            data = hashlib.sha256(number.to_bytes(2)).digest()
            assert is_strong(data.hex())
            assert is_strong(base64.b64encode(data).decode())

    def test_key_without_issuer_or_audience_verifies_nothing(self) -> None:
        keys = [
            SsoKey("a", SHOP_KEY.secret, "", "frontdesk"),
            SsoKey("b", SHOP_KEY.secret, "https://shop.example", ""),
        ]

        assert usable_keys(keys) == {}


def _signed(header: object, payload: object) -> str:
    body = f"{_encoded(header)}.{_encoded(payload)}"
    return f"{body}.{_encoded(hmac.digest(SHOP_KEY.secret.encode(), body.encode(), 'sha256'))}"


def _encoded(part: object) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
