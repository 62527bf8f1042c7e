"""What stands in an event of API Gateway."""

import pytest

from frontdesk.entrypoints.events import raw_body
from frontdesk.entrypoints.problem import RequestError


class TestRawBody:
    def test_a_text_in_which_bytes_were_replaced_is_refused(self) -> None:
        with pytest.raises(RequestError) as refused:
            raw_body({"body": '{"name": "Ren\ufffd"}', "isBase64Encoded": False})

        assert refused.value.code == "malformed_json"

    def test_the_replacement_character_as_an_escape_is_meant(self) -> None:
        assert raw_body({"body": '{"name": "\\ufffd"}'}) == b'{"name": "\\ufffd"}'
