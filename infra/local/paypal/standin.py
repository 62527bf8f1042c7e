"""The whole stand-in as one object: account, API, deliveries, time, and its memory on disk."""

import threading
from dataclasses import asdict
from pathlib import Path

from infra.local.paypal.account import Account, Settings
from infra.local.paypal.api import Api
from infra.local.paypal.billing import lifecycle
from infra.local.paypal.certificates import Authority, load_authority, new_authority
from infra.local.paypal.payments import clear_payment
from infra.local.paypal.refunding import settle_refund
from infra.local.paypal.resources.notifications import as_event
from infra.local.paypal.verification import verify
from infra.local.paypal.webhooks import Courier, Endpoint
from infra.local.provider import standin
from infra.local.provider.agenda import Act, Agenda, Due
from infra.local.provider.clock import VirtualClock
from infra.local.provider.exchange import Json
from infra.local.provider.ids import Ids


def _clears_at(_account: Account, payment: Json) -> int | None:
    at: int | None = payment["clears_at"]
    return at


def _settles_at(_account: Account, refund: Json) -> int | None:
    at: int | None = refund["settles_at"]
    return at


DUE: dict[str, tuple[Due[Account], Act[Account]]] = {
    "subscription": (lifecycle.due_at, lifecycle.act),
    "payment": (_clears_at, clear_payment),
    "refund": (_settles_at, settle_refund),
}


class StandIn(standin.StandIn):
    account: Account
    api: Api
    dispatcher: Courier

    def __init__(
        self,
        *,
        seed: int = 0,
        clock: VirtualClock | None = None,
        state: Path | None = None,
        authority: Authority | Path | None = None,
    ) -> None:
        super().__init__(state)
        self._authority = authority
        self._authority_lock = threading.Lock()
        self.clock = clock or VirtualClock()
        self.account = Account(clock=self.clock, ids=Ids(seed))
        self.agenda = Agenda(self.account, DUE, kind_of=lambda obj: str(obj["kind"]))
        self.dispatcher = Courier(lambda: self.authority, ids=Ids(seed), wall=self.clock.wall_now)
        self.api = Api(self.account, self.dispatcher)
        self.account.on_event.append(self.publish)
        self.account.resend = self.resend
        self.account.verify = self.verify
        self.take_up()

    @property
    def authority(self) -> Authority:
        """Made when the first transmission is signed, because keys take their time."""
        with self._authority_lock:
            if isinstance(self._authority, Path):
                self._authority = load_authority(self._authority)
            elif self._authority is None:
                self._authority = new_authority()
            return self._authority

    def live_at(self, api_base: str) -> None:
        """The address that links and certificates name."""
        self.account.api_base = api_base
        self.dispatcher.api_base = api_base

    def events(self) -> list[Json]:
        return self.account.store.of_kind("event")

    def publish(self, event: Json) -> None:
        document = as_event(self.account, event)
        self.dispatcher.publish(event["id"], event["event_type"], document)

    def resend(self, event: Json, webhook_ids: list[str] | None) -> None:
        """A new transmission of an old event, to the named webhooks or to all that want it."""
        wanted: list[Endpoint] = [
            endpoint
            for endpoint in self.dispatcher.endpoints
            if endpoint.wants(event["event_type"])
            and (webhook_ids is None or endpoint.webhook_id in webhook_ids)
        ]
        self.dispatcher.transmit(event["id"], as_event(self.account, event), wanted)

    def verify(self, raw_request: bytes) -> bool:
        ids = [endpoint.webhook_id for endpoint in self.dispatcher.endpoints]
        return verify(self.authority, raw_request, webhook_ids=ids)

    def counts(self) -> dict[str, int]:
        return self.account.store.counts()

    def dump(self) -> Json:
        account = self.account
        return {
            "objects": account.store.dump(),
            "settings": asdict(account.settings),
            "seed": account.ids.seed,
            "issued": account.ids.issued,
        }

    def restore(self, dumped: Json) -> None:
        account = self.account
        account.store.restore(dumped["objects"])
        account.settings = Settings(**dumped["settings"])
        account.ids.seed, account.ids.issued = dumped["seed"], dumped["issued"]
        for kind in DUE:
            for obj in account.store.of_kind(kind):
                self.agenda.note(obj)
