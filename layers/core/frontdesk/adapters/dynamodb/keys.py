"""Every key of every item, built here and never parsed."""

from datetime import datetime

from frontdesk.adapters.dynamodb.operations import Key
from frontdesk.domain.snapshot import ObjectReference
from frontdesk.domain.times import to_sortable

LIST_SHARDS = 4
"""Partitions of the customer lists: enough for a thousand new rows a second each."""

OPEN_SHARDS = 4


def _customer(customer_id: str, sk: str) -> Key:
    return Key("customers", f"CUSTOMER#{customer_id}", sk)


def profile(customer_id: str) -> Key:
    return _customer(customer_id, "PROFILE")


def payment_method(customer_id: str, payment_method_id: str) -> Key:
    return _customer(customer_id, f"PAYMENT_METHOD#{payment_method_id}")


def transaction(customer_id: str, transaction_id: str) -> Key:
    return _customer(customer_id, f"TRANSACTION#{transaction_id}")


def profile_and_payment_methods(customer_id: str) -> Key:
    """The beginning that the two kinds share, and no other kind of row has."""
    return _customer(customer_id, "P")


def transactions(customer_id: str) -> Key:
    """The beginning of all transactions of a customer; their ids sort by time."""
    return transaction(customer_id, "")


def ledger_entry(customer_id: str, entry_key: str) -> Key:
    return _customer(customer_id, f"LEDGER#{entry_key}")


def invoice(customer_id: str, invoice_id: str) -> Key:
    return _customer(customer_id, f"INVOICE#{invoice_id}")


def credit_memo(customer_id: str, credit_memo_id: str) -> Key:
    return _customer(customer_id, f"CREDIT_MEMO#{credit_memo_id}")


def timeline_entry(customer_id: str, at: datetime, entry_key: str) -> Key:
    return _customer(customer_id, f"TIMELINE#{to_sortable(at)}#{entry_key}")


def search_token(word: str, customer_id: str) -> Key:
    return Key("customers", search_partition(word), f"{word}#{customer_id}")


def search_partition(word: str) -> str:
    return f"SEARCH#{word[0]}"


def email_owner(email_key: str, customer_id: str) -> Key:
    return Key("customers", email_partition(email_key), f"CUSTOMER#{customer_id}")


def email_partition(email_key: str) -> str:
    return f"EMAIL#{email_key}"


def external_id(external_id: str) -> Key:
    return Key("customers", f"EXTERNAL_ID#{external_id}", "POINTER")


def mirrored(kind: str, provider: str, provider_id: str) -> Key:
    """The row that holds an object's tickets and says where its projection stands."""
    tables = {"subscription": "subscriptions", "product": "store", "price": "store"}
    table = tables.get(kind, "customers")
    return Key(table, f"MIRROR#{provider}#{kind}#{provider_id}", "MIRROR")


def transaction_pointer(transaction_id: str) -> Key:
    return Key("customers", f"TRANSACTION#{transaction_id}", "POINTER")


def refund(refund_id: str) -> Key:
    return Key("customers", f"REFUND#{refund_id}", "REFUND")


def refunds_that_are(state: str) -> str:
    """The partition of the refunds' index."""
    return f"REFUND#{state}"


def refund_request(customer_id: str, request_id: str) -> Key:
    return _customer(customer_id, f"REFUND_REQUEST#{request_id}")


def refund_request_pointer(request_id: str) -> Key:
    return Key("customers", f"REFUND_REQUEST#{request_id}", "POINTER")


def refund_request_for(transaction_id: str) -> Key:
    """The payment's request that is to be decided, if one is."""
    return Key("customers", f"TRANSACTION#{transaction_id}", "REFUND_REQUEST")


def refund_approvals(customer_id: str) -> Key:
    """Counts the customer's requests that the rules have approved."""
    return _customer(customer_id, "REFUND_APPROVALS")


def refund_requests_that_are(state: str) -> str:
    """The partition of the refunds' index."""
    return f"REFUND_REQUEST#{state}"


def subscription(subscription_id: str) -> Key:
    return Key("subscriptions", f"SUBSCRIPTION#{subscription_id}", "STATE")


def provider_product(provider: str, provider_id: str) -> Key:
    return Key("store", f"PROVIDER_PRODUCT#{provider}#{provider_id}", "PRODUCT")


def provider_price(provider: str, provider_id: str) -> Key:
    return Key("store", f"PROVIDER_PRICE#{provider}#{provider_id}", "PRICE")


def probes() -> tuple[Key, ...]:
    """One key of each table, of an item that is never there."""
    tables = ("customers", "subscriptions", "store", "operations")
    return tuple(Key(table, "PROBE", "PROBE") for table in tables)


def offer(offer_id: str) -> Key:
    return Key("store", f"OFFER#{offer_id}", "OFFER")


def settings() -> Key:
    return Key("store", "SETTINGS", "SETTINGS")


def api_key(key_id: str) -> Key:
    return Key("store", api_keys_partition(), f"API_KEY#{key_id}")


def api_key_by_hash(secret_hash: str) -> Key:
    return Key("store", f"API_KEY_HASH#{secret_hash}", "POINTER")


def api_keys_partition() -> str:
    return "API_KEYS"


def export_job(export_id: str) -> Key:
    return Key("store", f"EXPORT#{export_id}", "JOB")


def export_segment(export_id: str, segment: int) -> Key:
    return Key("store", f"EXPORT#{export_id}", f"SEGMENT#{segment:04d}")


def provider_event(provider: str, event_id: str) -> Key:
    return Key("operations", f"EVENT#{provider}#{event_id}", "EVENT")


def transmission(provider: str, transmission_id: str) -> Key:
    return Key("operations", f"TRANSMISSION#{provider}#{transmission_id}", "TRANSMISSION")


def refund_name(payment: ObjectReference, refund_id: str) -> Key:
    """With an empty `refund_id`, the beginning of all of the payment's."""
    partition = f"PAYMENT#{payment.provider}#{payment.provider_id}"
    return Key("operations", partition, f"REFUND#{refund_id}")


def outbox(entry_key: str) -> Key:
    return Key("operations", f"OUTBOX#{entry_key}", "OUTBOX")


def operation(operation_id: str) -> Key:
    return Key("operations", f"OPERATION#{operation_id}", "OPERATION")


def session(token_hash: str) -> Key:
    return Key("operations", f"SESSION#{token_hash}", "SESSION")


def session_principal(kind: str, principal_id: str) -> str:
    return f"{kind.upper()}#{principal_id}"


def used_token(issuer: str, token_id: str) -> Key:
    return Key("operations", f"USED_TOKEN#{issuer}#{token_id}", "USED_TOKEN")


def request_record(caller: str, route: str, idempotency_key: str) -> Key:
    return Key("operations", f"REQUEST#{caller}#{route}#{idempotency_key}", "REQUEST")


def shard_of(text: str, shards: int) -> int:
    """Spreads evenly and for ever the same; `text` ends in random characters."""
    return sum(text[-6:].encode()) % shards


def list_shard(customer_id: str) -> str:
    return f"CUSTOMERS#{shard_of(customer_id, LIST_SHARDS)}"


def list_shards() -> tuple[str, ...]:
    return tuple(f"CUSTOMERS#{number}" for number in range(LIST_SHARDS))


def open_shard(kind: str, identifier: str) -> str:
    return f"{kind}#{shard_of(identifier, OPEN_SHARDS)}"


def open_shards(kind: str) -> tuple[str, ...]:
    return tuple(f"{kind}#{number}" for number in range(OPEN_SHARDS))
