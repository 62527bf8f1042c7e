"""Metrics, written to the log in CloudWatch's embedded format."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from frontdesk.config import setting


def emit(name: str, value: int, *, unit: str) -> None:
    """One figure under the stage's dimension; alarms in template.yaml read them."""
    with single_metric(
        name=name, unit=MetricUnit(unit), value=value, namespace="Frontdesk"
    ) as metric:
        metric.add_dimension(name="Stage", value=setting("STAGE"))
