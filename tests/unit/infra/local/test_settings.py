"""Which Stripe a local shop talks to."""

import json

import pytest

from infra.local.settings import (
    STAND_IN_KEY,
    STRIPE_TEST_MODE,
    SettingsError,
    StripeKind,
    new_sso_key,
    secret_values,
    stripe_settings,
)


class TestStripeSettings:
    def test_without_anything_it_is_the_stand_in(self) -> None:
        settings = stripe_settings({})

        assert (settings.kind, settings.api_base) == (StripeKind.STAND_IN, None)
        assert settings.webhook_secret.startswith("whsec_")

    def test_a_base_address_is_somebody_elses_stripe(self) -> None:
        environment = {
            "STRIPE_API_BASE": "http://127.0.0.1:9/x/",
            "STRIPE_WEBHOOK_SECRET": "whsec_given",
        }

        settings = stripe_settings(environment)

        assert (settings.kind, settings.api_base) == (StripeKind.OTHER, "http://127.0.0.1:9/x")
        assert (settings.api_key, settings.webhook_secret) == (STAND_IN_KEY, "whsec_given")

    def test_a_test_key_is_stripes_test_mode(self) -> None:
        settings = stripe_settings({"STRIPE_API_KEY": "sk_test_1"})

        assert (settings.kind, settings.api_base) == (StripeKind.TEST_MODE, STRIPE_TEST_MODE)

    @pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
    def test_a_live_key_is_refused_and_not_repeated(self, key: str) -> None:
        with pytest.raises(SettingsError, match="live key") as refusal:
            stripe_settings({"STRIPE_API_KEY": key})

        assert key not in str(refusal.value)

    def test_another_request_has_another_identity(self) -> None:
        asked = [{}, {"STRIPE_API_KEY": "sk_test_1"}, {"STRIPE_API_BASE": "http://127.0.0.1:9"}]

        identities = {stripe_settings(environment).identity for environment in asked}

        assert len(identities) == 3
        assert stripe_settings({}).identity in identities

    def test_secrets_do_not_show(self) -> None:
        settings = stripe_settings({"STRIPE_API_KEY": "sk_test_hidden"})

        assert "sk_test_hidden" not in repr(settings)


def test_secrets_have_the_shape_that_functions_read() -> None:
    stripe, sso = stripe_settings({"STRIPE_WEBHOOK_SECRET": "whsec_1"}), new_sso_key()

    values = secret_values(stripe=stripe, sso=sso)

    assert json.loads(values["frontdesk/stripe-webhook-secrets"]) == ["whsec_1"]
    (key,) = json.loads(values["frontdesk/sso-keys"])["keys"]
    assert key["active"] is True
    assert len(key["secret"]) >= 32
