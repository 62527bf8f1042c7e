"""Offers in the store's table."""

from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Item
from frontdesk.domain.snapshot import ProviderName
from frontdesk.ports.offers import Offer, OfferPrice

_PRICE_FIELDS = ("provider_id", "amount_minor", "currency", "interval", "interval_count")


class DynamoOffers:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def find(self, offer_id: str) -> Offer | None:
        item = self._gateway.get(keys.offer(offer_id))
        return _offer(item) if item else None


def offer_item(offer: Offer) -> Item:
    return {
        "entity": "offer",
        "offer_id": offer.id,
        "name": offer.name,
        "prices": {
            provider.value: {name: getattr(price, name) for name in _PRICE_FIELDS}
            for provider, price in offer.prices.items()
        },
        "version": 1,
    }


def _offer(item: Item) -> Offer:
    fields = cast("dict[str, Any]", item)
    prices = {ProviderName(name): OfferPrice(**price) for name, price in fields["prices"].items()}
    return Offer(id=fields["offer_id"], name=fields["name"], prices=prices)
