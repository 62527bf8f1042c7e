import pytest

from frontdesk.domain.return_address import is_allowed

ALLOWED = (
    "https://shop.example/account",
    "https://pay.shop.example:8443/",
    "http://localhost:3000",
)


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example/account",
        "https://shop.example/account/",
        "https://shop.example/account/orders?page=2#top",
        "https://shop.example/account?tab=billing",
        "https://shop.example/account#/orders",
        "https://SHOP.example/account",
        "HTTPS://shop.example/account",
        "https://shop.example:443/account",
        "https://shop.example/account/caf%C3%A9",
        "https://shop.example/account/..orders",
        "https://pay.shop.example:8443/anything",
        "https://pay.shop.example:8443",
        "http://localhost:3000/",
        "http://localhost:3000?x=1",
    ],
)
def test_own_address_is_allowed(address: str) -> None:
    assert is_allowed(address, allowed=ALLOWED)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/account",
        "account",
        "//evil.example/account",
        "https:evil.example",
        "https:/evil.example",
        "https:///evil.example",
        "https://",
        "https://evil.example/account",
        "https://evil.example/https://shop.example/account",
        "https://evil.example?https://shop.example/account",
        "https://evil.example#https://shop.example/account",
        "https://shop.example.evil.example/account",
        "https://evil-shop.example/account",
        "https://shop.example./account",
        "https://sub.shop.example/account",
        "https://shop.example@evil.example/account",
        "https://shop.example:x@evil.example/account",
        "https://user@shop.example/account",
        "https://user:pass@shop.example/account",
        "https://shop.example%40evil.example/account",
        "https://shop.example%2f@evil.example/account",
        "https://shop.example\\@evil.example/account",
        "https://evil.example\\@shop.example/account",
        "https:\\\\evil.example/account",
        "https:/\\evil.example/account",
        "/\\evil.example",
        "https://shop.example/account\\..\\..",
        "https://shop.example/account/..\\admin",
        "https://shop.example/account/../admin",
        "https://shop.example/account/./../admin",
        "https://shop.example/account/%2e%2e/admin",
        "https://shop.example/account/%2E./admin",
        "https://shop.example/accounts",
        "https://shop.example/account.evil",
        "https://shop.example/account%2Fx",
        "https://shop.example/Account",
        "https://shop.example/",
        "https://shop.example",
        "http://shop.example/account",
        "https://shop.example:8443/account",
        "https://shop.example:0/account",
        "https://shop.example:99999/account",
        "https://shop.example:https/account",
        "https://pay.shop.example/",
        "https://localhost:3000/",
        "http://localhost:30000/",
        "http://localhost/",
        "ftp://shop.example/account",
        "javascript:alert(1)//https://shop.example/account",
        "data:text/html,https://shop.example/account",
        " https://shop.example/account",
        "https://shop.example/account ",
        "https://shop.example/account\r\nSet-Cookie: a=b",
        "https://shop.example/account\n",
        "https://shop.example/acc\tount",
        "https://shop\t.example/account",
        "https://shop.example/account\x00",
        "https://shop.example/account/é",
        "https://ｓhop.example/account",
        "https://shop。example/account",
        "https://[shop.example]/account",
        "https://[::1/account",
        "https://shop.example/account/" + "x" * 2001,
    ],
)
def test_other_address_is_not(address: str) -> None:
    assert not is_allowed(address, allowed=ALLOWED)


@pytest.mark.parametrize("broken", ["", "shop.example", "https://", "https://[", "*", "https://*"])
def test_broken_entry_allows_nothing(broken: str) -> None:
    assert not is_allowed("https://shop.example/account", allowed=(broken,))


def test_nothing_is_allowed_by_nothing() -> None:
    assert not is_allowed("https://shop.example/account", allowed=())
