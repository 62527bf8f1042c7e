"""Who is calling: by header or cookie, while the session lasts and the key is not revoked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.api_keys import DynamoApiKeys
from frontdesk.adapters.dynamodb.operations import TableUnavailableError
from frontdesk.domain.credential import digest_of
from frontdesk.domain.principal import ANONYMOUS, Kind, Principal
from frontdesk.domain.scopes import SCOPES, Role, Scope
from frontdesk.domain.session import Session, SessionKind
from frontdesk.use_cases.api_keys import create_api_key, revoke_api_key
from frontdesk.use_cases.authorization import Call, authorize
from frontdesk.use_cases.sessions import OpenedSession
from tests.fakes.gateway import MemoryGateway
from tests.unit.use_cases.sign_in_world import World

STORE_ORIGIN = "https://shop.example"


@pytest.fixture
def world() -> World:
    world = World()
    world.settings.settings = replace(world.settings.settings, allowed_origins=(STORE_ORIGIN,))
    world.add_customer("ada")
    return world


@pytest.fixture
def opened(world: World) -> OpenedSession:
    return world.enter(world.token(subject="ada"))


def identify(world: World, call: Call) -> Principal:
    return authorize(
        call,
        sessions=world.sessions,
        api_keys=DynamoApiKeys(world.gateway),
        settings=world.settings,
        clock=world.clock,
    )


def bearer(token: str, *, method: str = "GET") -> Call:
    return Call(method=method, authorization=f"Bearer {token}")


def stored_session(world: World, opened: OpenedSession) -> Session:
    session = world.sessions.find(opened.session.digest)
    assert session is not None
    return session


def make_key(
    world: World, *, role: Role | None = None, scopes: tuple[str, ...] = (), live: bool = False
) -> str:
    return create_api_key(
        "Server",
        role=role,
        scopes=scopes,
        maker_id="key_maker",
        maker_scopes=SCOPES,
        is_livemode=live,
        api_keys=DynamoApiKeys(world.gateway),
        clock=world.clock,
        ids=world.ids,
    ).secret


class TestBearerToken:
    def test_customers_session_is_the_customer(self, world: World, opened: OpenedSession) -> None:
        session = opened.session

        assert identify(world, bearer(opened.token)) == Principal(
            Kind.CUSTOMER, session.principal_id, session_id=session.id
        )

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR "])
    def test_case_of_the_scheme_does_not_matter(
        self, world: World, opened: OpenedSession, scheme: str
    ) -> None:
        call = Call(method="GET", authorization=f"{scheme} {opened.token}")

        assert identify(world, call).is_customer

    @pytest.mark.parametrize(
        "header",
        [
            "",
            " ",
            "Bearer",
            "Bearer ",
            "{token}",
            "Basic {token}",
            "Token {token}",
            "Bearer: {token}",
            "Bearer{token}",
            " Bearer {token}",
            "Bearer\t{token}",
            "Bearer {token}x",
            "Bearer x{token}",
            "Bearer {token} {token}",
            "Bearer {token}, Bearer {token}",
            "Bearer \n{token}",
            "Bearer {token}\n",
            "Bearer {token}\x00",
            "Bearer {upper}",
            "Bearer {cut}",
            "Bearer fds_" + "A" * 43,
            "Bearer fds_" + "é" * 43,
            "Bearer fds_" + "A" * 100_000,
            "Bearer fd_live_" + "A" * 43,
            "Bearer fd_test_../../SESSION",
            "Bearer undefined",
        ],
    )
    def test_anything_else_is_nobody(
        self, world: World, opened: OpenedSession, header: str
    ) -> None:
        token = opened.token
        text = header.format(token=token, upper=token.upper(), cut=token[:-1])

        assert identify(world, Call(method="GET", authorization=text)) == ANONYMOUS

    def test_malformed_token_costs_no_call(self, world: World) -> None:
        world.gateway.calls.clear()
        identify(world, bearer("fds_short"))

        assert world.gateway.calls == []

    def test_costs_one_read(self, world: World, opened: OpenedSession) -> None:
        world.gateway.calls.clear()
        identify(world, bearer(opened.token))

        assert world.gateway.calls == ["get"]

    def test_no_credential_is_nobody(self, world: World) -> None:
        assert identify(world, Call(method="GET")) == ANONYMOUS

    def test_staff_session_is_nobody_until_roles_can_be_checked(
        self, world: World, opened: OpenedSession
    ) -> None:
        world.gateway.items[keys.session(opened.session.digest)]["kind"] = SessionKind.STAFF.value

        assert identify(world, bearer(opened.token)) == ANONYMOUS


class TestSessionLife:
    def test_ends_an_hour_after_the_last_use(self, world: World, opened: OpenedSession) -> None:
        world.clock.advance(timedelta(minutes=59, seconds=59))
        still = identify(world, bearer(opened.token))
        world.clock.advance(timedelta(hours=1))

        assert still.is_customer
        assert identify(world, bearer(opened.token)) == ANONYMOUS

    def test_use_extends_it(self, world: World, opened: OpenedSession) -> None:
        for _ in range(6):
            world.clock.advance(timedelta(minutes=50))
            assert identify(world, bearer(opened.token)).is_customer

        assert stored_session(world, opened).last_seen_at == world.clock.now()

    def test_ends_after_a_day_however_busy(self, world: World, opened: OpenedSession) -> None:
        for _ in range(47):
            world.clock.advance(timedelta(minutes=30))
            assert identify(world, bearer(opened.token)).is_customer
        world.clock.advance(timedelta(minutes=29, seconds=59))
        assert identify(world, bearer(opened.token)).is_customer
        world.clock.advance(timedelta(seconds=1))

        assert identify(world, bearer(opened.token)) == ANONYMOUS

    def test_is_written_once_in_five_minutes(self, world: World, opened: OpenedSession) -> None:
        world.gateway.calls.clear()
        for _ in range(10 * 60):
            world.clock.advance(timedelta(seconds=1))
            identify(world, bearer(opened.token))

        assert world.gateway.calls.count("write") == 2

    def test_expired_session_is_not_revived(self, world: World, opened: OpenedSession) -> None:
        world.clock.advance(timedelta(hours=1))
        world.gateway.calls.clear()

        assert identify(world, bearer(opened.token)) == ANONYMOUS
        assert "write" not in world.gateway.calls

    def test_extension_does_not_bring_a_revoked_session_back(
        self, world: World, opened: OpenedSession
    ) -> None:
        world.clock.advance(timedelta(minutes=10))

        def revoke_between(name: str) -> None:
            if name == "write":
                world.gateway.items.pop(keys.session(opened.session.digest), None)

        world.gateway.before_call = revoke_between
        identify(world, bearer(opened.token))

        assert keys.session(opened.session.digest) not in world.gateway.items

    def test_revoked_session_is_nobody_at_once(self, world: World, opened: OpenedSession) -> None:
        world.sessions.revoke(opened.session.digest)

        assert identify(world, bearer(opened.token)) == ANONYMOUS


class TestCookie:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_reads_need_nothing_else(
        self, world: World, opened: OpenedSession, method: str
    ) -> None:
        assert identify(world, Call(method=method, cookie=opened.token)).is_customer

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_changes_need_an_allowed_origin(
        self, world: World, opened: OpenedSession, method: str
    ) -> None:
        call = Call(method=method, cookie=opened.token, origin=STORE_ORIGIN)

        assert identify(world, call).is_customer

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "get", ""])
    @pytest.mark.parametrize(
        "origin",
        [
            None,
            "",
            "null",
            "https://evil.example",
            "https://shop.example.evil.example",
            "https://shop.example/",
            "https://shop.example:443",
            "http://shop.example",
            "https://shop.example, https://evil.example",
        ],
    )
    def test_changes_from_elsewhere_are_nobodys(
        self, world: World, opened: OpenedSession, method: str, origin: str | None
    ) -> None:
        call = Call(method=method, cookie=opened.token, origin=origin)

        assert identify(world, call) == ANONYMOUS

    @pytest.mark.parametrize("header", ["Bearer nonsense", "Basic YTpi", ""])
    def test_header_decides_alone_even_when_wrong(
        self, world: World, opened: OpenedSession, header: str
    ) -> None:
        call = Call(method="GET", authorization=header, cookie=opened.token)

        assert identify(world, call) == ANONYMOUS

    def test_header_needs_no_origin(self, world: World, opened: OpenedSession) -> None:
        assert identify(world, bearer(opened.token, method="DELETE")).is_customer

    def test_api_key_in_a_cookie_is_nobody(self, world: World) -> None:
        assert identify(world, Call(method="GET", cookie=make_key(world, role=Role.OWNER))) == (
            ANONYMOUS
        )


class TestApiKey:
    def test_is_the_storefront_within_its_scopes(self, world: World) -> None:
        secret = make_key(world, scopes=(Scope.CUSTOMERS_READ,))
        caller = identify(world, bearer(secret))

        assert caller.kind is Kind.STOREFRONT
        assert caller.scopes == {"customers:read"}
        assert caller.session_id is None

    def test_role_gives_what_the_role_may(self, world: World) -> None:
        caller = identify(world, bearer(make_key(world, role=Role.MANAGER)))

        assert caller.scopes == SCOPES - {"api_keys:write", "settings:write"}

    @pytest.mark.parametrize(("live", "prefix"), [(True, "fd_live_"), (False, "fd_test_")])
    def test_says_which_mode_it_is_for(self, world: World, live: bool, prefix: str) -> None:
        secret = make_key(world, role=Role.OWNER, live=live)

        assert secret.startswith(prefix)
        assert identify(world, bearer(secret)).is_merchant

    def test_is_nobody_from_its_revocation_on(self, world: World) -> None:
        secret = make_key(world, role=Role.OWNER)
        caller = identify(world, bearer(secret))
        revoke_api_key(caller.id, api_keys=DynamoApiKeys(world.gateway), clock=world.clock)

        assert identify(world, bearer(secret)) == ANONYMOUS

    def test_use_is_noted_once_an_hour(self, world: World) -> None:
        secret = make_key(world, role=Role.OWNER)
        first_use = world.clock.now()
        for _ in range(59):
            caller = identify(world, bearer(secret))
            world.clock.advance(timedelta(minutes=1))
        key = DynamoApiKeys(world.gateway).find(caller.id)
        assert key is not None
        assert key.last_used_at == first_use
        world.clock.advance(timedelta(minutes=1))
        identify(world, bearer(secret))

        key = DynamoApiKeys(world.gateway).find(caller.id)
        assert key is not None
        assert key.last_used_at == world.clock.now()

    def test_session_token_with_a_keys_prefix_is_nobody(
        self, world: World, opened: OpenedSession
    ) -> None:
        assert identify(world, bearer("fd_live_" + opened.token.removeprefix("fds_"))) == ANONYMOUS


class TestUnavailableTable:
    @pytest.mark.parametrize("token", ["fds_" + "A" * 43, "fd_live_" + "A" * 43])
    def test_is_an_error_and_not_nobody(self, world: World, token: str) -> None:
        def fail(name: str) -> None:
            raise TableUnavailableError

        world.gateway = MemoryGateway(before_call=fail)
        world.__post_init__()

        with pytest.raises(TableUnavailableError):
            identify(world, bearer(token))


def test_digest_is_sha256() -> None:
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
