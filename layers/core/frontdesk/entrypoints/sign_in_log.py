"""What is told of a refused sign-in: why, and never anything of the token."""

from frontdesk.domain.sso import InvalidSsoTokenError, TokenAlreadyUsedError


def note_refusal(error: InvalidSsoTokenError | TokenAlreadyUsedError) -> None:
    """A used token may be a stolen one: it is counted, so that an alarm can be set on it."""
    from aws_lambda_powertools import Logger  # noqa: PLC0415 - only where something is logged

    from frontdesk.entrypoints.metrics import emit  # noqa: PLC0415 - the same

    logger = Logger(service="sessions")
    if isinstance(error, TokenAlreadyUsedError):
        logger.warning("A sign-in token was used again.")
        emit("SsoTokensReplayed", 1, unit="Count", service="sessions")
    else:
        logger.info("A sign-in was refused.", reason=error.reason.value)
