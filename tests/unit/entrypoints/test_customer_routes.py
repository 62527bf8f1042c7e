"""The merchant's routes over customers, through the edge, over tables in memory."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.adapters.contact.checks import LibraryContactChecks
from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.customer_directory import DynamoCustomerDirectory
from frontdesk.adapters.dynamodb.customers import DynamoCustomers
from frontdesk.domain.customer import (
    Address,
    Company,
    Customer,
    CustomerStatus,
    ProviderReference,
    Social,
)
from frontdesk.domain.settings import CustomField, Settings
from frontdesk.domain.snapshot import ProviderName
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.customers import customer_handlers
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.schemas.customers import Customer as CustomerAnswer
from frontdesk.entrypoints.schemas.customers import CustomerList
from frontdesk.use_cases.customers import Editing
from tests.fakes.api_gateway import STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.customers import SPRING, a_customer, customer_id, keep
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.fakes.settings import FixedSettings

ANN = a_customer(
    "ann",
    name="Ann Østergård",
    email="ann@example.com",
    phone="+4520000024",
    address=Address(line1="Main 1", city="Aarhus", postal_code="8000", country="DK"),
    company=Company(name="Ann ApS", id="12345678", email="billing@example.com"),
    tax_id="13585628",
    time_zone="Europe/Copenhagen",
    locale="da-DK",
    notification_preferences={"news": True},
    social=Social(bio="Hello", usernames={"mastodon": "@ann"}),
    custom_fields={"shoe_size": 38},
    provider=ProviderReference(ProviderName.STRIPE, "cus_stripe"),
    lifetime_values={"usd": 2900, "jpy": 500},
    subscription_statuses={f"sub_{'0' * 26}": "active"},
    last_activity_at=SPRING + timedelta(days=1),
)


class Api:
    def __init__(self, *people: Customer, custom_fields: tuple[CustomField, ...] = ()) -> None:
        self.gateway = MemoryGateway()
        self.ids = CountingIds()
        self.clock = FakeClock()
        for person in people:
            keep(self.gateway, person)
        store = DynamoCustomers(self.gateway, ids=self.ids)
        settings = Settings(currency="usd", custom_fields=custom_fields)
        editing = Editing(
            customers=store,
            checks=LibraryContactChecks(),
            clock=self.clock,
            settings=FixedSettings(settings),
        )
        self.handler = http_function(
            "customers",
            customer_handlers(
                customers=lambda: store,
                editing=lambda: editing,
                cursors=Cursors(lambda: "a secret of the deployment"),
                currency=lambda: "usd",
            ),
        )

    def read(self, identifier: str = ANN.id) -> Answer:
        path = {"id": identifier}
        return ask(self.handler, event("GET /v1/customers/{id}", caller=STAFF, path=path))

    def listed(self, **query: str) -> Answer:
        return ask(self.handler, event("GET /v1/customers", caller=STAFF, query=query))

    def names(self, **query: str) -> list[str]:
        """All pages of a list."""
        found: list[str] = []
        while True:
            answer = self.listed(**query)
            assert answer.status == 200, answer.text
            found += [row["name"] for row in answer.json["data"]]
            if answer.json["next_cursor"] is None:
                return found
            query["cursor"] = answer.json["next_cursor"]

    def patch(self, body: object, *, version: int | None = 1, of: str = ANN.id) -> Answer:
        headers = {"content-type": "application/json"}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        made = event(
            "PATCH /v1/customers/{id}",
            caller=STAFF,
            path={"id": of},
            headers=headers,
            body=json.dumps(body),
        )
        return ask(self.handler, made)

    def stored(self, identifier: str = ANN.id) -> dict[str, Any]:
        return self.gateway.items[keys.profile(identifier)]


def problems(answer: Answer) -> dict[str, str]:
    assert answer.status == 422, answer.text
    return {problem["field"]: problem["code"] for problem in answer.json["errors"]}


class TestReadingACustomer:
    @pytest.mark.feature("L3-05")
    @pytest.mark.feature("L3-06")
    @pytest.mark.feature("K1-23")
    @pytest.mark.feature("K1-24")
    @pytest.mark.feature("K1-25")
    @pytest.mark.feature("K2-28")
    def test_answers_the_whole_document(self) -> None:
        answer = Api(ANN).read()

        assert answer.status == 200
        assert answer.headers["ETag"] == '"1"'
        assert answer.json == {
            "id": ANN.id,
            "name": "Ann Østergård",
            "email": "ann@example.com",
            "phone": "+4520000024",
            "address": {
                "line1": "Main 1",
                "line2": None,
                "city": "Aarhus",
                "state": None,
                "postal_code": "8000",
                "country": "DK",
            },
            "company": {"name": "Ann ApS", "id": "12345678", "email": "billing@example.com"},
            "tax_id": "13585628",
            "vat_number": None,
            "time_zone": "Europe/Copenhagen",
            "locale": "da-DK",
            "notification_preferences": {"news": True},
            "social": {"bio": "Hello", "location": None, "usernames": {"mastodon": "@ann"}},
            "custom_fields": {"shoe_size": 38},
            "external_id": None,
            "is_test": False,
            "status": "active",
            "avatar_url": None,
            "lifetime_value": {"amount": 2900, "currency": "usd"},
            "lifetime_values": [
                {"amount": 500, "currency": "jpy"},
                {"amount": 2900, "currency": "usd"},
            ],
            "subscriptions": [{"id": f"sub_{'0' * 26}", "status": "active"}],
            "last_activity_at": "2026-03-02T09:30:00Z",
            "created_at": "2026-03-01T09:30:00Z",
            "provider": {"name": "stripe", "id": "cus_stripe"},
            "version": 1,
        }

    @pytest.mark.parametrize("customer", [ANN, a_customer("bare")])
    def test_the_answer_has_the_documented_shape(self, customer: Customer) -> None:
        answer = Api(customer).read(customer.id)

        CustomerAnswer.model_validate_json(answer.text or "")

    def test_costs_one_read(self) -> None:
        api = Api(ANN)
        api.gateway.calls.clear()

        api.read()

        assert api.gateway.calls == ["get"]

    @pytest.mark.parametrize("identifier", [customer_id("nobody"), "cus_1", "sub_1", "x" * 3_000])
    def test_an_unknown_customer_is_not_found(self, identifier: str) -> None:
        assert Api(ANN).read(identifier).code == "not_found"


class TestListingCustomers:
    PEOPLE = (
        a_customer("1", name="Bo", created_at=SPRING, lifetime_values={"usd": 5, "jpy": 900}),
        a_customer("2", name="åse", created_at=SPRING + timedelta(days=2)),
        a_customer(
            "3",
            name="Ann Lee",
            email="lee@shop.example",
            created_at=SPRING + timedelta(days=1),
            lifetime_values={"usd": 70},
            last_activity_at=SPRING + timedelta(days=9),
            subscription_statuses={f"sub_{'1' * 26}": "canceled", f"sub_{'2' * 26}": "past_due"},
        ),
        a_customer(
            "4",
            name="Ånn Test",
            created_at=SPRING + timedelta(days=3),
            is_test=True,
            status=CustomerStatus.DELETED,
        ),
    )

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({}, ["Ånn Test", "åse", "Ann Lee", "Bo"]),
            ({"order": "asc"}, ["Bo", "Ann Lee", "åse", "Ånn Test"]),
            ({"sort": "name"}, ["Ann Lee", "Ånn Test", "åse", "Bo"]),
            ({"sort": "name", "order": "desc"}, ["Bo", "åse", "Ånn Test", "Ann Lee"]),
            ({"sort": "last_activity_at"}, ["Ann Lee", "Ånn Test", "åse", "Bo"]),
            ({"status": "past_due"}, ["Ann Lee"]),
            ({"status": "deleted"}, ["Ånn Test"]),
            ({"test": "true"}, ["Ånn Test"]),
            ({"test": "false", "sort": "name"}, ["Ann Lee", "åse", "Bo"]),
            ({"search": "ann", "sort": "name"}, ["Ann Lee", "Ånn Test"]),
            ({"search": "LEE shop"}, ["Ann Lee"]),
            ({"search": "ann", "sort": "created_at"}, ["Ånn Test", "Ann Lee"]),
            ({"search": "ann", "order": "asc"}, ["Ann Lee", "Ånn Test"]),
            ({"search": "ann", "test": "true"}, ["Ånn Test"]),
            ({"search": "ann", "sort": "name", "test": "false"}, ["Ann Lee"]),
            ({"search": "nn"}, []),
            ({"search": "--- !"}, []),
            ({"search": " "}, ["Ånn Test", "åse", "Ann Lee", "Bo"]),
        ],
    )
    @pytest.mark.parametrize("limit", ["1", "2", "100"])
    @pytest.mark.feature("L3-02")
    @pytest.mark.feature("L3-33")
    def test_sorts_searches_and_filters(
        self, query: dict[str, str], names: list[str], limit: str
    ) -> None:
        assert Api(*self.PEOPLE).names(**query, limit=limit) == names

    @pytest.mark.parametrize("limit", ["1", "2", "100"])
    def test_a_search_is_in_the_order_of_the_words_found(self, limit: str) -> None:
        api = Api(*(a_customer(n, name=n) for n in ("Zoë Anna", "Annabel", "Ánn", "Bo Ann-Marie")))

        names = api.names(search="an", limit=limit)

        assert set(names[:2]) == {"Ánn", "Bo Ann-Marie"}
        assert names[2:] == ["Zoë Anna", "Annabel"]

    @pytest.mark.feature("L3-32")
    def test_sorts_by_what_was_kept_in_the_shops_currency(self) -> None:
        names = Api(*self.PEOPLE).names(sort="lifetime_value", limit="1")

        assert names[:2] == ["Ann Lee", "Bo"]

    def test_the_answer_has_the_documented_shape(self) -> None:
        answer = Api(*self.PEOPLE).listed()

        CustomerList.model_validate_json(answer.text or "")

    @pytest.mark.parametrize("query", [{"sort": "name"}, {"search": "a"}, {"search": "b"}])
    def test_a_cursor_belongs_to_the_list_that_made_it(self, query: dict[str, str]) -> None:
        api = Api(*self.PEOPLE)
        cursor = api.listed(limit="1").json["next_cursor"]

        answer = api.listed(**query, cursor=cursor)

        assert (answer.status, answer.code) == (400, "invalid_cursor")

    def test_cursors_stay_short_with_the_longest_names(self) -> None:
        api = Api(*(a_customer(str(n), name="\U0001f600王" * 128) for n in range(9)))

        cursor = api.listed(sort="name", limit="3").json["next_cursor"]

        assert len(cursor) < 2048

    def test_a_search_for_too_many_cannot_be_sorted(self) -> None:
        api = Api(*(a_customer(str(n), name="Ann") for n in range(1_001)))

        answer = api.listed(search="ann", sort="name")

        assert (answer.status, answer.code) == (422, "search_too_broad")
        assert len(api.listed(search="ann").json["data"]) == 25

    @pytest.mark.parametrize(
        "query", [{"sort": "email"}, {"order": "up"}, {"status": "x"}, {"test": "1"}, {"x": "y"}]
    )
    def test_other_parameters_are_refused(self, query: dict[str, str]) -> None:
        assert set(problems(Api().listed(**query))) == set(query)


@pytest.mark.feature("K1-28")
@pytest.mark.feature("L3-07")
@pytest.mark.feature("L3-08")
@pytest.mark.feature("L3-09")
class TestChangingACustomer:
    def test_answers_the_new_document(self) -> None:
        api = Api(ANN)

        answer = api.patch({"name": "Anna", "address": {"city": "Odense"}, "tax_id": None})

        assert answer.status == 200
        assert answer.headers["ETag"] == '"2"'
        assert answer.json == api.read().json
        assert answer.json["name"] == "Anna"
        assert answer.json["tax_id"] is None
        assert answer.json["address"]["city"] == "Odense"
        assert answer.json["address"]["line1"] == "Main 1"
        assert answer.json["lifetime_value"] == {"amount": 2900, "currency": "usd"}

    def test_the_new_name_sorts_and_is_found(self) -> None:
        api = Api(ANN, a_customer("bo", name="Bo", email="bo@example.com"))

        api.patch({"name": "Zoë", "email": "zoe@shop.example"})

        assert api.names(sort="name") == ["Bo", "Zoë"]
        assert api.names(search="zoe shop") == ["Zoë"]
        assert api.names(search="ann") == []
        directory = DynamoCustomerDirectory(api.gateway, ids=api.ids)
        linked = directory.link_by_email("zoe@shop.example", external_id="z", at=SPRING)
        assert linked == ANN.id

    def test_a_stale_version_is_refused_and_nothing_written(self) -> None:
        api = Api(ANN)
        api.patch({"name": "First"})
        before = dict(api.gateway.items)

        answer = api.patch({"name": "Second"}, version=1)

        assert (answer.status, answer.code) == (412, "version_conflict")
        assert api.gateway.items == before

    def test_a_change_between_read_and_write_is_refused(self) -> None:
        api = Api(ANN)

        def change_meanwhile(call: str) -> None:
            if call == "transact":
                api.stored()["version"] = 7

        api.gateway.before_call = change_meanwhile
        answer = api.patch({"name": "Anna"})

        assert (answer.status, answer.code) == (412, "version_conflict")
        assert api.stored()["name"] == "Ann Østergård"

    def test_without_a_version_nothing_is_changed(self) -> None:
        assert Api(ANN).patch({"name": "Anna"}, version=None).status == 428

    def test_an_unknown_customer_is_not_found(self) -> None:
        assert Api().patch({"name": "Anna"}).status == 404

    def test_what_changes_nothing_writes_nothing(self) -> None:
        api = Api(ANN)
        api.gateway.calls.clear()

        answer = api.patch({"name": " Ann Østergård ", "custom_fields": {"shoe_size": 38}})

        assert answer.json["version"] == 1
        assert api.gateway.calls == ["get"]

    def test_a_change_is_one_read_and_one_transaction(self) -> None:
        api = Api(ANN)
        api.gateway.calls.clear()

        api.patch({"name": "Zoë", "external_id": "z-1"})

        assert api.gateway.calls == ["get", "transact"]

    def test_staff_edits_are_not_the_customers_activity(self) -> None:
        answer = Api(ANN).patch({"name": "Anna"})

        assert answer.json["last_activity_at"] == "2026-03-02T09:30:00Z"

    def test_data_is_kept_in_one_form(self) -> None:
        answer = Api(ANN).patch(
            {
                "name": "  Ann  ",
                "phone": "20 00 00 25",
                "email": "Ann@EXAMPLE.org",
                "locale": "en_gb",
                "address": {"country": "dk", "line2": "  "},
            }
        )

        assert answer.json["name"] == "Ann"
        assert answer.json["phone"] == "+4520000025"
        assert answer.json["email"] == "Ann@example.org"
        assert answer.json["locale"] == "en-GB"
        assert answer.json["address"]["country"] == "DK"
        assert answer.json["address"]["line2"] is None

    def test_a_number_is_read_in_the_country_that_comes_with_it(self) -> None:
        answer = Api(ANN).patch({"phone": "020 7946 0958", "address": {"country": "GB"}})

        assert answer.json["phone"] == "+442079460958"

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({"email": "ann@nowhere"}, "email", "invalid_email"),
            ({"company": {"email": "a b@example.com"}}, "company.email", "invalid_format"),
            ({"phone": "call me"}, "phone", "invalid_phone"),
            ({"address": {"country": "ZZ"}}, "address.country", "invalid_country"),
            ({"address": {"country": "DNK"}}, "address.country", "invalid_format"),
            ({"time_zone": "Mars/Olympus"}, "time_zone", "invalid_time_zone"),
            ({"locale": "klingon!"}, "locale", "invalid_locale"),
            ({"vat_number": "DE12345"}, "vat_number", "invalid_vat_number"),
            ({"tax_id": "13585629"}, "tax_id", "invalid_tax_id"),
            ({"name": "a\u0000b"}, "name", "invalid_format"),
            ({"name": "a\u0085b"}, "name", "invalid_format"),
            ({"name": "x" * 257}, "name", "too_long"),
            ({"name": 5}, "name", "wrong_type"),
            ({"is_test": None}, "is_test", "wrong_type"),
            ({"version": 2}, "version", "unknown_field"),
            ({"lifetime_value": {"amount": 1}}, "lifetime_value", "unknown_field"),
            ({"address": {"street": "x"}}, "address.street", "unknown_field"),
        ],
    )
    def test_what_cannot_be_right_is_refused(
        self, body: dict[str, Any], field: str, code: str
    ) -> None:
        api = Api(ANN)

        assert problems(api.patch(body)) == {field: code}
        assert api.stored()["version"] == 1

    def test_every_wrong_field_is_told_at_once(self) -> None:
        answer = Api(ANN).patch({"phone": "x", "time_zone": "x", "address": {"country": "ZZ"}})

        assert set(problems(answer)) == {"phone", "time_zone", "address.country"}

    def test_right_to_left_names_are_welcome(self) -> None:
        name = "\u200fمحمد العلي\u200e (Al\u2011Ali)"

        assert Api(ANN).patch({"name": name}).json["name"] == name

    @pytest.mark.case("G7")
    @pytest.mark.parametrize(
        "text", ["4242424242424242", "my card 4242 4242-4242.4242", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"]
    )
    @pytest.mark.parametrize(
        "field",
        [
            "name",
            "address.line1",
            "address.line2",
            "address.city",
            "address.state",
            "address.postal_code",
            "company.name",
            "company.id",
            "tax_id",
            "vat_number",
            "phone",
            "social.bio",
            "social.location",
            "social.usernames.x",
            "custom_fields.note",
            "external_id",
        ],
    )
    def test_card_numbers_are_refused_in_every_text(self, field: str, text: str) -> None:
        body: Any = text
        for part in reversed(field.split(".")):
            body = {part: body}
        api = Api(ANN)

        assert problems(api.patch(body)) == {field: "card_number_not_allowed"}
        assert api.stored()["version"] == 1

    @pytest.mark.case("G7")
    def test_a_card_number_is_refused_as_a_number_too(self) -> None:
        answer = Api(ANN).patch({"custom_fields": {"note": 4242424242424242}})

        assert problems(answer) == {"custom_fields.note": "card_number_not_allowed"}

    def test_a_company_number_that_looks_like_one_is_known_by_its_country(self) -> None:
        siret = "362 521 879 00042"
        body = {"company": {"id": siret}, "address": {"country": "FR"}}

        assert Api(ANN).patch(body).json["company"]["id"] == siret


@pytest.mark.feature("K1-26")
class TestExternalIds:
    def test_one_customer_can_be_found_by_it(self) -> None:
        api = Api(ANN)

        answer = api.patch({"external_id": "shop-1"})

        assert answer.json["external_id"] == "shop-1"
        directory = DynamoCustomerDirectory(api.gateway, ids=api.ids)
        assert directory.find_by_external_id("shop-1") == ANN.id

    def test_two_customers_never_share_one(self) -> None:
        bo = a_customer("bo", name="Bo")
        api = Api(ANN, bo)
        api.patch({"external_id": "shop-1"})

        answer = api.patch({"external_id": "shop-1", "name": "Thief"}, of=bo.id)

        assert (answer.status, answer.code) == (409, "external_id_taken")
        assert api.read(bo.id).json["name"] == "Bo"

    def test_one_that_was_given_up_is_free_again(self) -> None:
        bo = a_customer("bo", name="Bo")
        api = Api(ANN, bo)
        api.patch({"external_id": "shop-1"})
        api.patch({"external_id": "shop-2"}, version=2)

        assert api.patch({"external_id": "shop-1"}, of=bo.id).status == 200
        assert api.patch({"external_id": None}, version=3).status == 200
        directory = DynamoCustomerDirectory(api.gateway, ids=api.ids)
        assert directory.find_by_external_id("shop-2") is None
        assert directory.find_by_external_id("shop-1") == bo.id


@pytest.mark.feature("K1-27")
class TestCustomFields:
    DEFINED = (
        CustomField("size", "Size", "number"),
        CustomField("member", "Member", "boolean"),
        CustomField("since", "Since", "date"),
        CustomField("note", "Note", "text"),
    )

    def test_hold_what_the_shop_defines(self) -> None:
        fields = {"size": 38, "member": True, "since": "2026-02-28", "note": "two\nlines"}

        answer = Api(a_customer("ann"), custom_fields=self.DEFINED).patch({"custom_fields": fields})

        assert answer.json["custom_fields"] == fields

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("size", "38"),
            ("size", True),
            ("member", 1),
            ("member", "yes"),
            ("since", "2026-02-30"),
            ("since", "1 May"),
            ("note", 5),
        ],
    )
    def test_refuse_another_type(self, key: str, value: object) -> None:
        answer = Api(ANN, custom_fields=self.DEFINED).patch({"custom_fields": {key: value}})

        assert problems(answer) == {f"custom_fields.{key}": "wrong_type"}

    def test_may_be_used_without_a_definition(self) -> None:
        answer = Api(ANN).patch({"custom_fields": {"anything": "goes", "shoe_size": None}})

        assert answer.json["custom_fields"] == {"anything": "goes"}

    def test_do_not_add_up_without_end(self) -> None:
        api = Api(replace(ANN, custom_fields={f"field_{n}": n for n in range(50)}))

        answer = api.patch({"custom_fields": {"one_more": 1}})

        assert problems(answer) == {"custom_fields": "too_long"}
