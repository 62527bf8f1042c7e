"""Which Stripe and which PayPal a local shop talks to, and what it is deployed with."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.providers import (
    PAYPAL_SANDBOX,
    STAND_IN_KEY,
    STRIPE_TEST_MODE,
    PayPalKind,
    SettingsError,
    StripeKind,
    paypal_settings,
    provider_settings,
    stripe_settings,
)
from infra.local.settings import new_sso_key, secret_values, stack_parameters

SANDBOX_APP = {"PAYPAL_CLIENT_ID": "AY-app", "PAYPAL_CLIENT_SECRET": "EL-hidden"}


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


class TestPayPalSettings:
    def test_without_anything_it_is_the_stand_in(self) -> None:
        settings = paypal_settings({})

        assert (settings.kind, settings.api_base) == (PayPalKind.STAND_IN, None)
        assert settings.webhook_id.isalnum()
        assert (settings.verification, settings.pins_roots) == ("offline", True)

    def test_an_app_alone_is_of_the_sandbox(self) -> None:
        settings = paypal_settings({**SANDBOX_APP, "PAYPAL_WEBHOOK_ID": "1AB"})

        assert (settings.kind, settings.api_base) == (PayPalKind.SANDBOX, PAYPAL_SANDBOX)
        assert (settings.client_id, settings.webhook_id) == ("AY-app", "1AB")
        assert (settings.verification, settings.pins_roots) == ("offline", False)

    def test_a_paypal_of_ones_own_is_asked_whether_its_signatures_are_right(self) -> None:
        settings = paypal_settings({"PAYPAL_API_BASE": "http://127.0.0.1:9/x/"})

        assert (settings.kind, settings.api_base) == (PayPalKind.OTHER, "http://127.0.0.1:9/x")
        assert (settings.webhook_id, settings.verification) == ("", "api")

    def test_its_roots_can_be_named_instead(self, tmp_path: Path) -> None:
        roots = tmp_path / "root.pem"
        roots.write_text("PEM", encoding="ascii")

        settings = paypal_settings(
            {"PAYPAL_API_BASE": "http://127.0.0.1:9", "PAYPAL_WEBHOOK_ROOTS": str(roots)}
        )

        assert (settings.roots, settings.verification) == ("PEM", "offline")

    @pytest.mark.parametrize(
        "base",
        ["https://api-m.paypal.com", "http://paypal.example.com", "http://10.0.0.1:8080"],
    )
    def test_live_and_unguarded_addresses_are_refused(self, base: str) -> None:
        with pytest.raises(SettingsError, match="PAYPAL_API_BASE"):
            paypal_settings({**SANDBOX_APP, "PAYPAL_API_BASE": base})

    def test_the_sandbox_is_not_asked_without_an_app(self) -> None:
        with pytest.raises(SettingsError, match="PAYPAL_CLIENT_SECRET"):
            paypal_settings({"PAYPAL_CLIENT_ID": "AY-app"})

    def test_another_request_has_another_identity(self) -> None:
        asked = [{}, SANDBOX_APP, {**SANDBOX_APP, "PAYPAL_WEBHOOK_ID": "1AB"}]

        identities = {paypal_settings(environment).identity for environment in asked}

        assert len(identities) == 3
        assert paypal_settings({}).identity in identities

    def test_secrets_do_not_show(self) -> None:
        assert "EL-hidden" not in repr(paypal_settings(SANDBOX_APP))


def test_only_two_stand_ins_are_filled() -> None:
    assert provider_settings({}).are_stand_ins
    assert not provider_settings(SANDBOX_APP).are_stand_ins
    assert not provider_settings({"STRIPE_API_KEY": "sk_test_1"}).are_stand_ins


class TestDeployment:
    def test_secrets_have_the_shape_that_functions_read(self) -> None:
        providers = provider_settings({"STRIPE_WEBHOOK_SECRET": "whsec_1", **SANDBOX_APP})

        values = secret_values(providers=providers, sso=new_sso_key())

        assert json.loads(values["frontdesk/stripe-webhook-secrets"]) == ["whsec_1"]
        paypal = {"client_id": "AY-app", "client_secret": "EL-hidden"}
        assert json.loads(values["frontdesk/paypal-credentials"]) == paypal
        assert "frontdesk/paypal-webhook-roots" not in values
        (key,) = json.loads(values["frontdesk/sso-keys"])["keys"]
        assert key["active"] is True
        assert len(key["secret"]) >= 32

    def test_the_stand_ins_roots_are_pinned(self) -> None:
        providers = provider_settings({})
        signing = replace(providers, paypal=replace(providers.paypal, roots="PEM"))

        located = signing.at(stripe="http://127.0.0.1:1", paypal="http://127.0.0.1:2")
        parameters = stack_parameters(providers=located, architecture="x86_64")

        values = secret_values(providers=signing, sso=new_sso_key())
        assert values["frontdesk/paypal-webhook-roots"] == "PEM"
        assert parameters["PayPalWebhookRoots"] == "secret"
        assert parameters["PayPalWebhookIds"] == providers.paypal.webhook_id
        assert parameters["StripeApiBase"] == "http://127.0.0.1:1"
        assert parameters["PayPalApiBase"] == "http://127.0.0.1:2"
