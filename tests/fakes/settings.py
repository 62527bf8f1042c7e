"""Settings that a test has chosen."""

from frontdesk.domain.settings import Settings


class FixedSettings:
    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings(currency="usd")

    def read(self) -> Settings:
        return self.settings
