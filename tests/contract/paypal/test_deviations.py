"""When a description catches up with life, the lists must shrink."""

import json

import pytest

from tests.contract.paypal.deviations import CHANGES, PATHS_WITHOUT_DESCRIPTION, Change
from tests.contract.paypal.openapi import (
    ContractError,
    operations,
    published,
    validate_request,
    validate_response,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: str(change.file))
def test_each_change_is_one(change: Change) -> None:
    before = json.loads(json.dumps(published(change.file)))
    after = json.loads(json.dumps(before))

    change.apply(after)

    assert after != before
    assert change.why


def test_what_is_called_undescribed_is() -> None:
    assert not PATHS_WITHOUT_DESCRIPTION & operations()


class TestTheValidator:
    """It has to refuse what PayPal would refuse, or everything above proves nothing."""

    REFUND = "/v2/payments/captures/2GG279541U471931P/refund"

    def test_takes_a_good_request(self) -> None:
        body = {"amount": {"value": "1.00", "currency_code": "EUR"}, "custom_id": "op"}

        validate_request("POST", self.REFUND, body=body, headers={"PayPal-Request-Id": "k"})

    @pytest.mark.parametrize(
        "body",
        [
            {"amount": {"value": 1, "currency_code": "EUR"}},
            {"amount": {"value": "1,00", "currency_code": "EUR"}},
            {"amount": {"value": "1.00"}},
            {"amount": {"value": "1.00", "currency_code": "EURO"}},
            {"amount": {"value": "1.00", "currency_code": "EUR", "unit": "x"}},
            {"custom": "op"},
            {"custom_id": "x" * 128},
            [],
        ],
    )
    def test_refuses_a_wrong_body(self, body: object) -> None:
        with pytest.raises(ContractError):
            validate_request("POST", self.REFUND, body=body)

    @pytest.mark.parametrize(
        ("method", "path", "query"),
        [
            ("GET", "/v1/nothing", {}),
            ("PUT", REFUND, {}),
            ("GET", "/v1/billing/plans", {"limit": "5"}),
            ("GET", "/v1/billing/plans", {"page": "first"}),
            ("GET", "/v1/reporting/transactions", {"start_date": "2026-01-01T00:00:00Z"}),
            ("GET", "/v1/billing/plans/P-1", {"fields": "plan"}),
        ],
    )
    def test_refuses_unknown_paths_and_wrong_queries(
        self, method: str, path: str, query: dict[str, str]
    ) -> None:
        with pytest.raises(ContractError):
            validate_request(method, path, query=query)

    def test_refuses_a_request_id_where_paypal_would_ignore_it(self) -> None:
        path = "/v1/billing/subscriptions/I-BW452GLLEP1G/suspend"
        body = {"reason": "Holidays"}

        validate_request("POST", path, body=body)
        with pytest.raises(ContractError, match="ignores PayPal-Request-Id"):
            validate_request("POST", path, body=body, headers={"paypal-request-id": "k"})

    def test_refuses_a_vault_request_without_one(self) -> None:
        body = {"payment_source": {"token": {"id": "5C991763VB2781612", "type": "SETUP_TOKEN"}}}

        with pytest.raises(ContractError, match="PayPal-Request-Id is missing"):
            validate_request("POST", "/v3/vault/payment-tokens", body=body)

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (200, {"id": "X", "status": "DONE"}),
            (200, {"id": "X", "state": "COMPLETED"}),
            (200, {"amount": {"value": "1.00"}}),
            (418, {}),
            (404, {"name": "RESOURCE_NOT_FOUND", "message": "Nothing here."}),
        ],
    )
    def test_refuses_wrong_answers(self, status: int, body: object) -> None:
        with pytest.raises(ContractError):
            validate_response("GET", "/v2/payments/refunds/1JU08902781691411", status, body)
