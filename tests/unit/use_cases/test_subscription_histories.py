"""A few random lives; thousands are in tests/soak."""

import pytest

from tests.random_lives import LIVES, InstallmentRig, lived, paid_in_the_end


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("provider", LIVES)
def test_whatever_happened_the_tables_show_what_the_provider_shows(
    provider: str, seed: int
) -> None:
    history = lived(provider, seed=seed, steps=14)

    assert list(history.wrongs()) == [], history.told


@pytest.mark.feature("K2-18")
@pytest.mark.parametrize("seed", range(3))
def test_a_plan_of_n_payments_is_paid_n_times(seed: int) -> None:
    paid, told = paid_in_the_end(seed=seed, steps=14)

    assert paid in (0, InstallmentRig.total), told
