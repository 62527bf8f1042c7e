"""The stand-in on a port of its own."""

from contextlib import AbstractContextManager

from infra.local.paypal.control import Control
from infra.local.paypal.standin import StandIn
from infra.local.provider.server import HttpServer, serving


class Server(HttpServer[StandIn]):
    def __init__(self, standin: StandIn, *, port: int = 0, prefix: str = "") -> None:
        super().__init__(standin, Control(standin), port=port, prefix=prefix)
        standin.live_at(self.api_base)


def running(standin: StandIn, *, port: int = 0, prefix: str = "") -> AbstractContextManager[Server]:
    return serving(Server(standin, port=port, prefix=prefix))
