"""Metrics, written to the log in CloudWatch's embedded format."""


def emit(name: str, value: int, *, unit: str, service: str) -> None:
    """One figure of one function; its namespace is POWERTOOLS_METRICS_NAMESPACE.

    The alarms of template.yaml read these names, units and the `service` dimension.
    """
    from aws_lambda_powertools.metrics import (  # noqa: PLC0415 - only where something is counted
        MetricUnit,
        single_metric,
    )

    with single_metric(name=name, unit=MetricUnit(unit), value=value) as metric:
        metric.add_dimension(name="service", value=service)
