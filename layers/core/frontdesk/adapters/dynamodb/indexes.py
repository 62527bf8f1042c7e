"""The indexes by table, as template.yaml makes them (a test compares the two)."""

INDEXES: dict[str, dict[str, tuple[str, str]]] = {
    "customers": {
        "customers_by_created": ("list_shard", "created_at_key"),
        "customers_by_lifetime_value": ("list_shard", "lifetime_value_minor"),
        "customers_by_name": ("list_shard", "name_key"),
        "customers_by_last_activity": ("list_shard", "last_activity_key"),
        "refunds_by_status": ("refund_status", "refunded_key"),
    },
    "subscriptions": {
        "subscriptions_by_customer": ("customer_id", "started_key"),
        "subscriptions_due": ("due_shard", "due_at"),
    },
    "store": {"jobs_by_created": ("job_kind", "created_at_key")},
    "operations": {
        "unfinished": ("open_shard", "opened_at"),
        "sessions_by_principal": ("principal_key", "created_at_key"),
    },
}


def sort_key_names(table: str, index: str | None) -> tuple[str, str]:
    """The names of the partition and the sort attribute."""
    return ("pk", "sk") if index is None else INDEXES[table][index]
