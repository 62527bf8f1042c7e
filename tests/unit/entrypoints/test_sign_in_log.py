"""What the log tells of refused sign-ins."""

import json

import pytest

from frontdesk.domain.sso import InvalidSsoTokenError, Refusal, TokenAlreadyUsedError
from frontdesk.entrypoints.sign_in_log import note_refusal


class TestNoteRefusal:
    @pytest.mark.parametrize("reason", Refusal)
    def test_tells_why(self, reason: Refusal, caplog: pytest.LogCaptureFixture) -> None:
        note_refusal(InvalidSsoTokenError(reason))
        (record,) = caplog.records

        assert (record.levelname, record.__dict__["reason"]) == ("INFO", reason.value)

    def test_used_token_is_a_warning_and_is_counted(
        self,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Frontdesk/test")
        note_refusal(TokenAlreadyUsedError())
        (record,) = caplog.records
        metric = json.loads(capsys.readouterr().out.splitlines()[-1])

        assert record.levelname == "WARNING"
        assert metric["SsoTokensReplayed"] == [1]
