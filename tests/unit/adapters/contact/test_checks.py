from collections.abc import Callable

import pytest

from frontdesk.adapters.contact.checks import LibraryContactChecks
from frontdesk.adapters.contact.tax_numbers import _TAX_NUMBERS
from frontdesk.ports.contact_checks import InvalidValueError

CHECKS = LibraryContactChecks()


def refused(check: Callable[[], str]) -> str:
    with pytest.raises(InvalidValueError) as refusal:
        check()
    return refusal.value.code


@pytest.mark.feature("K1-01")
class TestPhone:
    @pytest.mark.parametrize(
        ("text", "country", "kept"),
        [
            ("+45 20 00 00 24", None, "+4520000024"),
            ("20 00 00 24", "DK", "+4520000024"),
            ("(0)20 7946 0958", "GB", "+442079460958"),
            ("+1 415 555 2671 ext. 12", None, "+14155552671;ext=12"),
            ("٠٥٠ ١٢٣ ٤٥٦٧", "AE", "+971501234567"),
            ("080 1234567", None, "080 1234567"),
            ("080 1234567", "AQ", "080 1234567"),
            ("+49 1512 3456789", None, "+4915123456789"),
        ],
    )
    def test_is_kept_in_one_form_where_its_country_is_known(
        self, text: str, country: str | None, kept: str
    ) -> None:
        assert CHECKS.phone(text, country=country) == kept

    @pytest.mark.parametrize(
        ("text", "country"),
        [("call me", None), ("12", "US"), ("+999 123", None), ("1" * 30, None), ("ann", "DK")],
    )
    def test_nonsense_is_refused(self, text: str, country: str | None) -> None:
        assert refused(lambda: CHECKS.phone(text, country=country)) == "invalid_phone"

    @pytest.mark.case("G7")
    @pytest.mark.parametrize("country", [None, "US", "DE", "SM"])
    @pytest.mark.parametrize(
        "text",
        ["4242 4242 4242 4242", "378282246310005", "+378282246310005", "+4242424242424242"],
    )
    def test_a_card_number_is_refused_as_one(self, text: str, country: str | None) -> None:
        assert refused(lambda: CHECKS.phone(text, country=country)) == "card_number_not_allowed"


class TestEmail:
    def test_the_domain_is_folded_and_the_name_kept(self) -> None:
        assert CHECKS.email("Ann.Lee@EXAMPLE.com") == "Ann.Lee@example.com"

    def test_other_scripts_are_welcome(self) -> None:
        assert CHECKS.email("søren@exämple.de") == "søren@exämple.de"

    @pytest.mark.parametrize("text", ["ann", "a@b", "a b@example.com", "@example.com", "a@x..com"])
    def test_nonsense_is_refused(self, text: str) -> None:
        assert refused(lambda: CHECKS.email(text)) == "invalid_email"


class TestPlaces:
    @pytest.mark.parametrize(("text", "kept"), [("DK", "DK"), ("dk", "DK"), ("xk", "XK")])
    def test_a_country_is_its_code(self, text: str, kept: str) -> None:
        assert CHECKS.country(text) == kept

    @pytest.mark.parametrize("text", ["ZZ", "DNK", "Denmark", "1", ""])
    def test_other_countries_do_not_exist(self, text: str) -> None:
        assert refused(lambda: CHECKS.country(text)) == "invalid_country"

    @pytest.mark.feature("K1-07")
    def test_a_time_zone_is_one_of_the_database(self) -> None:
        assert CHECKS.time_zone("Europe/Copenhagen") == "Europe/Copenhagen"
        assert refused(lambda: CHECKS.time_zone("Europe/Atlantis")) == "invalid_time_zone"
        assert refused(lambda: CHECKS.time_zone("../../etc/passwd")) == "invalid_time_zone"

    @pytest.mark.feature("K1-07")
    def test_without_a_database_the_form_decides(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("zoneinfo.available_timezones", set)

        assert CHECKS.time_zone("Europe/Copenhagen") == "Europe/Copenhagen"
        assert refused(lambda: CHECKS.time_zone("../../etc/passwd")) == "invalid_time_zone"

    @pytest.mark.parametrize(
        ("text", "kept"),
        [("da", "da"), ("EN_gb", "en-GB"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419")],
    )
    def test_a_locale_is_kept_as_people_write_it(self, text: str, kept: str) -> None:
        assert CHECKS.locale(text) == kept

    @pytest.mark.parametrize("text", ["english", "d", "da--DK", "da DK", "*"])
    def test_other_locales_are_refused(self, text: str) -> None:
        assert refused(lambda: CHECKS.locale(text)) == "invalid_locale"


@pytest.mark.feature("K1-05")
class TestTaxNumbers:
    @pytest.mark.parametrize(
        ("text", "country"),
        [
            ("36574261809", "DE"),
            ("181/815/08155", "DE"),
            ("732 829 320 00074", "FR"),
            ("99 999 999 999 999", "DK"),  # shaped like no number of the country
            ("anything", "KE"),
            ("anything", None),
            ("12-3456789", "US"),
        ],
    )
    def test_right_or_merely_unknown_ones_are_kept(self, text: str, country: str | None) -> None:
        assert CHECKS.tax_id(text, country=country) == text

    @pytest.mark.parametrize(("text", "country"), [("732 829 320 00075", "FR"), ("13585629", "DK")])
    def test_a_wrong_check_digit_is_refused(self, text: str, country: str) -> None:
        assert refused(lambda: CHECKS.tax_id(text, country=country)) == "invalid_tax_id"

    @pytest.mark.parametrize(
        ("text", "country"),
        [
            ("DE136695976", None),
            ("DE136695976", "DK"),
            ("136695976", "DE"),
            ("EL 094259216", None),
            ("XI980780684", "GB"),
            ("CHE-107.787.577 MWST", "CH"),
            ("whatever", None),
            ("12345", "US"),
        ],
    )
    def test_a_vat_number_may_name_its_country(self, text: str, country: str | None) -> None:
        assert CHECKS.vat_number(text, country=country) == text

    @pytest.mark.parametrize(
        ("text", "country"), [("DE136695977", None), ("DE12345", None), ("12345", "DE")]
    )
    def test_a_vat_number_of_another_form_is_refused(self, text: str, country: str | None) -> None:
        assert refused(lambda: CHECKS.vat_number(text, country=country)) == "invalid_vat_number"

    def test_a_company_number_is_known_in_its_country_only(self) -> None:
        assert CHECKS.is_registered_number("732 829 320 00074", country="FR")
        assert not CHECKS.is_registered_number("732 829 320 00074", country=None)
        assert not CHECKS.is_registered_number("732 829 320 00075", country="FR")

    @pytest.mark.parametrize("country", [*_TAX_NUMBERS, "XK", "AQ", "ZZ"])
    def test_every_country_can_be_asked(self, country: str) -> None:
        assert not CHECKS.is_registered_number("no number", country=country)
        assert CHECKS.tax_id("no number", country=country) == "no number"
