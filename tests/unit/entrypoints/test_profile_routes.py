"""The customer's own profile, through the edge, over tables in memory."""

import json
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from frontdesk.adapters.contact.checks import LibraryContactChecks
from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.customers import DynamoCustomers
from frontdesk.adapters.dynamodb.profiles import DynamoProfiles
from frontdesk.adapters.dynamodb.settings import DynamoSettings
from frontdesk.domain.customer import Address, Company, Customer
from frontdesk.domain.customer_list import EVERYBODY, CustomerOrder, CustomerSort
from frontdesk.domain.principal import Kind, Principal
from frontdesk.domain.settings import FEATURES, CustomField, Settings
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.profile import profile_handlers
from frontdesk.entrypoints.routes import ROUTES
from frontdesk.entrypoints.schemas.profile import Features, Profile
from frontdesk.ports.paging import Window
from frontdesk.use_cases.customers import Editing
from frontdesk.use_cases.profile import BILLING_FIELDS
from tests.fakes.api_gateway import STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.customers import SPRING, a_customer, keep
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds

ANN = a_customer(
    "ann",
    name="Ann",
    email="ann@example.com",
    address=Address(line1="Main 1", country="DK"),
    company=Company(name="Ann ApS"),
    tax_id="13585628",
    external_id="shop-1",
    custom_fields={"size": 38, "credit_limit": 900},
    lifetime_values={"usd": 100},
)
FIELDS = (
    CustomField("size", "Size", "number", is_editable_by_customer=True),
    CustomField("credit_limit", "Credit limit", "number"),
)


class Api:
    def __init__(self, customer: Customer | None = ANN, *, off: tuple[str, ...] = ()) -> None:
        self.gateway = MemoryGateway()
        self.clock = FakeClock()
        self.store = DynamoCustomers(self.gateway, ids=CountingIds())
        if customer:
            keep(self.gateway, customer)
        shop = Settings(
            currency="usd",
            version=1,
            updated_at=self.clock.now(),
            custom_fields=FIELDS,
            features={feature: feature not in off for feature in FEATURES},
        )
        settings = DynamoSettings(self.gateway, clock=self.clock, currency=lambda: "usd")
        settings.save(shop)
        editing = Editing(
            customers=self.store,
            checks=LibraryContactChecks(),
            clock=self.clock,
            settings=settings,
        )
        self.handler = http_function(
            "profile",
            profile_handlers(
                profiles=lambda: DynamoProfiles(self.gateway, currency=lambda: "usd"),
                editing=lambda: editing,
            ),
            settings=lambda: settings,
        )
        self.caller = Principal(Kind.CUSTOMER, ANN.id, "ses_1")

    def read(self) -> Answer:
        return ask(self.handler, event("GET /v1/me", caller=self.caller))

    def patch(self, body: object, *, version: int = 1) -> Answer:
        headers = {"content-type": "application/json", "if-match": f'"{version}"'}
        made = event("PATCH /v1/me", caller=self.caller, headers=headers, body=json.dumps(body))
        return ask(self.handler, made)


class TestReadingMyProfile:
    @pytest.mark.feature("K1-04")
    @pytest.mark.feature("K1-29")
    @pytest.mark.feature("C4-01")
    def test_answers_what_is_mine_and_what_i_may_do(self) -> None:
        answer = Api().read()

        assert answer.status == 200
        assert answer.headers["ETag"] == '"1"'
        assert answer.json == {
            "id": ANN.id,
            "name": "Ann",
            "email": "ann@example.com",
            "phone": None,
            "address": {
                "line1": "Main 1",
                "line2": None,
                "city": None,
                "state": None,
                "postal_code": None,
                "country": "DK",
            },
            "company": {"name": "Ann ApS", "id": None, "email": None},
            "tax_id": "13585628",
            "vat_number": None,
            "time_zone": None,
            "locale": None,
            "notification_preferences": {},
            "social": {"bio": None, "location": None, "usernames": {}},
            "custom_fields": {"size": 38},
            "avatar_url": None,
            "lifetime_since": "2026-03-01T09:30:00Z",
            "features": dict.fromkeys(FEATURES, True),
            "version": 1,
        }

    @pytest.mark.feature("C4-06")
    def test_billing_information_that_is_switched_off_is_not_shown(self) -> None:
        answer = Api(off=("billing_information",)).read()

        assert {name: answer.json[name] for name in BILLING_FIELDS} == dict.fromkeys(BILLING_FIELDS)
        assert answer.json["name"] == "Ann"
        assert answer.json["features"]["billing_information"] is False

    @pytest.mark.parametrize("off", [(), ("billing_information",)])
    def test_the_answer_has_the_documented_shape(self, off: tuple[str, ...]) -> None:
        Profile.model_validate_json(Api(off=off).read().text or "")

    def test_the_documented_switches_are_the_shops(self) -> None:
        assert tuple(Features.model_fields) == FEATURES

    def test_what_a_switch_refuses_to_change_it_also_hides(self) -> None:
        route = next(route for route in ROUTES if route.key == "PATCH /v1/me")

        assert route.feature == "billing_information"
        assert set(route.feature_fields) <= set(BILLING_FIELDS)

    def test_costs_one_read(self) -> None:
        api = Api()
        api.gateway.calls.clear()

        api.read()

        assert api.gateway.calls == ["get_many"]

    def test_a_profile_that_is_gone_is_not_found(self) -> None:
        assert Api(None).read().status == 404

    def test_staff_have_no_profile(self) -> None:
        answer = ask(Api().handler, event("GET /v1/me", caller=STAFF))

        assert answer.status == 403


@pytest.mark.feature("K1-01")
class TestChangingMyProfile:
    @pytest.mark.feature("K1-04")
    @pytest.mark.feature("K1-05")
    @pytest.mark.feature("K1-06")
    @pytest.mark.feature("K1-07")
    @pytest.mark.feature("K1-08")
    @pytest.mark.feature("K1-11")
    @pytest.mark.feature("K1-12")
    @pytest.mark.feature("K1-13")
    def test_everything_that_is_mine_can_be_changed(self) -> None:
        api = Api()
        body = {
            "name": "Anna",
            "phone": "+45 20 00 00 24",
            "address": {"line1": "Side 2", "city": "Odense", "country": "DK"},
            "company": {"name": None, "id": "12345678"},
            "tax_id": None,
            "vat_number": "DK13585628",
            "time_zone": "Europe/Copenhagen",
            "locale": "da-DK",
            "notification_preferences": {"news": False},
            "social": {"bio": "Hi\nthere", "location": "Funen", "usernames": {"x": "ann"}},
            "custom_fields": {"size": 39},
        }

        answer = api.patch(body)

        assert answer.status == 200
        assert answer.headers["ETag"] == '"2"'
        assert answer.json == api.read().json
        document = answer.json
        assert document["phone"] == "+4520000024"
        assert document["address"]["city"] == "Odense"
        assert document["company"] == {"name": None, "id": "12345678", "email": None}
        for name in set(body) - {"phone", "address", "company"}:
            assert document[name] == body[name]

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({"email": "new@example.com"}, "email", "invalid_value"),
            ({"email": None}, "email", "invalid_value"),
            ({"external_id": "x"}, "external_id", "unknown_field"),
            ({"is_test": True}, "is_test", "unknown_field"),
            ({"status": "active"}, "status", "unknown_field"),
            ({"id": "cus_1"}, "id", "unknown_field"),
            ({"custom_fields": {"credit_limit": 10}}, "custom_fields.credit_limit", "not_editable"),
            ({"custom_fields": {"other": "x"}}, "custom_fields.other", "not_editable"),
            ({"custom_fields": {"size": "big"}}, "custom_fields.size", "wrong_type"),
        ],
    )
    @pytest.mark.case("G2")
    def test_what_is_not_mine_to_change_is_refused(
        self, body: dict[str, object], field: str, code: str
    ) -> None:
        api = Api()

        answer = api.patch(body)

        assert answer.status == 422
        assert [(p["field"], p["code"]) for p in answer.json["errors"]] == [(field, code)]
        assert api.store.find(ANN.id) == replace(ANN, version=1)

    def test_an_address_is_changed_elsewhere_and_the_refusal_says_where(self) -> None:
        answer = Api().patch({"email": "new@example.com"})

        assert "/v1/me/email-change" in answer.json["errors"][0]["message"]

    def test_emptying_custom_fields_spares_the_shops_own(self) -> None:
        api = Api()

        assert api.patch({"custom_fields": None}).json["custom_fields"] == {}
        found = api.store.find(ANN.id)
        assert found is not None
        assert found.custom_fields == {"credit_limit": 900}

    @pytest.mark.feature("C4-06")
    @pytest.mark.parametrize("field", ["address", "tax_id", "vat_number", "company"])
    def test_billing_information_that_is_switched_off_cannot_be_changed(self, field: str) -> None:
        api = Api(off=("billing_information",))

        answer = api.patch({field: None, "name": "Anna"})

        assert (answer.status, answer.code) == (403, "feature_disabled")
        assert api.store.find(ANN.id) == replace(ANN, version=1)

    @pytest.mark.feature("C4-06")
    def test_a_switch_governs_nothing_but_its_own_fields(self) -> None:
        answer = Api(off=("billing_information",)).patch({"name": "Anna"})

        assert answer.status == 200
        assert answer.json["address"] is None

    def test_a_stale_version_is_refused(self) -> None:
        api = Api()
        api.patch({"name": "First"})

        assert api.patch({"name": "Second"}).code == "version_conflict"

    @pytest.mark.feature("K2-28")
    @pytest.mark.feature("K2-29")
    def test_is_activity_and_sorts_the_customer_to_the_front(self) -> None:
        api = Api()
        keep(
            api.gateway,
            a_customer("bo", created_at=SPRING, last_activity_at=SPRING + timedelta(days=2)),
        )

        api.patch({"name": "Anna"})

        page = api.store.page(
            CustomerOrder(sort=CustomerSort.LAST_ACTIVITY_AT),
            wanted=EVERYBODY,
            window=Window(limit=5),
        )
        assert page.rows[0].id == ANN.id
        assert page.rows[0].last_activity_at == api.clock.now()

    def test_a_change_is_one_read_and_one_transaction(self) -> None:
        api = Api()
        api.patch({"name": "An"})  # the switches are remembered for some seconds
        api.gateway.calls.clear()

        api.patch({"name": "Anna", "social": {"bio": "x"}}, version=2)

        assert api.gateway.calls == ["get", "transact"]

    def test_the_ledgers_figures_survive_a_change(self) -> None:
        api = Api()

        api.patch({"name": "Anna"})

        item = api.gateway.items[keys.profile(ANN.id)]
        assert item["lifetime_value_minor"] == 100
        assert item["external_id"] == "shop-1"


def test_every_part_of_a_customer_is_somewhere_in_an_answer() -> None:
    """What is added to a customer is shown, or left out here on purpose."""
    internal = {"mirrored", "default_payment_method"}
    shown_otherwise = {"lifetime_values", "subscription_statuses"}
    merchants = {"external_id", "is_test", "status", "provider", "last_activity_at", "created_at"}

    documented = set(Profile.model_fields) | merchants | internal | shown_otherwise

    assert {field.name for field in fields(Customer)} <= documented
