"""Who buys with PayPal in the seeded shop, and what happens to each of them."""

from dataclasses import dataclass

from infra.local.shop import PEOPLE, Step, email_of

SOLD = (
    "starter_monthly_usd",
    "pro_monthly_usd",
    "pro_yearly_usd",
    "pro_monthly_eur",
    "pro_yearly_eur",
    "studio_yearly_jpy",
)
"""The offers, by their names in shop.py, that have a plan at PayPal too."""


@dataclass(frozen=True, slots=True)
class Payer:
    given_name: str
    surname: str
    email: str
    country: str


@dataclass(frozen=True, slots=True)
class Story:
    """`offer` is what is subscribed to on joining; `awaits_approval`: the buyer never says yes."""

    payer: Payer
    joined_days_ago: float
    offer: str | None
    then: tuple[Step, ...] = ()
    conduct: str = "pays"
    awaits_approval: bool = False


def _pays_with_both(number: int) -> Payer:
    """A person of shop.py, by its place there."""
    person = PEOPLE[number - 1]
    given_name, _, surname = (person.name or "").partition(" ")
    return Payer(given_name, surname, email_of(person, number), person.country)


_HANNAH = Payer("Hannah", "Köhler-Öz", "hannah@example.com", "DE")
_KWAME = Payer("Kwame", "Mensah", "kwame@example.com", "US")
_SIOBHAN = Payer("Siobhán", "Ní Dhomhnaill", "siobhan@example.com", "IE")
_MATEUS = Payer("Mateus", "Conceição", "mateus@example.com", "PT")
_YUKI = Payer("有紀", "佐藤", "yuki@example.com", "JP")
_BRIAN = Payer("Brian", "O'Shea", "brian@example.com", "GB")
_AMIRA = Payer("Amira", "Haddad", "amira@example.com", "FR")
_LARS = Payer("Lars", "Bjørnstad", "lars@example.com", "NO")
_PRIYA = Payer("Priya", "Nair", "priya@example.com", "US")

STORIES = (
    Story(_KWAME, 92, "pro_yearly_usd", (Step(50, "refund", "20.00"),)),
    Story(_HANNAH, 66, "pro_monthly_eur"),
    Story(_pays_with_both(3), 47, "pro_monthly_eur"),
    Story(_pays_with_both(33), 58, "starter_monthly_usd", (Step(40, "buy", "workshop_usd"),)),
    Story(_SIOBHAN, 75, "pro_monthly_eur", (Step(21, "suspend"),)),
    Story(_MATEUS, 80, "pro_monthly_eur", (Step(30, "suspend_by_buyer"),)),
    Story(_BRIAN, 100, "starter_monthly_usd", (Step(72, "money_runs_out"),)),
    Story(_AMIRA, 70, "pro_yearly_eur", (Step(35, "cancel"),)),
    Story(_LARS, 62, "starter_monthly_usd", (Step(12, "cancel_by_buyer"),)),
    Story(_YUKI, 54, "studio_yearly_jpy", (Step(53, "dispute"),)),
    Story(_pays_with_both(35), 44, None, (Step(44, "buy", "workshop_eur"), Step(9, "buy"))),
    Story(_PRIYA, 26, "pro_monthly_usd", (Step(20, "refund", ""),)),
    Story(Payer("Noa", "Peretz", "noa@example.com", "IL"), 2, "pro_monthly_usd", conduct="pends"),
    Story(Payer("", "", "late@example.com", "US"), 0.1, "pro_monthly_usd", awaits_approval=True),
)
