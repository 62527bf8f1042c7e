"""Settings of the whole run."""

from hypothesis import HealthCheck, settings

from tests.thoroughness import PROFILE

# Two cores may be shared with others: how long an example takes says nothing about the code.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("quick", _PATIENT, max_examples=10)
settings.register_profile("thorough", _PATIENT, max_examples=100)
# A push is judged by what it changes: chance examples are for those who look for bugs.
settings.register_profile("repeatable", settings.get_profile("thorough"), derandomize=True)
settings.load_profile(PROFILE)
