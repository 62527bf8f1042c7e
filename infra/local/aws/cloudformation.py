"""Repairs how MiniStack's CloudFormation reads parameters and state machines.

AWS hands a stack's parameters to SAM, and turns a parameter's text into the number that a property
wants; a state machine may be YAML. MiniStack gives SAM the defaults only, keeps the text, and
takes JSON.
"""

import importlib
import json
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

Properties = dict[str, Any]

EVENT_SOURCE = "AWS::Lambda::EventSourceMapping"


def with_integers(value: Any) -> Any:
    """The same structure with every number that is written as text as a number."""
    if isinstance(value, dict):
        return {key: with_integers(item) for key, item in value.items()}
    return int(value) if isinstance(value, str) and value.isdigit() else value


def numbers_in_scaling(properties: Properties) -> Properties:
    if "ScalingConfig" not in properties:
        return properties
    return {**properties, "ScalingConfig": with_integers(properties["ScalingConfig"])}


def repair_event_sources(resource_handlers: dict[str, dict[str, Any]]) -> None:
    handlers = resource_handlers[EVENT_SOURCE]
    create, update = handlers["create"], handlers["update"]
    handlers.update(
        create=lambda logical_id, props, stack: create(
            logical_id, numbers_in_scaling(props), stack
        ),
        update=lambda physical_id, old, new, stack: update(
            physical_id, numbers_in_scaling(old), numbers_in_scaling(new), stack
        ),
    )


def read_yaml_machines(provisioners: Any) -> None:
    """Placeholders are filled in first: `MaxConcurrency: ${Workers}` is a number then."""
    # Of the emulator's environment, like everything that this package repairs.
    yaml = importlib.import_module("yaml")
    definition_of: Callable[[Properties], str] = provisioners._sfn_definition
    provisioners._sfn_definition = lambda props: json.dumps(yaml.safe_load(definition_of(props)))


def hand_parameters_to_sam(engine: Any, callers: list[Any], translator: Any) -> None:
    """SAM is called somewhere inside `_apply_transforms`, which knows the stack's parameters."""
    current: ContextVar[dict[str, Any] | None] = ContextVar("stack_parameters", default=None)
    apply: Callable[..., Any] = engine._apply_transforms
    translate: Callable[..., Any] = translator.transform

    def apply_with_parameters(template: Any, provided: Any = None, previous: Any = None) -> Any:
        token = current.set(engine._transform_parameters(template, provided, previous))
        try:
            return apply(template, provided, previous)
        finally:
            current.reset(token)

    def translate_with_parameters(template: Any, parameters: Any, loader: Any) -> Any:
        return translate(template, {**parameters, **(current.get() or {})}, loader)

    translator.transform = translate_with_parameters
    for module in callers:
        module._apply_transforms = apply_with_parameters
