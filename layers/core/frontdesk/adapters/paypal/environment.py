"""Which PayPal is meant: what follows from the address of its API."""

import re
from enum import StrEnum
from urllib.parse import urlsplit

from frontdesk.config import MissingSettingError

CERTIFICATE_PATH = "/v1/notifications/certs/"
_CERTIFICATE_NAME = "[A-Za-z0-9_-]{1,100}"
_HOSTS = {
    "live": ("api.paypal.com", "api-m.paypal.com"),
    "sandbox": ("api.sandbox.paypal.com", "api-m.sandbox.paypal.com"),
}
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


class Environment(StrEnum):
    LIVE = "live"
    SANDBOX = "sandbox"
    OTHER = "other"
    """Neither of PayPal's: only because the deployment says so."""


_FUNDING_PAGES = {
    Environment.LIVE: "https://www.paypal.com/myaccount/autopay/",
    Environment.SANDBOX: "https://www.sandbox.paypal.com/myaccount/autopay/",
}


def environment_of(api_base: str) -> Environment:
    host = urlsplit(api_base).hostname
    for name, hosts in _HOSTS.items():
        if host in hosts:
            return Environment(name)
    return Environment.OTHER


def checked_base(api_base: str, *, livemode: bool) -> str:
    """The address without a slash at its end.

    Raises MissingSettingError where it is not safe, or not of the mode that is deployed: a test
    event must never reach a live shop, nor live credentials a test one.
    """
    parts = urlsplit(api_base)
    is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if (parts.scheme != "https" and not is_local) or parts.username or parts.query:
        raise MissingSettingError("PayPal's address is neither https nor on this machine.")
    if livemode is not (environment_of(api_base) is Environment.LIVE):
        raise MissingSettingError("PayPal's address is not of the mode that is deployed.")
    return api_base.rstrip("/")


def funding_page(api_base: str) -> str | None:
    """PayPal's page of automatic payments, where a buyer chooses what a subscription is paid from:
    https://www.paypal.com/us/cshelp/article/help240"""
    return _FUNDING_PAGES.get(environment_of(api_base))


def certificate_addresses(api_base: str) -> re.Pattern[str]:
    """What a certificate's whole address has to look like.

    One expression over the text itself, so that no two readers of addresses can disagree about
    what it means: no port, no user, no dots, no escapes, no query.
    """
    environment = environment_of(api_base)
    if environment is Environment.OTHER:
        places = [re.escape(api_base.rstrip("/"))]
    else:
        places = [re.escape(f"https://{host}") for host in _HOSTS[environment]]
    return re.compile(f"(?:{'|'.join(places)}){re.escape(CERTIFICATE_PATH)}{_CERTIFICATE_NAME}")
