"""Hostile sign-in tokens: each is refused in the same words and leaves nothing behind."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.domain.sso import InvalidSsoTokenError, SsoKey
from tests import sso
from tests.fakes.sso import SHOP_KEY
from tests.unit.use_cases.sign_in_world import World

SHORT = SsoKey("short", "k3Y!" * 7 + "abc", "https://shop.example", "frontdesk")  # 31 bytes
REPEATED = SsoKey("repeated", "a" * 64, "https://shop.example", "frontdesk")
EMPTY = SsoKey("empty", "", "https://shop.example", "frontdesk")
RETIRED = SsoKey(
    "retired", "Zr8Qm2Vx5Tn9Lw4Jc7Hd1Bf6Gs3Kp0Ya", "https://shop.example", "frontdesk", False
)
OTHER_SHOP = SsoKey(
    "other", "uE6iO1pA9sD4fG7hJ2kL5zX8cV3bN0mQ", "https://other.example", "other-desk"
)
TWIN = SsoKey("twin", "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6", "https://shop.example", "frontdesk")
PEM = SsoKey(
    "pem",
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
    "https://shop.example",
    "frontdesk",
)
STORED = (SHOP_KEY, SHORT, REPEATED, EMPTY, RETIRED, OTHER_SHOP, TWIN, TWIN, PEM)


def encoded(part: object) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(
    header: object,
    payload: object,
    *,
    secret: str = SHOP_KEY.secret,
    digest: Any = hashlib.sha256,
) -> str:
    """A token of anything, with a signature that holds."""
    body = f"{encoded(header)}.{encoded(payload)}"
    signature = hmac.digest(secret.encode(), body.encode(), digest)
    return f"{body}.{encoded(signature)}"


def header(**more: object) -> dict[str, object]:
    full = {"alg": "HS256", "typ": "JWT", "kid": SHOP_KEY.kid} | more
    return {name: value for name, value in full.items() if value is not ...}


type Attack = Callable[[World], str]


def with_header(**more: object) -> Attack:
    """A good token but for its header, whose signature holds; `...` takes a field away."""
    return lambda world: raw(header(**more), good(world))


def with_claims(**more: object) -> Attack:
    """A good token but for a claim, signed with the right key; `...` takes it away."""
    return lambda world: claim(world, more)


def claim(world: World, more: dict[str, object]) -> str:
    payload = {n: v for n, v in (good(world) | more).items() if v is not ...}
    return raw(header(), payload)


def good(world: World) -> dict[str, Any]:
    return sso.claims(SHOP_KEY, subject="shop-42", now=world.epoch, jti="jti-1")


def timed(*, iat: float, exp: float) -> Attack:
    """Seconds from now."""
    return lambda world: claim(world, {"iat": world.epoch + iat, "exp": world.epoch + exp})


def by(key: SsoKey, **more: object) -> Attack:
    return lambda world: raw(
        header(kid=key.kid),
        good(world) | {"iss": key.issuer, "aud": key.audience} | more,
        secret=key.secret,
    )


def unsigned(algorithm: str, *, signature: str = "") -> Attack:
    return lambda world: f"{encoded(header(alg=algorithm))}.{encoded(good(world))}.{signature}"


def mangled(change: Callable[[str], str]) -> Attack:
    return lambda world: change(sso.sign(good(world), key=SHOP_KEY))


def flipped_signature(token: str) -> str:
    body, _, signature = token.rpartition(".")
    return f"{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def with_payload(payload: bytes) -> Attack:
    return lambda world: raw(header(), payload)


def swapped_payload(world: World) -> str:
    """Somebody else's claims under a genuine signature."""
    head, _, signature = sso.sign(good(world), key=SHOP_KEY).split(".")
    return f"{head}.{encoded(good(world) | {'sub': 'shop-1'})}.{signature}"


def public_key_as_secret(world: World) -> str:
    """RS256's classic: the verifying key, known to all, used as the secret of an HMAC."""
    return raw(header(kid=PEM.kid), good(world), secret=PEM.secret)


def nested(world: World) -> str:
    inner = sso.sign(good(world), key=SHOP_KEY)
    return raw(header(cty="JWT"), inner.encode())


def constant(name: str, text: str) -> Attack:
    def attack(world: World) -> str:
        payload = json.dumps(good(world) | {name: "@"}).replace('"@"', text)
        return raw(header(), payload.encode())

    return attack


ATTACKS: dict[str, Attack] = {
    # --- the algorithm
    "alg none, no signature": unsigned("none"),
    "alg none, right signature": with_header(alg="none"),
    "alg None": unsigned("None"),
    "alg NONE, some signature": unsigned("NONE", signature="AAAA"),
    "alg empty": with_header(alg=""),
    "alg absent": with_header(alg=...),
    "alg null": with_header(alg=None),
    "alg a list": with_header(alg=["HS256"]),
    "alg hs256": with_header(alg="hs256"),
    "alg HS384": lambda w: raw(header(alg="HS384"), good(w), digest=hashlib.sha384),
    "alg HS512": lambda w: raw(header(alg="HS512"), good(w), digest=hashlib.sha512),
    "alg RS256 signed with the secret": with_header(alg="RS256"),
    "alg ES256 signed with the secret": with_header(alg="ES256"),
    "alg says HS256, signed with SHA-512": lambda w: raw(header(), good(w), digest=hashlib.sha512),
    "public key as HMAC secret": public_key_as_secret,
    # --- the key
    "kid absent": with_header(kid=...),
    "kid empty": with_header(kid=""),
    "kid null": with_header(kid=None),
    "kid a number": with_header(kid=7),
    "kid a list": with_header(kid=[SHOP_KEY.kid]),
    "kid unknown": with_header(kid="shop-1999"),
    "kid in other case": with_header(kid=SHOP_KEY.kid.upper()),
    "kid with a trailing space": with_header(kid=SHOP_KEY.kid + " "),
    "kid a path": with_header(kid="../../../../dev/null"),
    "kid a path, signed with nothing": lambda w: raw(header(kid="/dev/null"), good(w), secret=""),
    "kid SQL": with_header(kid="x' UNION SELECT 'secret' --"),
    "kid a URL": with_header(kid="https://evil.example/keys.json"),
    "kid __class__": with_header(kid="__class__"),
    "kid very long": with_header(kid="k" * 2000),
    "key of 31 bytes": by(SHORT),
    "key of one repeated character": by(REPEATED),
    "key empty": by(EMPTY),
    "key retired": by(RETIRED),
    "kid of two keys": by(TWIN),
    "signed with nothing": lambda w: raw(header(), good(w), secret=""),
    "signed with another's key": lambda w: raw(header(), good(w), secret=OTHER_SHOP.secret),
    "signed with its kid": lambda w: raw(header(), good(w), secret=SHOP_KEY.kid),
    # --- other headers
    "typ absent": with_header(typ=...),
    "typ at+jwt": with_header(typ="at+jwt"),
    "typ JWE": with_header(typ="JWE"),
    "typ null": with_header(typ=None),
    "crit": with_header(crit=["exp"], exp=1),
    "crit empty": with_header(crit=[]),
    "b64 false": with_header(b64=False, crit=["b64"]),
    "jwk of its own": with_header(jwk={"kty": "oct", "k": "c2VjcmV0"}),
    "jku": with_header(jku="https://evil.example/jwks.json"),
    "x5u": with_header(x5u="https://evil.example/cert.pem"),
    "zip": with_header(zip="DEF"),
    "nested token": nested,
    "header a list": lambda w: raw(["HS256"], good(w)),
    "header not JSON": lambda w: raw(b"alg=HS256", good(w)),
    "header not UTF-8": lambda w: raw(b'{"alg":"HS256\xff"}', good(w)),
    "header nested deeply": lambda w: raw(b"[" * 2000, good(w)),
    # --- audience and issuer
    "aud absent": with_claims(aud=...),
    "aud another": with_claims(aud="other-desk"),
    "aud a list with the right one": with_claims(aud=["frontdesk"]),
    "aud a list of two": with_claims(aud=["frontdesk", "other-desk"]),
    "aud in other case": with_claims(aud="Frontdesk"),
    "aud the right one and more": with_claims(aud="frontdesk-admin"),
    "aud empty": with_claims(aud=""),
    "aud null": with_claims(aud=None),
    "aud an object": with_claims(aud={"frontdesk": True}),
    "iss absent": with_claims(iss=...),
    "iss another": with_claims(iss="https://other.example"),
    "iss with a slash": with_claims(iss="https://shop.example/"),
    "iss a list": with_claims(iss=["https://shop.example"]),
    "iss null": with_claims(iss=None),
    "iss and aud of another key": lambda w: raw(
        header(), good(w) | {"iss": OTHER_SHOP.issuer, "aud": OTHER_SHOP.audience}
    ),
    "another shop's key for our audience": by(OTHER_SHOP, aud="frontdesk"),
    "another shop's key for our issuer": by(OTHER_SHOP, iss="https://shop.example"),
    # --- time
    "exp absent": with_claims(exp=...),
    "exp null": with_claims(exp=None),
    "exp text": with_claims(exp="4102444800"),
    "exp true": with_claims(exp=True),
    "exp zero": with_claims(exp=0),
    "exp negative": with_claims(exp=-1),
    "exp NaN": constant("exp", "NaN"),
    "exp Infinity": constant("exp", "Infinity"),
    "exp 1e400": constant("exp", "1e400"),
    "exp of 400 digits": constant("exp", "9" * 400),
    "exp beyond every calendar": with_claims(exp=10**15),
    "exp in a list": with_claims(exp=[4102444800]),
    "expired": timed(iat=-120, exp=-31),
    "expired to the second": timed(iat=-90, exp=-30),
    "lives a second too long": timed(iat=0, exp=121),
    "lives a moment too long": timed(iat=0, exp=120.5),
    "lives a year": timed(iat=0, exp=31_536_000),
    "lives long, issued long ago": timed(iat=-86_400, exp=60),
    "expires before it is issued": timed(iat=20, exp=10),
    "expires when it is issued": timed(iat=0, exp=0),
    "iat absent": with_claims(iat=...),
    "iat null": with_claims(iat=None),
    "iat text": with_claims(iat="0"),
    "iat true": with_claims(iat=True),
    "iat NaN": constant("iat", "NaN"),
    "iat minus Infinity": constant("iat", "-Infinity"),
    "issued in the future": timed(iat=31, exp=91),
    "issued next year": timed(iat=31_536_000, exp=31_536_060),
    "not valid yet": lambda w: claim(w, {"nbf": w.epoch + 31}),
    "nbf text": with_claims(nbf="soon"),
    "nbf null": with_claims(nbf=None),
    # --- who, and which token
    "sub absent": with_claims(sub=...),
    "sub null": with_claims(sub=None),
    "sub empty": with_claims(sub=""),
    "sub blank": with_claims(sub=" "),
    "sub with blanks around": with_claims(sub=" shop-42 "),
    "sub a number": with_claims(sub=42),
    "sub a list": with_claims(sub=["shop-42"]),
    "sub too long": with_claims(sub="s" * 256),
    "sub with a line break": with_claims(sub="shop-42\n"),
    "sub with NUL": with_claims(sub="shop-42\x00"),
    "sub with a bidi override": with_claims(sub="shop-42\u202e"),
    "sub half a surrogate pair": constant("sub", '"\\ud800"'),
    "sub an unknown id of ours": with_claims(sub="cus_" + "0" * 26),
    "jti absent": with_claims(jti=...),
    "jti null": with_claims(jti=None),
    "jti empty": with_claims(jti=""),
    "jti a number": with_claims(jti=1),
    "jti too long": with_claims(jti="j" * 256),
    "jti half a surrogate pair": constant("jti", '"\\udfff"'),
    "external_id a list": with_claims(external_id=["shop-1"]),
    "external_id too long": with_claims(external_id="e" * 256),
    "email an object": with_claims(email={"a": "b"}),
    "name a number": with_claims(name=3),
    "name half a surrogate pair": constant("name", '"\\ud83d"'),
    # --- the form
    "empty": lambda w: "",
    "dots": lambda w: "..",
    "no signature part": mangled(lambda t: t.rpartition(".")[0]),
    "empty signature": mangled(lambda t: t.rpartition(".")[0] + "."),
    "five parts": mangled(lambda t: t + ".AAAA.AAAA"),
    "cut signature": mangled(lambda t: t[:-4]),
    "longer signature": mangled(lambda t: t + "AAAA"),
    "altered signature": mangled(flipped_signature),
    "another's claims": swapped_payload,
    "padded": mangled(lambda t: t + "="),
    "blank before": mangled(lambda t: " " + t),
    "line break after": mangled(lambda t: t + "\n"),
    "line break inside": mangled(lambda t: t.replace(".", "\n.", 1)),
    "NUL after": mangled(lambda t: t + "\x00"),
    "junk inside": mangled(lambda t: t.replace(".", "!.", 1)),
    "standard base64": mangled(lambda t: t.rpartition(".")[0] + ".ab+/"),
    "full-width dots": mangled(lambda t: t.replace(".", "\uff0e")),
    "not ASCII": mangled(lambda t: t + "é"),
    "half a surrogate pair": mangled(lambda t: t + "\ud800"),
    "with its scheme": mangled(lambda t: "Bearer " + t),
    "claims a list": with_payload(b'["shop-42"]'),
    "claims a text": with_payload(b'"shop-42"'),
    "claims null": with_payload(b"null"),
    "claims empty": with_payload(b"{}"),
    "claims not JSON": with_payload(b"sub=shop-42"),
    "claims not UTF-8": with_payload(b'{"sub":"\xff"}'),
    "claims nested deeply": with_payload(b"[" * 2500 + b"]" * 400),
    "4 KB and a byte": lambda w: claim(w, {"padding": "x" * 4096}),
    "1 MB": lambda w: claim(w, {"padding": "x" * 1_000_000}),
    "1 MB of nothing": lambda w: "A" * 1_000_000,
}


@pytest.fixture
def world() -> World:
    """It would let in anybody whom a good token names."""
    world = World()
    world.keys.stored = STORED
    assert world.keys.reload()
    world.clock.advance(timedelta(minutes=2))
    world.allow(create=True)
    world.add_customer("shop-42")
    return world


@pytest.mark.case("G4")
class TestHostileTokens:
    @pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
    def test_is_refused_and_leaves_nothing(self, world: World, attack: Attack) -> None:
        before = dict(world.gateway.items)
        token = attack(world)

        with pytest.raises(InvalidSsoTokenError) as refusal:
            world.enter(token)

        assert refusal.value.code == "invalid_sso_token"
        assert refusal.value.detail == "The sign-in token is not valid."
        assert world.gateway.items == before

    @pytest.mark.parametrize(
        "accepted",
        {
            "plain": with_claims(),
            "leeway before": timed(iat=30, exp=60),
            "leeway after": timed(iat=-100, exp=-29),
            "longest life": timed(iat=0, exp=120),
            "fractions of a second": timed(iat=-0.25, exp=59.5),
            "nbf now": lambda w: claim(w, {"nbf": w.epoch}),
            "more claims than we know": with_claims(role="owner", customer_id="cus_1"),
            "longest jti": with_claims(jti="j" * 255),
            "empty e-mail": with_claims(email="", name=None),
        }.values(),
    )
    def test_tokens_at_the_edge_of_the_rules_are_accepted(
        self, world: World, accepted: Attack
    ) -> None:
        assert world.enter(accepted(world)).token.startswith("fds_")

    def test_there_are_at_least_sixty(self) -> None:
        assert len(ATTACKS) >= 60
