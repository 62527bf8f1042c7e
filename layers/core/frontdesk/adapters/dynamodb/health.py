"""Whether the four tables answer, asked in one call."""

from datetime import timedelta

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway
from frontdesk.domain.errors import UnavailableError

DEADLINE = timedelta(seconds=3)


class DynamoTableProbe:
    """The gateway tries for longer than anybody waits for a health check: hence a thread."""

    def __init__(self, gateway: Gateway, *, deadline: timedelta = DEADLINE) -> None:
        self._gateway = gateway
        self._deadline = deadline

    def ensure_tables_answer(self) -> None:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only where it is used

        from botocore.exceptions import ClientError  # noqa: PLC0415 - only where a client is made

        executor = ThreadPoolExecutor(max_workers=1)
        try:
            answer = executor.submit(self._gateway.get_many, list(keys.probes()))
            answer.result(timeout=self._deadline.total_seconds())
        except (TimeoutError, ClientError) as error:
            raise UnavailableError("The tables do not answer.") from error
        finally:
            executor.shutdown(wait=False)
