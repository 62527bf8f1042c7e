"""Settings of the whole run."""

from hypothesis import HealthCheck, settings

# Two cores may be shared with others: how long an example takes says nothing about the code.
settings.register_profile("frontdesk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("frontdesk")
