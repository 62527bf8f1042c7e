"""PayPal as its people use it, at the stand-in of a deployed shop."""

from dataclasses import dataclass
from typing import Any

from infra.local.paypal.standin import StandIn
from infra.local.provider.faults import Fault
from tests.paypal_shop import InProcess


@dataclass(frozen=True)
class Site(InProcess):
    standin: StandIn

    def breaks(self, **fault: Any) -> None:
        self.standin.api.faults.add(Fault(**fault))
