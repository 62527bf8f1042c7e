"""What the deployment tells a function, read when it is first needed."""

import os
from functools import cache


class MissingSettingError(RuntimeError):
    """The deployment is wrong: a function was started without something it needs."""


def setting(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise MissingSettingError(f"The environment variable {name} is not set.")
    return value


def optional_setting(name: str) -> str | None:
    return os.environ.get(name, "").strip() or None


@cache
def table_names() -> dict[str, str]:
    """Physical table names by logical name; a function has only those it may use."""
    names = {
        "customers": "CUSTOMERS_TABLE",
        "subscriptions": "SUBSCRIPTIONS_TABLE",
        "store": "STORE_TABLE",
        "operations": "OPERATIONS_TABLE",
    }
    return {logical: os.environ[name] for logical, name in names.items() if name in os.environ}


def shop_currency() -> str:
    return setting("CURRENCY").lower()


def is_livemode() -> bool:
    return setting("LIVEMODE").lower() == "true"
