"""The Stripe client: pinned version, short time-outs, no retry that we do not decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stripe import StripeClient

TIMEOUT_SECONDS = 10
API_VERSION = "2026-10-28.endive"
"""Fixes the shape of every answer; raised on purpose, together with the mapping's tests."""


def make_client(api_key: str, *, api_base: str | None, retries: int = 1) -> StripeClient:
    from stripe import RequestsClient, StripeClient  # noqa: PLC0415 - costs 175 ms of a cold start

    return StripeClient(
        api_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base.rstrip("/")} if api_base else {},
        http_client=RequestsClient(timeout=TIMEOUT_SECONDS),
        max_network_retries=retries,
    )
