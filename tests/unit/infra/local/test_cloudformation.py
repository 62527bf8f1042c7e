"""Parameters reach SAM, numbers are numbers, and machines may be YAML."""

import json
from types import SimpleNamespace
from typing import Any

from infra.local.aws import cloudformation


def test_numbers_that_parameters_wrote_as_text_are_numbers() -> None:
    assert cloudformation.with_integers({"MaximumConcurrency": "5", "Name": "q5"}) == {
        "MaximumConcurrency": 5,
        "Name": "q5",
    }


def test_event_sources_get_numbers_on_create_and_update() -> None:
    seen: list[Any] = []
    handlers: dict[str, Any] = {
        "create": lambda _id, props, _stack: seen.append(props),
        "update": lambda _id, _old, new, _stack: seen.append(new),
    }
    cloudformation.repair_event_sources({cloudformation.EVENT_SOURCE: handlers})
    properties = {"ScalingConfig": {"MaximumConcurrency": "5"}, "BatchSize": 10}

    handlers["create"]("id", properties, "stack")
    handlers["update"]("id", {}, properties, "stack")

    assert seen == [{"ScalingConfig": {"MaximumConcurrency": 5}, "BatchSize": 10}] * 2


def test_sam_sees_the_parameters_of_the_stack() -> None:
    seen: list[Any] = []
    translator = SimpleNamespace(transform=lambda _template, values, _loader: seen.append(values))
    engine = SimpleNamespace(
        _transform_parameters=lambda _template, provided, _previous: dict(provided),
        _apply_transforms=lambda *_arguments: translator.transform({}, {}, None),
    )
    handlers = SimpleNamespace()
    cloudformation.hand_parameters_to_sam(engine, [handlers], translator)

    handlers._apply_transforms({}, {"Stage": "local"}.items())
    translator.transform({}, {}, None)

    assert seen == [{"Stage": "local"}, {}]


def test_a_machine_in_yaml_is_handed_on_as_json() -> None:
    text = "StartAt: A\nMax: 8"
    provisioners = SimpleNamespace(_sfn_definition=lambda _props: text)
    cloudformation.read_yaml_machines(provisioners)

    assert json.loads(provisioners._sfn_definition({})) == {"StartAt": "A", "Max": 8}
