"""Names of the providers' products, remembered for a minute in each process."""

from datetime import datetime, timedelta

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Key
from frontdesk.domain.snapshot import ProviderName
from frontdesk.ports.clock import Clock

_REMEMBERED = timedelta(seconds=60)
_MOST_NAMES = 1_000

type ProductReference = tuple[ProviderName, str]


class ProductNames:
    """A renamed product shows its old name for a minute; an unknown one is asked for each time."""

    def __init__(self, gateway: Gateway, *, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock
        self._names: dict[Key, str] = {}
        self._read_at: datetime | None = None

    def of(self, products: set[ProductReference]) -> dict[ProductReference, str]:
        """The names of those that have been seen."""
        self._forget_the_old()
        wanted = {product: keys.provider_product(*product) for product in products}
        missing = [key for key in wanted.values() if key not in self._names]
        if missing:
            found = self._gateway.get_many(missing)
            self._names |= {key: str(item["name"]) for key, item in found.items()}
        return {product: self._names[key] for product, key in wanted.items() if key in self._names}

    def _forget_the_old(self) -> None:
        now = self._clock.now()
        is_old = self._read_at is None or now - self._read_at >= _REMEMBERED
        if is_old or len(self._names) > _MOST_NAMES:
            self._names, self._read_at = {}, now
