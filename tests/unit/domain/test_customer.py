"""The three-way merge: field by field, whoever changed it last wins."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.domain.customer import (
    Address,
    Customer,
    CustomerStatus,
    customer_id_of,
    merge_snapshot,
)
from frontdesk.domain.snapshot import CustomerSnapshot
from tests.fakes.provider import OPENED_AT, STRIPE

FIELDS = ("name", "email", "phone", "tax_id", "vat_number", "locale")
VALUES = st.sampled_from([None, "", "a", "b"])
STATES = st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUES))


def said(**fields: Any) -> CustomerSnapshot:
    return CustomerSnapshot(STRIPE, "cus_1", OPENED_AT, **fields)


def seen(**fields: Any) -> Customer:
    return merge_snapshot(None, said(**fields))


class TestFirstLook:
    def test_everything_is_as_the_provider_says(self) -> None:
        customer = seen(name="Ann", address=("1", None, "Oslo", None, "0150", "NO"), locale="nb")

        assert customer.id == customer_id_of(STRIPE, "cus_1")
        assert (customer.name, customer.locale) == ("Ann", "nb")
        assert customer.address == Address("1", None, "Oslo", None, "0150", "NO")
        assert (customer.created_at, customer.version) == (OPENED_AT, 0)

    def test_one_that_is_gone_already_is_deleted_from_the_start(self) -> None:
        assert seen(is_deleted=True).status is CustomerStatus.DELETED


class TestMerge:
    @pytest.mark.parametrize(
        ("base", "ours", "theirs", "merged"),
        [
            ("Ann", "Ann", "Ann", "Ann"),
            ("Ann", "Ann", "Eve", "Eve"),
            ("Ann", "Ida", "Ann", "Ida"),
            ("Ann", "Ida", "Eve", "Eve"),
            ("Ann", "Ida", "Ida", "Ida"),
            ("Ann", None, "Ann", None),
            ("Ann", "Ida", None, None),
            (None, "Ida", None, "Ida"),
            (None, "Ida", "Eve", "Eve"),
        ],
    )
    def test_a_field_goes_to_whoever_changed_it(
        self, base: str | None, ours: str | None, theirs: str | None, merged: str | None
    ) -> None:
        edited = replace(seen(name=base), name=ours)

        assert merge_snapshot(edited, said(name=theirs)).name == merged

    @given(base=STATES, ours=STATES, theirs=STATES)
    @settings(max_examples=40)
    def test_fields_are_decided_each_for_itself(
        self, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
    ) -> None:
        merged = merge_snapshot(replace(seen(**base), **ours), said(**theirs))

        for field in FIELDS:
            expected = theirs[field] if theirs[field] != base[field] else ours[field]
            assert getattr(merged, field) == expected

    @given(base=STATES, ours=STATES, theirs=STATES)
    @settings(max_examples=40)
    def test_to_hear_it_again_changes_nothing(
        self, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
    ) -> None:
        once = merge_snapshot(replace(seen(**base), **ours), said(**theirs))

        assert merge_snapshot(once, said(**theirs)) == once

    def test_an_address_is_one_thing(self) -> None:
        """Half of ours and half of theirs would be nobody's address."""
        edited = replace(seen(address=("1", *[None] * 5)), address=Address(line1="2", city="Oslo"))

        merged = merge_snapshot(edited, said(address=("3", *[None] * 5)))

        assert merged.address == Address(line1="3")

    def test_a_company_keeps_what_only_we_know(self) -> None:
        customer = seen(company_name="Ann Ltd")
        edited = replace(customer, company=replace(customer.company, id="HRB 1"))

        merged = merge_snapshot(edited, said(company_name="Ann SE"))

        assert (merged.company.name, merged.company.id) == ("Ann SE", "HRB 1")

    def test_the_default_payment_method_is_always_the_providers(self) -> None:
        edited = replace(seen(default_payment_method="pm_1"), default_payment_method="pm_2")

        assert merge_snapshot(edited, said()).default_payment_method is None


class TestDeletion:
    def test_it_takes_nothing_away_but_the_status(self) -> None:
        customer = replace(seen(name="Ann"), lifetime_values={"usd": 5}, external_id="x")
        gone = merge_snapshot(customer, said(is_deleted=True))

        assert gone == replace(customer, status=CustomerStatus.DELETED)

    def test_one_that_is_there_after_all_is_active(self) -> None:
        gone = merge_snapshot(seen(name="Ann"), said(is_deleted=True))

        assert merge_snapshot(gone, said(name="Ann")).status is CustomerStatus.ACTIVE


def test_the_first_creation_time_stays() -> None:
    later = replace(said(), created_at=OPENED_AT + timedelta(days=1))

    assert merge_snapshot(seen(), later).created_at == OPENED_AT
