"""Where the shop's settings are kept, and whether the tables are there."""

from typing import Protocol

from frontdesk.domain.settings import Settings


class SettingsReader(Protocol):
    def read(self) -> Settings:
        """The settings, or the defaults when none have been saved; a few seconds old at most.

        The sign-in keys are not among them.
        """
        ...


class SettingsStore(SettingsReader, Protocol):
    def latest(self) -> Settings:
        """The settings as they stand now."""
        ...

    def save(self, settings: Settings) -> None:
        """Keeps what follows the version before. Raises VersionConflictError."""
        ...


class TableProbe(Protocol):
    def ensure_tables_answer(self) -> None:
        """Raises UnavailableError unless all four answer within three seconds."""
        ...
