"""The shop that `seed` fills: what it sells, who buys, and what happens to each of them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Offer:
    product: str
    currency: str
    amount_minor: int
    interval: str | None = None


OFFERS = {
    "starter_monthly_usd": Offer("Starter", "usd", 1900, "month"),
    "pro_monthly_usd": Offer("Pro", "usd", 4900, "month"),
    "pro_yearly_usd": Offer("Pro", "usd", 49000, "year"),
    "pro_monthly_eur": Offer("Pro", "eur", 4500, "month"),
    "pro_yearly_eur": Offer("Pro", "eur", 45000, "year"),
    "pro_monthly_gbp": Offer("Pro", "gbp", 3900, "month"),
    "studio_monthly_usd": Offer("Studio", "usd", 9900, "month"),
    "studio_yearly_jpy": Offer("Studio", "jpy", 148000, "year"),
    "studio_monthly_jpy": Offer("Studio", "jpy", 14800, "month"),
    "studio_yearly_kwd": Offer("Studio", "kwd", 300120, "year"),
    "workshop_usd": Offer("Workshop: bookbinding", "usd", 12900),
    "workshop_eur": Offer("Workshop: bookbinding", "eur", 11900),
    "poster_gbp": Offer("Poster “Ünïcödé”", "gbp", 2450),
    "poster_jpy": Offer("Poster “Ünïcödé”", "jpy", 3800),
    "hours_kwd": Offer("Consulting hours", "kwd", 45120),
}


@dataclass(frozen=True, slots=True)
class Person:
    name: str | None
    country: str
    city: str
    postal_code: str
    phone: str
    line1: str = "1 Main Street"
    line2: str | None = None
    email: str | None = None


PEOPLE = (
    Person("Zoë Ångström", "SE", "Göteborg", "411 05", "+46317001234", "Västra Hamngatan 5"),
    Person("Łukasz Żółciński", "PL", "Łódź", "90-001", "+48426301234", "ul. Piotrkowska 12"),
    Person("Jürgen Groß", "DE", "München", "80331", "+49895550123", "Straße des Friedens 7"),
    Person("Nguyễn Thị Hạnh", "VN", "Hà Nội", "100000", "+842438251234", "36 Phố Hàng Bạc"),
    Person("Þórður Ægisson", "IS", "Ísafjörður", "400", "+3544561234", "Aðalstræti 7"),
    Person("İpek Çağlar Işık", "TR", "İzmir", "35210", "+902324831234", "Şehit Fethi Bey Cd. 9"),
    Person("Наталья Ёлкина", "KZ", "Алматы", "050000", "+77272501234", "пр. Абая, 10"),
    Person("Олександр Шевченко", "UA", "Київ", "01001", "+380442351234", "вул. Хрещатик, 1"),
    Person("Ελένη Παπαδοπούλου", "GR", "Αθήνα", "105 57", "+302103211234", "Ερμού 15"),
    Person("محمد الأمين", "EG", "القاهرة", "11511", "+20223901234", "شارع طلعت حرب 4"),
    Person("فاطمة الزهراء", "MA", "فاس", "30000", "+212535621234", "زنقة 8"),
    Person("דוד בן־לוי", "IL", "ירושלים", "9426208", "+97225001234", "רחוב יפו 23"),
    Person("王小明", "CN", "上海", "200001", "+862163211234", "南京东路 100 号"),
    Person("李 娜", "TW", "臺北", "100", "+886223111234", "重慶南路一段 1 號"),
    Person("김민준", "KR", "서울", "04524", "+8227771234", "세종대로 110"),
    Person("さくら 田中", "JP", "京都市", "600-8216", "+81753711234", "烏丸通七条下ル"),
    Person("タナカ タロウ", "JP", "札幌市", "060-0001", "+81112111234", "北1条西2丁目"),
    Person("अमित शर्मा", "IN", "नई दिल्ली", "110001", "+911123361234", "जनपथ 5"),
    Person("สมชาย ใจดี", "TH", "กรุงเทพฯ", "10200", "+6622221234", "ถนนพระจันทร์ 2"),
    Person("தமிழ்ச்செல்வி", "LK", "யாழ்ப்பாணம்", "40000", "+94212221234", "12 Hospital Rd"),
    Person("Անի Հակոբյան", "AM", "Երևան", "0010", "+37410521234", "Աբովյան 3"),
    Person("ნინო ბერიძე", "GE", "თბილისი", "0105", "+995322931234", "რუსთაველის 8"),
    Person("አበበ በቀለ", "ET", "አዲስ አበባ", "1000", "+251111551234", "Bole Road 1"),
    Person("🦄 Unicorn & Søn 🎉", "DK", "Aarhus", "8000", "+4586121234", 'Store Torv 1, "Gården"'),
    Person("👩🏽‍🚀 Ada 👨‍👩‍👧", "NL", "’s-Hertogenbosch", "5211", "+31736151234", "Markt 1"),
    Person("=SUM(A1:A9)", "US", "Formula, TX", "75001", "+12145550101", "=1+1 Street"),
    Person("+4520304050 Ltd", "GB", "London", "EC1A 1BB", "+442079460101", "+1 High St"),
    Person("-Minus ApS", "DK", "København", "1050", "+4533121234", "-2 Nyhavn"),
    Person("@handle GmbH", "AT", "Wien", "1010", "+4315121234", "@Graben 3"),
    Person('O\'Connor, "Pat"', "IE", "Dublin 1", "D01 F5P2", "+35318721234", 'The "Old", Mill'),
    Person("Line\nBreak", "US", "Portland, OR", "97201", "+15035550102", "5 SW\r\nOak St", "Apt 2"),
    Person("Tab\tand;semicolon", "CH", "Zürich", "8001", "+41442111234", "Bahnhofstrasse 1;2"),
    Person("John Smith", "US", "Springfield", "62701", "+12175550103"),
    Person("John Smith", "US", "Springfield", "97477", "+15415550104", email="john+2@example.com"),
    Person("María-José Núñez de la Peña y Gómez", "ES", "A Coruña", "15001", "+34981221234"),
    Person("Ñ", "PE", "Lima", "15001", "+5114271234", "Jr. de la Unión 300"),
    Person(None, "FR", "Saint-Étienne", "42000", "+33477321234", email="achats@example.fr"),
    Person("  Spaces  Everywhere  ", "CA", "Montréal", "H2Y 1C6", "+15145550105"),
    Person("Wolfeschlegelsteinhausenbergerdorff " * 3 + "Sr.", "US", "Philadelphia", "19103", ""),
    Person("null", "NZ", "Ōtautahi", "8011", "+6433661234", "NaN Street 0"),
)


def email_of(person: Person, number: int) -> str:
    """`number` is the person's place in the list, from 1."""
    return person.email or f"customer{number:02d}@example.com"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens to a customer some days before today; `detail` belongs to the verb."""

    days_ago: float
    verb: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """`offer` is what the customer subscribes to on joining; None only joins."""

    joined_days_ago: float
    offer: str | None
    then: tuple[Step, ...] = ()
    card: str = "pm_card_visa"
    subscribe: dict[str, str] = field(default_factory=dict)


def _s(days_ago: float, verb: str, detail: str = "") -> Step:
    return Step(days_ago, verb, detail)


_TRIAL = {"trial_period_days": "30"}
# One story for each person, in the same order.
STORIES = (
    Story(148, "pro_yearly_eur"),
    Story(140, "pro_yearly_eur", (_s(80, "refund", "12.5"),), "pm_card_mastercard"),
    Story(130, "pro_monthly_eur", (_s(60, "cancel"),)),
    Story(33, "starter_monthly_usd"),
    Story(110, "pro_yearly_eur", (_s(40, "buy", "workshop_eur"),)),
    Story(26, "pro_monthly_eur", (_s(12, "cancel_at_period_end"),)),
    Story(95, "pro_yearly_usd", card="pm_card_amex"),
    Story(64, "starter_monthly_usd", (_s(20, "change_plan", "pro_monthly_usd"),)),
    Story(88, "pro_yearly_eur", (_s(30, "refund", "100"),)),
    Story(35, "pro_monthly_usd", (_s(20, "card_starts_declining"),)),
    Story(70, None, (_s(69, "buy", "workshop_usd"), _s(15, "buy", "workshop_usd"))),
    Story(29, "studio_monthly_usd", (_s(10, "pause", "void"),)),
    Story(66, "studio_yearly_jpy"),
    Story(28, "studio_monthly_jpy"),
    Story(5, "pro_monthly_usd", subscribe=_TRIAL),
    Story(45, "studio_yearly_jpy", (_s(44, "buy", "poster_jpy"),), "pm_card_jcb"),
    Story(61, "studio_monthly_jpy", (_s(25, "pause_until", "14"),)),
    Story(55, "pro_monthly_usd", (_s(40, "card_starts_declining"),)),
    Story(12, "starter_monthly_usd", subscribe=_TRIAL),
    Story(52, "pro_yearly_usd", (_s(50, "dispute"),)),
    Story(24, "starter_monthly_usd"),
    Story(120, "pro_yearly_usd", (_s(90, "delete_customer"),)),
    Story(0.2, "pro_monthly_usd", card="pm_card_chargeCustomerFail"),
    Story(75, "pro_monthly_eur", (_s(74, "buy", "workshop_eur"), _s(70, "refund", "33.3"))),
    Story(22, "pro_monthly_eur"),
    Story(48, "pro_yearly_usd", (_s(30, "credit_note"),)),
    Story(42, "pro_monthly_gbp", (_s(41, "buy", "poster_gbp"), _s(9, "dispute_won"))),
    Story(10, "pro_monthly_eur", card="pm_card_chargeCustomerFail"),
    Story(38, "pro_yearly_eur", (_s(37, "buy", "workshop_eur"), _s(20, "refund", "50"))),
    Story(20, "pro_monthly_eur", (_s(18, "refund", "100"), _s(17, "cancel"))),
    Story(85, "pro_yearly_usd", (_s(5, "refund", "20"),), "pm_card_refundFail"),
    Story(18, "studio_monthly_usd", (_s(3, "pause", "keep_as_draft"),)),
    Story(59, "starter_monthly_usd", (_s(3, "refund", "40"),), "pm_card_pendingRefund"),
    Story(16, "starter_monthly_usd", (_s(1, "cancel_at_period_end"),)),
    Story(14, "pro_monthly_eur", (_s(7, "pause_subscription"),)),
    Story(13, "hours_kwd", (_s(6, "refund", "25"),)),
    Story(31, "pro_yearly_eur", (_s(2, "update_address"),)),
    Story(8, "studio_yearly_kwd"),
    Story(3, "starter_monthly_usd", subscribe=_TRIAL),
    Story(1, None),
)
