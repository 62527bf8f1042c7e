"""Metrics, written to the log in CloudWatch's embedded format."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric


def emit(name: str, value: int, *, unit: str, service: str) -> None:
    """One figure of one function; its namespace is POWERTOOLS_METRICS_NAMESPACE.

    The alarms of template.yaml read these names, units and the `service` dimension.
    """
    with single_metric(name=name, unit=MetricUnit(unit), value=value) as metric:
        metric.add_dimension(name="service", value=service)
