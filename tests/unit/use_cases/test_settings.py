"""The shop's settings, from the edge to the table and back."""

import json
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from frontdesk.adapters.dynamodb.health import DynamoTableProbe
from frontdesk.adapters.dynamodb.operations import TableUnavailableError
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.principal import Principal
from frontdesk.domain.settings import FEATURES, ExportSchedule, Frequency
from frontdesk.domain.sso import SsoKey
from frontdesk.entrypoints.bodies import model
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.settings import settings_handlers
from tests.fakes.api_gateway import STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.vault import MemoryVault

SECRET = "kN3v0yWq8RjZ1sXb5TgU7hLc2MfP4dQe"
OTHER_SECRET = "Qe4dP2MfLc7hU5TgXb1sRjZ8yWq0N3vk"
KEY = SsoKey("shop", SECRET, "https://shop.example", "frontdesk")
PUBLIC_KEY = {
    "kid": "shop",
    "issuer": "https://shop.example",
    "audience": "frontdesk",
    "active": True,
}


class Shop:
    def __init__(self, *keys: SsoKey) -> None:
        self.clock = FakeClock()
        self.gateway = MemoryGateway()
        self.vault = MemoryVault(*keys)
        self.store = DynamoSettings(self.gateway, clock=self.clock, currency=lambda: "usd")
        self._function = http_function(
            "settings",
            settings_handlers(
                store=lambda: self.store,
                vault=lambda: self.vault,
                probe=lambda: DynamoTableProbe(self.gateway, deadline=timedelta(seconds=5)),
                clock=self.clock,
            ),
        )

    def get(self, path: str = "/v1/settings", *, caller: Principal | None = STAFF) -> Answer:
        return ask(self._function, event(f"GET {path}", caller=caller))

    def put(self, version: int | None = None, /, **fields: Any) -> Answer:
        """`version` None is the current one."""
        current = self.get().json["version"] if version is None else version
        headers = {"content-type": "application/json", "if-match": f'"{current}"'}
        body = json.dumps(fields)
        made = event("PUT /v1/settings", caller=STAFF, headers=headers, body=body)
        return ask(self._function, made)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def _problems(answer: Answer) -> list[tuple[str, str]]:
    assert (answer.status, answer.code) == (422, "invalid_input")
    return [(one["field"], one["code"]) for one in answer.json["errors"]]


class TestReadSettings:
    @pytest.mark.feature("C4-05")
    @pytest.mark.feature("C4-12")
    def test_a_new_shop_has_every_switch_on_and_promises_nothing(self, shop: Shop) -> None:
        settings = shop.get().json

        assert settings["version"] == 0
        assert settings["features"] == dict.fromkeys(FEATURES, True)
        assert settings["headline"] is None
        assert settings["sso"] == {
            "create_unknown_customers": False,
            "link_by_email": False,
            "keys": [],
        }
        assert settings["currency"] == "usd"

    def test_what_is_read_is_what_the_document_says(self, shop: Shop) -> None:
        shop.put(headline="Ada's", refunds={"automatic_up_to": {"amount": 5, "currency": "usd"}})

        for path, name in (("/v1/settings", "Settings"), ("/v1/storefront", "Storefront")):
            model(f"settings:{name}").model_validate_json(shop.get(path).text or "")

    def test_a_secret_is_never_read_back(self) -> None:
        answer = Shop(KEY).get()

        assert answer.json["sso"]["keys"] == [PUBLIC_KEY]
        assert SECRET not in (answer.text or "")


class TestChangeSettings:
    @pytest.mark.feature("C4-02")
    @pytest.mark.feature("C4-03")
    @pytest.mark.feature("C4-04")
    @pytest.mark.feature("C4-13")
    @pytest.mark.feature("C4-14")
    @pytest.mark.feature("C4-15")
    def test_everything_comes_back_as_it_was_sent(self, shop: Shop) -> None:
        sent = {
            "headline": "Ada's Engines — 李",
            "privacy_policy_url": "https://shop.example/privacy",
            "terms_of_service_url": "https://shop.example/terms?lang=en",
            "features": {name: number % 2 == 0 for number, name in enumerate(FEATURES)},
            "order_history_days": 365,
            "branding": {
                "logo_url": "https://cdn.example/logo.png",
                "primary_gradient": "#1a73e8",
                "secondary_gradient": "#FFFFFF",
            },
            "sign_in_methods": ["sso"],
            "allowed_origins": ["https://shop.example", "http://localhost:3000"],
            "return_addresses": ["https://shop.example/account", "http://127.0.0.1:3000/"],
            "cancellation": {"timing": "now", "credits_unused_time": True, "asks_reason": False},
            "refunds": {
                "accepts_requests": True,
                "window_days": 14,
                "automatic_up_to": {"amount": 5000, "currency": "usd"},
                "revokes_access": False,
            },
            "plan_change": {
                "allowed_offer_ids": ["off_" + "0" * 26],
                "upgrades": "now",
                "downgrades": "now",
                "proration": "invoice_now",
            },
            "custom_fields": [
                {
                    "key": "shoe_size",
                    "label": "Shoe size",
                    "type": "number",
                    "editable_by_customer": True,
                }
            ],
            "currency": "usd",
            "export_schedule": {
                "frequency": "weekly",
                "kinds": ["customers"],
                "format": "jsonl",
            },
        }
        answer = shop.put(**sent)

        assert answer.status == 200
        assert answer.headers["ETag"] == '"1"'
        assert shop.get().json == answer.json
        rest = {
            "version": 1,
            "updated_at": "2026-11-01T12:00:00Z",
            "sso": {"create_unknown_customers": False, "link_by_email": False, "keys": []},
        }
        assert answer.json == sent | rest

    def test_what_is_left_out_stays_as_it_is(self, shop: Shop) -> None:
        shop.put(
            headline="Ada's",
            features={"subscription_pause": False},
            branding={"primary_gradient": "#000000"},
        )
        before = shop.get().json
        shop.put(branding={"secondary_gradient": "#ffffff"})
        after = shop.get().json

        assert after["branding"]["primary_gradient"] == "#000000"
        assert after["branding"]["secondary_gradient"] == "#ffffff"
        for name in before.keys() - {"branding", "version"}:
            assert after[name] == before[name]

    def test_null_takes_something_away(self, shop: Shop) -> None:
        shop.put(headline="Ada's", order_history_days=30)
        shop.put(headline=None, order_history_days=None)

        assert shop.get().json["headline"] is None
        assert shop.get().json["order_history_days"] is None

    def test_what_was_read_can_be_sent_back(self, shop: Shop) -> None:
        shop.put(headline="Ada's")
        read = shop.get().json
        answer = shop.put(**read)

        assert answer.status == 200
        assert answer.json == read | {"version": 2}

    def test_a_stale_version_is_refused_and_changes_nothing(self, shop: Shop) -> None:
        shop.put(headline="Ada's")
        answer = shop.put(0, headline="Bob's")

        assert (answer.status, answer.code) == (412, "version_conflict")
        assert shop.get().json["headline"] == "Ada's"

    def test_of_two_who_save_at_once_one_is_refused(self, shop: Shop) -> None:
        def save_before(name: str) -> None:
            if name == "write":
                shop.gateway.before_call = lambda name: None
                shop.put(headline="First")

        shop.gateway.before_call = save_before
        answer = shop.put(0, headline="Second")

        assert (answer.status, answer.code) == (412, "version_conflict")
        assert shop.get().json["headline"] == "First"

    def test_a_refused_change_leaves_no_trace(self, shop: Shop) -> None:
        shop.put(headline="Bob's", currency="eur")

        assert shop.gateway.items == {}
        assert shop.vault.writes == 0

    @pytest.mark.parametrize(
        ("fields", "field", "code"),
        [
            ({"currency": "eur"}, "currency", "currency_is_fixed"),
            (
                {"refunds": {"automatic_up_to": {"amount": 1, "currency": "eur"}}},
                "refunds.automatic_up_to.currency",
                "wrong_currency",
            ),
            (
                {"cancellation": {"timing": "period_end", "credits_unused_time": True}},
                "cancellation.credits_unused_time",
                "cannot_be_honoured",
            ),
            (
                {"plan_change": {"upgrades": "period_end", "downgrades": "period_end"}},
                "plan_change.proration",
                "cannot_be_honoured",
            ),
            (
                {"custom_fields": [{"key": "a", "label": "A"}, {"key": "a", "label": "B"}]},
                "custom_fields.1.key",
                "duplicate",
            ),
            ({"export_schedule": {"kinds": ["transactions"]}}, "export_schedule.kinds.0", None),
            ({"refunds": {"window_days": 181}}, "refunds.window_days", "out_of_range"),
            ({"sign_in_methods": ["password"]}, "sign_in_methods.0", "unknown_value"),
            ({"branding": {"primary_gradient": "red"}}, "branding.primary_gradient", None),
            ({"branding": {"logo_url": "http://a.io/x.png"}}, "branding.logo_url", None),
            ({"privacy_policy_url": "javascript:alert(1)"}, "privacy_policy_url", None),
            ({"allowed_origins": ["*"]}, "allowed_origins.0", None),
            ({"allowed_origins": ["https://a.io", "https://a.io"]}, "allowed_origins", None),
            ({"return_addresses": ["http://shop.example/"]}, "return_addresses.0", None),
            ({"return_addresses": ["https://a@shop.example/"]}, "return_addresses.0", None),
            ({"return_addresses": ["https://shop.example/../x"]}, "return_addresses.0", None),
            ({"return_addresses": ["https://shop.example\n"]}, "return_addresses.0", None),
            ({"return_addresses": ["//shop.example"]}, "return_addresses.0", None),
            ({"features": {"everything": True}}, "features.everything", "unknown_field"),
        ],
    )
    def test_what_cannot_be_kept_is_refused_by_name(
        self, shop: Shop, fields: dict[str, Any], field: str, code: str | None
    ) -> None:
        problem, *_ = _problems(shop.put(**fields))

        assert problem[0] == field
        assert code in (None, problem[1])

    def test_a_promise_is_judged_together_with_what_stands(self, shop: Shop) -> None:
        shop.put(cancellation={"timing": "now", "credits_unused_time": True})
        refused = shop.put(cancellation={"timing": "period_end"})

        assert _problems(refused) == [("cancellation.credits_unused_time", "cannot_be_honoured")]


@pytest.mark.feature("C4-16")
class TestSignInKeys:
    def test_a_new_key_goes_to_the_vault_and_not_into_the_table(self, shop: Shop) -> None:
        answer = shop.put(sso={"keys": [PUBLIC_KEY | {"secret": SECRET}]})

        assert answer.json["sso"]["keys"] == [PUBLIC_KEY]
        assert shop.vault.ring.keys == (KEY,)
        assert SECRET not in str(shop.gateway.items) + (answer.text or "")
        assert "kid" not in str(shop.gateway.items)

    def test_a_key_sent_back_without_its_secret_keeps_it(self) -> None:
        shop = Shop(KEY)
        shop.put(sso={"keys": [PUBLIC_KEY | {"audience": "elsewhere", "active": False}]})

        (key,) = shop.vault.ring.keys
        assert (key.secret, key.audience, key.is_active) == (SECRET, "elsewhere", False)

    def test_a_key_is_rotated_with_an_overlap(self) -> None:
        shop = Shop(KEY)
        new = PUBLIC_KEY | {"kid": "next", "secret": OTHER_SECRET}
        shop.put(sso={"keys": [PUBLIC_KEY, new]})

        assert [key.secret for key in shop.vault.ring.keys] == [SECRET, OTHER_SECRET]

        shop.put(sso={"keys": [PUBLIC_KEY | {"kid": "next"}]})
        assert [key.secret for key in shop.vault.ring.keys] == [OTHER_SECRET]

    def test_a_change_of_something_else_leaves_the_keys_alone(self) -> None:
        shop = Shop(KEY)
        shop.put(headline="Ada's", sso={"link_by_email": True})

        assert shop.vault.writes == 0
        assert shop.get().json["sso"]["keys"] == [PUBLIC_KEY]

    @pytest.mark.parametrize(
        ("key", "code"),
        [
            ({}, "required"),
            ({"secret": "too short"}, "invalid_format"),
            ({"secret": "a" * 32}, "too_weak"),
            ({"secret": None, "kid": "other"}, "required"),
        ],
    )
    def test_a_key_without_a_good_secret_is_refused(
        self, shop: Shop, key: dict[str, Any], code: str
    ) -> None:
        answer = shop.put(sso={"keys": [PUBLIC_KEY | key]})

        assert code in [code for _, code in _problems(answer)]
        assert shop.vault.writes == 0

    def test_two_keys_of_one_name_are_refused(self, shop: Shop) -> None:
        keys = [PUBLIC_KEY | {"secret": SECRET}, PUBLIC_KEY | {"secret": OTHER_SECRET}]

        assert ("sso.keys.1.kid", "duplicate") in _problems(shop.put(sso={"keys": keys}))

    def test_one_who_saves_later_does_not_overwrite_newer_keys(self, shop: Shop) -> None:
        def save_before(name: str) -> None:
            if name == "write":
                shop.gateway.before_call = lambda name: None
                shop.put(0, sso={"keys": [PUBLIC_KEY | {"secret": SECRET}]})

        shop.gateway.before_call = save_before
        answer = shop.put(0, sso={"keys": [PUBLIC_KEY | {"kid": "b", "secret": OTHER_SECRET}]})

        assert answer.code == "version_conflict"
        assert shop.vault.ring.keys == (KEY,)


class TestStorefront:
    def test_everybody_sees_what_the_sign_in_page_needs_and_nothing_else(self) -> None:
        shop = Shop(KEY)
        shop.put(headline="Ada's", return_addresses=["https://shop.example"])
        answer = shop.get("/v1/storefront", caller=None)

        assert answer.status == 200
        assert set(answer.json) == {
            "headline",
            "privacy_policy_url",
            "terms_of_service_url",
            "branding",
            "sign_in_methods",
            "features",
        }
        assert answer.json["headline"] == "Ada's"

    def test_is_read_once_in_five_seconds(self, shop: Shop) -> None:
        shop.get("/v1/storefront")
        shop.clock.advance(timedelta(seconds=4))
        shop.get("/v1/storefront")
        assert shop.gateway.calls.count("get") == 1

        shop.clock.advance(timedelta(seconds=2))
        shop.get("/v1/storefront")
        assert shop.gateway.calls.count("get") == 2

    def test_a_change_made_here_is_seen_at_once(self, shop: Shop) -> None:
        shop.get("/v1/storefront")
        shop.put(headline="New")

        assert shop.get("/v1/storefront").json["headline"] == "New"


def _unavailable(name: str) -> None:
    raise TableUnavailableError("down")


def _forbidden(name: str) -> None:
    raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "BatchGetItem")


class TestHealth:
    def test_is_well_when_all_tables_answer(self, shop: Shop) -> None:
        answer = shop.get("/v1/health", caller=None)

        assert (answer.status, answer.json) == (200, {"status": "ok"})

    @pytest.mark.parametrize("failure", [_unavailable, _forbidden])
    def test_is_not_well_when_one_does_not(
        self, shop: Shop, failure: Callable[[str], None]
    ) -> None:
        shop.gateway.before_call = failure
        answer = shop.get("/v1/health", caller=None)

        assert (answer.status, answer.code) == (503, "service_unavailable")

    def test_does_not_wait_for_tables_that_are_silent(self) -> None:
        waiting = threading.Event()
        gateway = MemoryGateway(before_call=lambda name: _wait(waiting))
        probe = DynamoTableProbe(gateway, deadline=timedelta(milliseconds=10))
        try:
            with pytest.raises(UnavailableError):
                probe.ensure_tables_answer()
        finally:
            waiting.set()


def _wait(event: threading.Event) -> None:
    event.wait(30)


class TestExportSchedule:
    @pytest.mark.parametrize(
        ("frequency", "due"),
        [
            (Frequency.NEVER, []),
            (Frequency.DAILY, list(range(1, 15))),
            (Frequency.WEEKLY, [7, 14]),
            (Frequency.MONTHLY, [1]),
        ],
    )
    def test_is_due_on_its_days(self, frequency: Frequency, due: list[int]) -> None:
        """1 September 2026 is a Tuesday."""
        schedule = ExportSchedule(frequency=frequency)

        assert [day for day in range(1, 15) if schedule.is_due(date(2026, 9, day))] == due
