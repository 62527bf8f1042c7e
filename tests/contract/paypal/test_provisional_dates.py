"""B8: PayPal corrects a date after the activation and tells nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.domain.subscription import Subscription
from frontdesk.use_cases.inbox import first_look_at, sweep
from frontdesk.use_cases.mirror import Mirror, mirror_object
from infra.local.paypal.resources.notifications import as_event
from tests.contract.paypal.shop import Shop, client_for
from tests.contract.paypal.test_our_webhook import Webhook, clock_of, offline, signed

MINUTE = timedelta(minutes=1)


class Desk:
    """From the stand-in's webhooks to our table. Both clocks go on by the same minutes: its own
    stands on another day, and what it signs carries the day's real time."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.webhook = Webhook(shop, offline(shop))
        self._clock = clock_of(shop)
        self._told = 0

    def hear(self) -> None:
        """Everything that PayPal has told since, and whatever it says of it now."""
        events = self.shop.standin.events()
        for event in events[self._told :]:
            body, headers = signed(self.shop, as_event(self.shop.standin.account, event))
            self.webhook.accept(body, headers)
        self._told = len(events)
        self._work()

    def pass_minutes(self, minutes: int) -> None:
        """The janitor comes every minute; from PayPal we hear nothing."""
        for _ in range(minutes):
            self.shop.client.advance(seconds=60)
            self._clock.advance(MINUTE)
            inbox = DynamoInbox(
                self.webhook.gateway, clock=self._clock, first_look_at=first_look_at
            )
            sweep(inbox=inbox, queue=self.webhook.queue, clock=self._clock)
            self._work()

    def _work(self) -> None:
        clock, gateway = self._clock, self.webhook.gateway
        mirror = Mirror(
            provider=PayPalProvider(
                lambda: client_for(self.shop), refunds=DynamoRefundIndex(gateway, clock=clock)
            ),
            store=DynamoMirrorStore(gateway, clock=clock, currency="eur"),
        )
        for hint in self.webhook.queue.taken():
            mirror_object(hint.reference, mirror=mirror, events=[hint.event_id])

    @property
    def subscription(self) -> Subscription:
        items = self.webhook.gateway.items.values()
        (found,) = [subscription_from(i) for i in items if i["entity"] == "subscription"]
        return found

    @property
    def looks(self) -> int:
        paths = [entry["path"] for entry in self.shop.standin.api.log]
        return sum("/v1/billing/subscriptions/" in path for path in paths)


def day(number: int, month: int = 1) -> datetime:
    return datetime(2026 if month < 12 else 2025, month, number, 10, tzinfo=UTC)


@pytest.mark.case("B8")
@pytest.mark.parametrize("lag_minutes", [1, 4, 30, 59])
def test_a_date_that_was_provisional_at_the_activation_is_right_within_65_minutes(
    shop: Shop, lag_minutes: int
) -> None:
    shop.standin.account.settings.activation_lag_seconds = lag_minutes * 60
    desk = Desk(shop)
    shop.subscription()
    desk.hear()
    assert desk.subscription.current_period_end == day(31, month=12)
    told = len(shop.standin.events())

    desk.pass_minutes(65)

    assert desk.subscription.current_period_end == day(31)
    assert len(shop.standin.events()) == told


@pytest.mark.case("B8")
def test_then_it_is_asked_for_no_more(shop: Shop) -> None:
    desk = Desk(shop)
    shop.subscription()
    desk.hear()
    desk.pass_minutes(65)
    shop.standin.api.log.clear()

    desk.pass_minutes(120)

    assert desk.looks == 0
