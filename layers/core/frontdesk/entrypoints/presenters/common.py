"""Shapes that every answer shares."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from frontdesk.domain.money import Money
from frontdesk.domain.times import to_text


def present_money(money: Money | None) -> dict[str, Any] | None:
    return None if money is None else {"amount": money.amount, "currency": money.currency}


def present_moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


def present_page(
    data: Iterable[Mapping[str, Any]], *, next_cursor: str | None = None
) -> dict[str, Any]:
    return {"data": list(data), "next_cursor": next_cursor}
