"""A shop that somebody can sign in to, in memory."""

from dataclasses import dataclass, field, replace

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.customer_directory import DynamoCustomerDirectory
from frontdesk.adapters.dynamodb.sessions import DynamoSessions
from frontdesk.adapters.jwt.reader import PyJwtReader
from frontdesk.domain.customer import Customer
from frontdesk.domain.principal import Kind, Principal
from frontdesk.domain.settings import Settings, SsoRules
from frontdesk.domain.sso import SsoKey
from frontdesk.use_cases.sessions import OpenedSession, SignIn, sign_in_with_sso
from tests import sso
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.fakes.settings import FixedSettings
from tests.fakes.sso import SHOP_KEY, FakeSsoKeys

RETURN_ADDRESS = "https://shop.example/account"


@dataclass
class World:
    """`gateway` is the whole database."""

    gateway: MemoryGateway = field(default_factory=MemoryGateway)
    clock: FakeClock = field(default_factory=FakeClock)
    ids: CountingIds = field(default_factory=CountingIds)
    settings: FixedSettings = field(
        default_factory=lambda: FixedSettings(
            Settings(currency="usd", return_addresses=(RETURN_ADDRESS,))
        )
    )

    def __post_init__(self) -> None:
        self.keys = FakeSsoKeys(SHOP_KEY, clock=self.clock)
        self.sessions = DynamoSessions(self.gateway)
        self.customers = DynamoCustomerDirectory(self.gateway, ids=self.ids)
        self.sign_in = SignIn(
            keys=self.keys,
            tokens=PyJwtReader(),
            settings=self.settings,
            customers=self.customers,
            sessions=self.sessions,
            clock=self.clock,
            ids=self.ids,
        )

    @property
    def epoch(self) -> float:
        return self.clock.now().timestamp()

    def allow(self, *, create: bool = False, link_by_email: bool = False) -> None:
        rules = SsoRules(create_unknown_customers=create, link_by_email=link_by_email)
        self.settings.settings = replace(self.settings.settings, sso=rules)

    def add_customer(self, external_id: str, *, email: str | None = None) -> str:
        customer = Customer(id=self.ids.new("cus"), created_at=self.clock.now(), email=email)
        return self.customers.create(customer, external_id=external_id)

    def token(self, *, subject: str = "shop-42", key: SsoKey = SHOP_KEY, **more: object) -> str:
        return sso.mint(key, subject=subject, now=self.epoch, **more)

    def enter(self, token: str, **options: object) -> OpenedSession:
        return sign_in_with_sso(token, ip="192.0.2.7", using=self.sign_in, **options)  # type: ignore[arg-type]

    def count(self, entity: str) -> int:
        return sum(1 for item in self.gateway.items.values() if item.get("entity") == entity)

    def has_profile(self, customer_id: str) -> bool:
        return keys.profile(customer_id) in self.gateway.items


def customer(customer_id: str, *, session_id: str | None = None) -> Principal:
    return Principal(Kind.CUSTOMER, customer_id, session_id=session_id)
