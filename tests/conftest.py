"""Settings of the whole run."""

import os

from hypothesis import HealthCheck, settings

# Two cores may be shared with others: how long an example takes says nothing about the code.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# "make unit" is for every few minutes of work, "make test" for every push.
settings.register_profile("quick", _PATIENT, max_examples=20)
settings.register_profile("thorough", _PATIENT, max_examples=100)
# A push is judged by what it changes: chance examples are for those who look for bugs.
settings.register_profile("repeatable", settings.get_profile("thorough"), derandomize=True)
_CHOSEN = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile("repeatable" if os.environ.get("CI") else _CHOSEN)
