"""What the log tells of refused sign-ins."""

import json
from typing import Any

import pytest

from frontdesk.domain.sso import InvalidSsoTokenError, Refusal, TokenAlreadyUsedError
from frontdesk.entrypoints.sign_in_log import note_refusal


@pytest.fixture(autouse=True)
def function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Frontdesk/test")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestNoteRefusal:
    @pytest.mark.parametrize("reason", Refusal)
    def test_tells_why(self, reason: Refusal, capsys: pytest.CaptureFixture[str]) -> None:
        note_refusal(InvalidSsoTokenError(reason))
        (line,) = lines(capsys)

        assert (line["level"], line["reason"]) == ("INFO", reason.value)

    def test_counts_used_tokens(self, capsys: pytest.CaptureFixture[str]) -> None:
        note_refusal(TokenAlreadyUsedError())
        warning, metric = lines(capsys)

        assert warning["level"] == "WARNING"
        assert metric["SsoTokensReplayed"] == [1]
