"""The pages on which a buyer says yes or no, for people who click through the local shop.

A browser cannot post to this server (a foreign Origin is refused), so the answers are links.
"""

from html import escape
from urllib.parse import parse_qs, urlencode

from infra.local.paypal import people
from infra.local.paypal.account import Account
from infra.local.paypal.errors import not_found
from infra.local.provider.exchange import Answer, Json, Request

SUBSCRIBE = "/webapps/billing/subscriptions"
CHECKOUT = "/checkoutnow"
SAVE = "/agreements/approve"
PREFIXES = (SUBSCRIBE, CHECKOUT, SAVE)


def answer(account: Account, request: Request) -> Answer:
    asked = {name: values[0] for name, values in parse_qs(request.query).items()}
    with account.lock:
        obj, act, body, urls, shown = _subject(account, request.path, asked)
        match asked.get("answer"):
            case "yes":
                act(account, body)
                return _back(urls[0], shown)
            case "no":
                return _back(urls[1], shown)
            case _:
                return _page(request, asked, obj)


def _subject(
    account: Account, path: str, asked: Json
) -> tuple[Json, people.PersonsAction, Json, list[str | None], Json]:
    """What is asked for, what yes does, where the buyer goes then, and with which parameters."""
    if path == CHECKOUT:
        order = account.get("order", asked.get("token", ""))
        shown = {"token": order["id"]}
        return order, people.approve, {"order": order["id"]}, order["urls"], shown
    if path == SAVE:
        setup = account.get("setup_token", asked.get("approval_session_id", ""))
        shown = {"approval_token_id": setup["id"]}
        return setup, people.approve, {"setup_token": setup["id"]}, setup["urls"], shown
    token = asked.get("ba_token", "")
    for subscription in account.store.newest_first("subscription"):
        body = {"subscription": subscription["id"]}
        shown = {"subscription_id": subscription["id"], "ba_token": token}
        revision = subscription["revision"]
        if revision and revision["token"] == token:
            return subscription, people.approve_revision, body, revision["urls"], shown
        if subscription["token"] == token:
            return subscription, people.approve, body, subscription["urls"], shown
    raise not_found()


def _back(url: str | None, shown: Json) -> Answer:
    if not url:
        return Answer(200, b"Done. There is no address to go back to.", _headers("text/plain"))
    joint = "&" if "?" in url else "?"
    return Answer(302, b"", {"Location": f"{url}{joint}{urlencode(shown)}"})


def _page(request: Request, asked: Json, obj: Json) -> Answer:
    links = " ".join(
        f'<a href="?{escape(urlencode(asked | {"answer": word}))}">{label}</a>'
        for word, label in (("yes", "Agree"), ("no", "Cancel and go back"))
    )
    page = (
        "<!doctype html><title>Local PayPal</title>"
        f"<h1>Local PayPal</h1><p>{escape(obj['kind'])} {escape(obj['id'])}</p><p>{links}</p>"
    )
    return Answer(200, page.encode(), _headers("text/html"))


def _headers(kind: str) -> dict[str, str]:
    return {"Content-Type": f"{kind}; charset=utf-8"}
