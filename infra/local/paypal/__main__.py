"""`python -m infra.local.paypal --port N`: runs until it is told to stop."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from infra.local.paypal.server import running
from infra.local.paypal.standin import StandIn
from infra.local.paypal.webhooks import Endpoint

WEBHOOK_ID = "1JE4291016473214C"  # PayPal's ids are letters and digits


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.paypal", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--prefix", default="", help="path before /v1, such as /paypal")
    parser.add_argument("--webhook-url")
    parser.add_argument("--webhook-id", default=WEBHOOK_ID)
    parser.add_argument("--webhook-events", default="*", help="types, separated by commas")
    parser.add_argument("--client-id", default="", help="empty: any client gets a token")
    parser.add_argument("--client-secret", default="")
    parser.add_argument("--state", type=Path, help="where the account is kept between runs")
    parser.add_argument("--authority", type=Path, help="the root's key and certificate")
    parser.add_argument("--root", type=Path, help="where the root certificate is written, to pin")
    parser.add_argument("--seed", type=int, default=0, help="of the ids that are made up")
    return parser.parse_args(argv)


def build_standin(arguments: argparse.Namespace) -> StandIn:
    standin = StandIn(seed=arguments.seed, state=arguments.state, authority=arguments.authority)
    settings = standin.account.settings
    settings.client_id, settings.client_secret = arguments.client_id, arguments.client_secret
    if arguments.root:
        arguments.root.write_bytes(standin.authority.root_pem)
    if arguments.webhook_url:
        types = tuple(arguments.webhook_events.split(","))
        endpoint = Endpoint(arguments.webhook_url, arguments.webhook_id, types)
        standin.dispatcher.set_endpoints([endpoint])
    return standin


def main(argv: list[str]) -> None:
    arguments = parse_arguments(argv)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    standin = build_standin(arguments)
    with running(standin, port=arguments.port, prefix=arguments.prefix) as server:
        standin.deliver_what_was_left()
        sys.stdout.write(
            f"PayPal stand-in at {server.api_base}, control at {server.origin}/_control/health\n"
        )
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
