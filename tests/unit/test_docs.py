"""What the documents show as code works."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from frontdesk.adapters.jwt.reader import PyJwtReader
from frontdesk.domain.sso import SsoKey, assertion_of

SIGN_IN = Path(__file__).parents[2] / "docs" / "sign-in.md"
KEY = {
    "kid": "shop-1",
    "secret": "0123456789abcdefghijklmnopqrstuvwxyz",
    "issuer": "https://shop.example.com",
    "audience": "frontdesk",
}


def test_the_token_that_is_signed_by_the_book_is_accepted() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", SIGN_IN.read_text(encoding="utf-8"), re.DOTALL)
    book: dict[str, Any] = {}
    exec(shown, book)  # noqa: S102 - our own page

    key, reader = SsoKey(KEY["kid"], KEY["secret"], KEY["issuer"], KEY["audience"]), PyJwtReader()
    token = book["sign_in_token"](KEY, "4711")

    assert reader.key_id(token) == "shop-1"
    told = assertion_of(reader.claims(token, key=key), key=key, now=datetime.now(UTC))
    assert told.subject == "4711"
