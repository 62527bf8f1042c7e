"""`python -m infra.local.stripe --port N`: runs until it is told to stop."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from infra.local.stripe.loading import load_account, read_account
from infra.local.stripe.server import running
from infra.local.stripe.standin import StandIn
from infra.local.stripe.webhooks import Endpoint


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.stripe", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--prefix", default="", help="path before /v1, such as /stripe")
    parser.add_argument("--webhook-url")
    parser.add_argument("--webhook-secret", action="append", default=[], help="may be repeated")
    parser.add_argument("--webhook-events", default="*", help="types, separated by commas")
    parser.add_argument("--load", type=Path, help="an account as JSON, .gz or not")
    parser.add_argument("--state", type=Path, help="where the account is kept between runs")
    parser.add_argument("--seed", type=int, default=0, help="of the ids that are made up")
    return parser.parse_args(argv)


def build_standin(arguments: argparse.Namespace) -> StandIn:
    standin = StandIn(seed=arguments.seed, state=arguments.state)
    if arguments.webhook_url:
        standin.dispatcher.set_endpoints(
            [
                Endpoint(
                    arguments.webhook_url,
                    tuple(arguments.webhook_secret),
                    tuple(arguments.webhook_events.split(",")),
                )
            ]
        )
    standin.deliver_what_was_left()
    if arguments.load and not standin.account.store.counts():
        load_account(standin.account, read_account(arguments.load))
    return standin


def main(argv: list[str]) -> None:
    arguments = parse_arguments(argv)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    standin = build_standin(arguments)
    with running(standin, port=arguments.port, prefix=arguments.prefix) as server:
        sys.stdout.write(
            f"Stripe stand-in at {server.api_base}, control at {server.origin}/_control/health\n"
        )
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
