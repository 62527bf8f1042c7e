"""Where the shop's settings are kept."""

from typing import Protocol

from frontdesk.domain.settings import Settings


class SettingsReader(Protocol):
    def read(self) -> Settings:
        """The settings, or the defaults when none have been saved; a few seconds old at most."""
        ...
