"""Random lives of subscriptions at each provider, with work that breaks off anywhere."""

import pytest

from tests.random_lives import LIVES, lived

pytestmark = pytest.mark.soak
_LIVES = 2_000


@pytest.mark.parametrize("provider", LIVES)
def test_whatever_happened_the_tables_show_what_the_provider_shows(provider: str) -> None:
    for seed in range(1_000, 1_000 + _LIVES):
        history = lived(provider, seed=seed, steps=14)

        assert list(history.wrongs()) == [], (seed, history.told)
