"""The whole stand-in as one object: account, API, deliveries, time."""

from infra.local.stripe.account import Account
from infra.local.stripe.api import Api
from infra.local.stripe.clock import VirtualClock
from infra.local.stripe.ids import Ids
from infra.local.stripe.webhooks import Dispatcher


class StandIn:
    def __init__(self, *, seed: int = 0, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.account = Account(clock=self.clock, ids=Ids(seed))
        self.api = Api(self.account)
        self.dispatcher = Dispatcher()
        self.account.on_event.append(self.dispatcher.publish)
        self.account.deliveries_pending = self.dispatcher.pending_for

    def redeliver(self) -> int:
        """Publish every event of the account once more, in its order, by the plan in force."""
        with self.account.lock:
            events = [dict(e) for e in self.account.store.newest_first("event")]
        for event in reversed(events):
            self.dispatcher.publish(event)
        return len(events)
