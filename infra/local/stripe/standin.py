"""The whole stand-in as one object: account, API, deliveries, time, and its memory on disk."""

from dataclasses import asdict
from pathlib import Path

from infra.local.provider import standin
from infra.local.provider.agenda import Agenda
from infra.local.provider.clock import VirtualClock
from infra.local.provider.ids import Ids
from infra.local.stripe.account import Account, Settings
from infra.local.stripe.api import Api
from infra.local.stripe.billing.due import DUE
from infra.local.stripe.webhooks import Dispatcher
from infra.local.stripe.wire import Json


class StandIn(standin.StandIn):
    account: Account
    api: Api
    dispatcher: Dispatcher

    def __init__(
        self, *, seed: int = 0, clock: VirtualClock | None = None, state: Path | None = None
    ) -> None:
        super().__init__(state)
        self.clock = clock or VirtualClock()
        self.account = Account(clock=self.clock, ids=Ids(seed))
        self.agenda = Agenda(self.account, DUE, kind_of=lambda obj: obj["object"])
        self.api = Api(self.account)
        self.dispatcher = Dispatcher()
        self.account.on_event.append(self.publish)
        self.account.deliveries_pending = self.dispatcher.pending_for
        self.take_up()

    def events(self) -> list[Json]:
        return list(self.account.store.newest_first("event"))[::-1]

    def publish(self, event: Json) -> None:
        self.dispatcher.publish(event)

    def counts(self) -> dict[str, int]:
        return self.account.store.counts()

    def dump(self) -> Json:
        account = self.account
        return {
            **account.store.dump(),
            "settings": asdict(account.settings),
            "seed": account.ids.seed,
            "issued": account.ids.issued,
        }

    def restore(self, dumped: Json) -> None:
        account = self.account
        account.store.restore(dumped)
        account.settings = Settings(**dumped["settings"])
        account.ids.seed, account.ids.issued = dumped["seed"], dumped["issued"]
        for kind in DUE:
            for obj in account.store.newest_first(kind):
                self.agenda.note(obj)
