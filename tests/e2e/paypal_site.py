"""PayPal as its people use it, at the stand-in of a deployed shop."""

from dataclasses import dataclass

from infra.local.paypal.standin import StandIn
from tests.paypal_shop import InProcess


@dataclass(frozen=True)
class Site(InProcess):
    standin: StandIn
