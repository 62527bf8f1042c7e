"""Under which condition a command may run."""

import pytest

from frontdesk.entrypoints.preconditions import idempotency_key
from frontdesk.entrypoints.problem import RequestError
from frontdesk.entrypoints.routes import ROUTES, Idempotency

KEY = "0c52a6f0-3f4e-4b0e-9d5a-3a8f4ce3a111"
COMMAND = next(route for route in ROUTES if route.idempotency is Idempotency.REQUIRED)


class TestKeyOfAPreview:
    @pytest.mark.parametrize("header", [None, KEY])
    def test_is_neither_asked_for_nor_kept(self, header: str | None) -> None:
        assert idempotency_key(header, route=COMMAND, is_preview=True) is None

    @pytest.mark.parametrize("header", ["", "once"])
    def test_is_refused_where_it_is_none(self, header: str) -> None:
        with pytest.raises(RequestError) as refused:
            idempotency_key(header, route=COMMAND, is_preview=True)

        assert refused.value.code == "invalid_idempotency_key"
