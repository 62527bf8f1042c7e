from dataclasses import replace

import pytest

from frontdesk.domain.customer import Address, Company, Social
from frontdesk.domain.customer_change import (
    AddressChange,
    CompanyChange,
    CustomerChange,
    SocialChange,
)
from tests.fakes.customers import a_customer

ANN = a_customer(
    name="Ann",
    email="ann@example.com",
    address=Address(line1="Main 1", city="Aarhus", country="DK"),
    company=Company(name="Ann ApS", id="12345678"),
    notification_preferences={"news": True, "receipts": True},
    social=Social(bio="Hello", usernames={"mastodon": "@ann"}),
    custom_fields={"shoe_size": 38, "club": "red"},
    is_test=True,
)


@pytest.mark.feature("K1-28")
class TestMergingAChange:
    def test_an_empty_change_changes_nothing(self) -> None:
        assert CustomerChange().apply_to(ANN) == ANN

    def test_what_is_not_named_stays(self) -> None:
        after = CustomerChange(name="Anna").apply_to(ANN)

        assert after == replace(ANN, name="Anna")

    def test_one_line_of_an_address_can_be_changed(self) -> None:
        after = CustomerChange(address=AddressChange(city="Odense", line2=None)).apply_to(ANN)

        assert after.address == Address(line1="Main 1", city="Odense", country="DK")

    def test_null_empties(self) -> None:
        after = CustomerChange(
            name=None,
            address=None,
            company=CompanyChange(id=None),
            notification_preferences=None,
            social=None,
            custom_fields=None,
        ).apply_to(ANN)

        assert after == replace(
            ANN,
            name=None,
            address=Address(),
            company=Company(name="Ann ApS"),
            notification_preferences={},
            social=Social(),
            custom_fields={},
        )

    def test_names_in_maps_are_merged_and_null_removes_one(self) -> None:
        after = CustomerChange(
            notification_preferences={"news": False, "offers": True},
            social=SocialChange(usernames={"mastodon": None, "x": "ann"}),
            custom_fields={"club": None, "member": True},
        ).apply_to(ANN)

        assert after.notification_preferences == {"news": False, "receipts": True, "offers": True}
        assert after.social == Social(bio="Hello", usernames={"x": "ann"})
        assert after.custom_fields == {"shoe_size": 38, "member": True}
