"""A few random lives; thousands are in tests/soak."""

import pytest

from tests.random_lives import LIVES, lived


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("provider", LIVES)
def test_whatever_happened_the_tables_show_what_the_provider_shows(
    provider: str, seed: int
) -> None:
    history = lived(provider, seed=seed, steps=14)

    assert list(history.wrongs()) == [], history.told
