"""What "make run" prints, and when it begins anew."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local import processes
from infra.local.examples import examples, preamble
from infra.local.ground import Ground
from infra.local.processes import Processes
from infra.local.providers import provider_settings
from infra.local.stack_file import Stack, read, write
from infra.local.up import why_not_kept

SUBJECTS = {
    "transaction_id": "txn_1",
    "currency": "usd",
    "amount_minor": 500,
    "customer_id": "cus_1",
    "cancelable_id": "sub_1",
    "pausable_id": "sub_2",
}
SHOP = Stack(
    api_url="http://127.0.0.1:1/api",
    owner_key="fd_test_owner",
    sso={},
    webhook_url="",
    webhook_secret="",
    exports_bucket="",
    events_bucket="",
    tables={},
    queues={},
    export_machine_arn="",
    aws_endpoint="",
    stripe_api_base="",
    stripe_kind="stand-in",
    paypal_webhook_url="",
    paypal_webhook_id="",
    paypal_api_base="",
    paypal_kind="stand-in",
    providers_identity=provider_settings({}).identity,
    source_hash="",
    customer_id="cus_1",
    customer_token="fds_1",
    subjects={"stripe": SUBJECTS, "paypal": {**SUBJECTS, "customer_id": "cus_2"}},
)
EMPTY = replace(SHOP, customer_id=None, customer_token=None, subjects={})
SHOWN = """{"plan": {"effects": []}, "plan_token": "MjAy.Lay-W_h","expires_at":"2026"}"""
CURL = """
curl() { { printf '%s\\n' "$*" | tr '\\n' ' '; echo; } >> "$ASKED"; printf '%s' "$SHOWN"; }
"""


def paste(shop: Stack, tmp_path: Path) -> tuple[list[str], str]:
    """What a plain shell asks curl for when everything printed is pasted, and what it shows."""
    asked, shown = tmp_path / "asked", tmp_path / "shown"
    pasted = "\n".join([CURL, preamble(shop), *(command for _, command in examples(shop))])
    with shown.open("w", encoding="utf-8") as output:
        subprocess.run(
            ["/bin/sh", "-eu", "-c", pasted],
            env={"PATH": "/usr/bin:/bin", "ASKED": str(asked), "SHOWN": SHOWN},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=True,
            timeout=10,
        )
    return asked.read_text(encoding="utf-8").splitlines(), shown.read_text(encoding="utf-8")


def asked_by(shop: Stack, tmp_path: Path) -> list[str]:
    return paste(shop, tmp_path)[0]


class TestExamples:
    @pytest.mark.parametrize("shop", [SHOP, EMPTY], ids=["seeded", "empty"])
    def test_every_line_asks_the_shop_once(self, shop: Stack, tmp_path: Path) -> None:
        asked = asked_by(shop, tmp_path)

        assert len(asked) == len(examples(shop))
        assert all(f" {shop.api_url}/" in one for one in asked)

    def test_every_answer_is_shown_wherever_the_output_goes(self, tmp_path: Path) -> None:
        _, shown = paste(SHOP, tmp_path)

        assert shown.count(SHOWN) == len(examples(SHOP))

    def test_what_changes_anything_has_a_key_of_its_own(self, tmp_path: Path) -> None:
        asked = [one for one in asked_by(SHOP, tmp_path) if "-X POST" in one]

        keys = [one.split("Idempotency-Key: ")[1].split(" ")[0] for one in asked]
        assert len(set(keys)) == len(keys) > 0
        assert all(len(key) == 36 for key in keys)

    @pytest.mark.parametrize("verb", ["refunds", "pause", "cancel"])
    def test_a_command_is_held_to_the_preview_before_it(self, verb: str, tmp_path: Path) -> None:
        asked = asked_by(SHOP, tmp_path)

        done = [at for at, one in enumerate(asked) if one.rstrip().endswith(f"/{verb}")]
        assert done
        for at in done:
            assert asked[at - 1].rstrip().endswith(f"/{verb}?preview=true")
            assert '"plan_token": "MjAy.Lay-W_h"' in asked[at]

    def test_a_customer_cancels_by_its_own_route(self, tmp_path: Path) -> None:
        asked = asked_by(SHOP, tmp_path)

        assert any(
            "Bearer fds_1" in one and "/me/subscriptions/sub_1/cancel" in one for one in asked
        )

    def test_an_empty_shop_shows_nobody(self) -> None:
        assert "None" not in str(examples(EMPTY)) + preamble(EMPTY)


class TestStackFile:
    def test_what_is_written_is_read(self, tmp_path: Path) -> None:
        folder = tmp_path / "local"

        path = write(SHOP, folder)

        assert read(folder) == SHOP
        assert path.stat().st_mode & 0o077 == 0


class TestSecondStart:
    @pytest.fixture
    def ground(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
        """A shop of three processes that all live."""
        monkeypatch.setattr(processes, "birth_of", lambda _pid: "1")
        write(SHOP, tmp_path)
        alive = [processes.Started(name, 1, "1", 1) for name in ("aws", "stripe", "paypal")]
        Processes(tmp_path)._write(alive)
        return Ground(folder=tmp_path, builds=tmp_path)

    def test_the_same_request_finds_the_shop(self, ground: Ground) -> None:
        assert why_not_kept(ground, providers=provider_settings({})) is None

    @pytest.mark.parametrize(
        ("environment", "why"),
        [
            ({"STRIPE_API_KEY": "sk_test_1"}, "it talks to another Stripe"),
            ({"PAYPAL_API_BASE": "http://127.0.0.1:9"}, "it talks to another PayPal"),
        ],
    )
    def test_another_provider_needs_another_shop(
        self, ground: Ground, environment: dict[str, str], why: str
    ) -> None:
        assert why_not_kept(ground, providers=provider_settings(environment)) == why

    def test_a_dead_stand_in_ends_the_shop(self, ground: Ground) -> None:
        Processes(ground.folder)._write([processes.Started("aws", 1, "1", 1)])

        why = why_not_kept(ground, providers=provider_settings({}))

        assert why == "its local Stripe has ended"

    def test_a_start_that_was_broken_off_is_no_shop(self, ground: Ground) -> None:
        (ground.folder / "stack.json").unlink()

        why = why_not_kept(ground, providers=provider_settings({}))

        assert why == "it was left half-way, or is another version's"
