"""What the seeded shop sells, as offers: the API reads them and cannot write them yet."""

from collections.abc import Mapping

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.dynamodb.offers import offer_item
from frontdesk.adapters.dynamodb.operations import Put, Unconditional
from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import ProviderName
from frontdesk.ports.offers import Offer, OfferPrice
from infra.local import shop as sold
from infra.local.api_calls import call
from infra.local.aws import process
from infra.local.stack_file import Stack

type PriceIds = Mapping[ProviderName, Mapping[str, str]]
"""Of each provider: the id of its price, by the offer's name in shop.py."""


def offer_id(name: str) -> str:
    return derived_id("off", origin=f"seed:{name}")


def offers(prices: PriceIds) -> list[Offer]:
    """Whatever is paid for again and again."""
    return [
        Offer(
            id=offer_id(name),
            name=f"{offer.product}, by the {offer.interval}",
            prices={
                provider: OfferPrice(ids[name], offer.amount_minor, offer.currency, offer.interval)
                for provider, ids in prices.items()
                if name in ids
            },
        )
        for name, offer in sold.OFFERS.items()
        if offer.interval
    ]


def put_offers(shop: Stack, *, prices: PriceIds) -> None:
    """Customers may change to any of them."""
    client = process.client("dynamodb", endpoint=shop.aws_endpoint)
    gateway = BotocoreGateway(client, table_names=shop.tables)
    made = offers(prices)
    for offer in made:
        always = Unconditional("the tables are new, and nobody else writes offers")
        gateway.write(Put(keys.offer(offer.id), offer_item(offer), always))
    allowed = {"plan_change": {"allowed_offer_ids": [offer.id for offer in made]}}
    call("PUT", f"{shop.api_url}/v1/settings", token=shop.owner_key, body=allowed)
