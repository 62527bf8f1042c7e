"""Repairs what MiniStack's IAM takes for AWS's rules."""

from typing import Any

# AWS asks for the permission of the single call.
BATCH_CALLS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def take_loopback_for_tls(application: Any) -> None:
    """The template denies what does not come over TLS; on the loopback address everything may."""
    pin = application.pin_request_origin
    application.pin_request_origin = lambda address, _secure: pin(address, True)


def ask_for_single_calls(iam_actions: Any) -> None:
    action_of = iam_actions.extract_iam_action

    def single_action_of(*arguments: Any) -> Any:
        action = action_of(*arguments)
        return BATCH_CALLS.get(action, action)

    iam_actions.extract_iam_action = single_action_of
