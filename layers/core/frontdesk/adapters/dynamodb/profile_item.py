"""A customer's profile item, its search tokens and its e-mail pointer, always written together."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    Condition,
    Delete,
    Equals,
    Item,
    Put,
    TransactionStep,
    Unconditional,
    Update,
    Value,
)
from frontdesk.domain.customer import (
    Address,
    Company,
    Customer,
    CustomerStatus,
    ProviderContact,
    ProviderReference,
    Social,
)
from frontdesk.domain.search import sortable, words_of
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.times import from_text, to_sortable

LIFETIME_VALUE_PREFIX = "ltv_"
_SAME_TOKEN = Unconditional("a token says the same whoever writes it")


def lifetime_value_attribute(currency: str) -> str:
    return f"{LIFETIME_VALUE_PREFIX}{currency}"


def email_key(email: str) -> str:
    return email.strip().casefold()


def profile_steps(
    before: Customer | None, after: Customer, *, at: datetime
) -> list[TransactionStep]:
    """Writes `after` over `before` (None: a new customer), on condition that nobody else has.

    Lifetime values, subscription statuses and the last activity are left to those who own them.
    The profile's step is always the first.
    """
    key = keys.profile(after.id)
    content = _content(after) | {"version": _next_version(before), "updated_at": to_sortable(at)}
    profile: TransactionStep
    if before is None:
        profile = Put(key, _new_item(after, at=at) | content, Absent())
    else:
        profile = Update(key, Equals("version", before.version), put=content)
    return [profile, *_token_steps(before, after), *_email_steps(before, after)]


def _next_version(before: Customer | None) -> int:
    return 1 if before is None else before.version + 1


def _content(customer: Customer) -> dict[str, Value]:
    words = words_of(customer.email, customer.name)
    return {
        "status": str(customer.status),
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "address": _filled(asdict(customer.address)),
        "company": _filled(asdict(customer.company)),
        "tax_id": customer.tax_id,
        "vat_number": customer.vat_number,
        "time_zone": customer.time_zone,
        "locale": customer.locale,
        "notification_preferences": dict(customer.notification_preferences),
        "social": _social_value(customer.social),
        "custom_fields": dict(customer.custom_fields),
        "external_id": customer.external_id,
        "is_test": customer.is_test,
        "default_payment_method": customer.default_payment_method,
        "mirrored": _filled(
            asdict(customer.mirrored) | {"address": _filled(asdict(customer.mirrored.address))}
        ),
        "words": list(words),
        "name_key": _name_key(customer),
        "provider_name": customer.provider.name.value if customer.provider else None,
        "provider_id": customer.provider.id if customer.provider else None,
    }


def _new_item(customer: Customer, *, at: datetime) -> Item:
    created = to_sortable(customer.created_at)
    return {
        "entity": "customer",
        "customer_id": customer.id,
        "created_at": created,
        "recorded_at": to_sortable(at),
        "list_shard": keys.list_shard(customer.id),
        "created_at_key": f"{created}#{customer.id}",
        "last_activity_key": f"{created}#{customer.id}",
        "lifetime_value_minor": 0,
        "subscription_statuses": {},
    }


def _filled(fields: Mapping[str, Any]) -> dict[str, Value]:
    return {name: value for name, value in fields.items() if value not in (None, {})}


def _social_value(social: Social) -> dict[str, Value]:
    return _filled(
        {"bio": social.bio, "location": social.location, "usernames": dict(social.usernames)}
    )


def _name_key(customer: Customer) -> str:
    """A tab sorts before everything in a name, so Ann comes before Ann Lee."""
    return f"{sortable(customer.name or customer.email)}\t{customer.id}"


def _token_steps(before: Customer | None, after: Customer) -> list[TransactionStep]:
    """Every token carries all the words, so a search for several words reads one list."""
    old = words_of(before.email, before.name) if before else ()
    new = words_of(after.email, after.name)
    if old == new:
        return []
    steps: list[TransactionStep] = [
        Delete(keys.search_token(w, after.id), _SAME_TOKEN) for w in old if w not in new
    ]
    item: Item = {
        "entity": "search_token",
        "customer_id": after.id,
        "words": list(new),
        "version": 1,
        "created_at": to_sortable(after.created_at),
        "updated_at": to_sortable(after.created_at),
    }
    steps += [Put(keys.search_token(word, after.id), item, _SAME_TOKEN) for word in new]
    return steps


def _email_steps(before: Customer | None, after: Customer) -> list[TransactionStep]:
    old = email_key(before.email) if before and before.email else None
    new = email_key(after.email) if after.email else None
    if old == new:
        return []
    steps: list[TransactionStep] = []
    if old:
        steps.append(Delete(keys.email_owner(old, after.id), _SAME_TOKEN))
    if new:
        item: Item = {
            "entity": "email_owner",
            "customer_id": after.id,
            "version": 1,
            "created_at": to_sortable(after.created_at),
            "updated_at": to_sortable(after.created_at),
        }
        steps.append(Put(keys.email_owner(new, after.id), item, _SAME_TOKEN))
    return steps


def unchanged(before: Customer | None, after: Customer) -> bool:
    return before is not None and _content(before) == _content(after)


def profile_check(customer: Customer) -> Condition:
    return Equals("version", customer.version)


def customer_of(item: Item) -> Customer:
    """The customer that a profile item holds. Absent attributes are empty, never an error."""
    fields = cast("dict[str, Any]", item)
    provider_name = fields.get("provider_name")
    activity = fields.get("last_activity_at")
    mirrored = dict(fields.get("mirrored") or {})
    social = dict(fields.get("social") or {})
    return Customer(
        id=fields["customer_id"],
        created_at=from_text(fields["created_at"]),
        version=fields["version"],
        status=CustomerStatus(fields.get("status", "active")),
        provider=(
            ProviderReference(ProviderName(provider_name), fields["provider_id"])
            if provider_name
            else None
        ),
        name=fields.get("name"),
        email=fields.get("email"),
        phone=fields.get("phone"),
        address=Address(**(fields.get("address") or {})),
        company=Company(**(fields.get("company") or {})),
        tax_id=fields.get("tax_id"),
        vat_number=fields.get("vat_number"),
        time_zone=fields.get("time_zone"),
        locale=fields.get("locale"),
        notification_preferences=fields.get("notification_preferences") or {},
        social=Social(**social),
        custom_fields=fields.get("custom_fields") or {},
        external_id=fields.get("external_id"),
        is_test=bool(fields.get("is_test")),
        default_payment_method=fields.get("default_payment_method"),
        last_activity_at=from_text(activity) if activity else None,
        mirrored=ProviderContact(
            **mirrored | {"address": Address(**(mirrored.get("address") or {}))}
        ),
        lifetime_values={
            name.removeprefix(LIFETIME_VALUE_PREFIX): amount
            for name, amount in fields.items()
            if name.startswith(LIFETIME_VALUE_PREFIX)
        },
        subscription_statuses=fields.get("subscription_statuses") or {},
    )
