"""Random lives of subscriptions at each provider, with work that breaks off anywhere."""

import pytest

from tests.random_lives import LIVES, InstallmentRig, lived, paid_in_the_end

pytestmark = pytest.mark.soak
_LIVES = 2_000


@pytest.mark.parametrize("provider", LIVES)
def test_whatever_happened_the_tables_show_what_the_provider_shows(provider: str) -> None:
    for seed in range(1_000, 1_000 + _LIVES):
        history = lived(provider, seed=seed, steps=14)

        assert list(history.wrongs()) == [], (seed, history.told)


@pytest.mark.feature("K2-18")
def test_a_plan_of_n_payments_is_paid_n_times() -> None:
    for seed in range(1_000, 1_000 + _LIVES // 4):
        paid, told = paid_in_the_end(seed=seed, steps=25)

        assert paid in (0, InstallmentRig.total), (seed, told)
