"""The house rules of template.yaml (G12): what may be reached, by whom, and what is kept."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from frontdesk.adapters.dynamodb.indexes import INDEXES
from infra.environments import ROOT
from infra.template import TABLES, resources, template

pytestmark = pytest.mark.case("G12")

FUNCTIONS = resources("AWS::Serverless::Function")
ROLES = resources("AWS::IAM::Role")
TABLE_PROPERTIES = resources("AWS::DynamoDB::Table")
BUCKETS = resources("AWS::S3::Bucket")
QUEUES = resources("AWS::SQS::Queue")

# AWS has no exact name for these: the objects of a bucket, the characters that Secrets Manager
# adds to a secret's name.
ALLOWED_WILDCARDS = (
    re.compile(r"\$\{[A-Za-z]+Bucket\.Arn\}/\*"),
    re.compile(r"arn:.*:secretsmanager:.*:secret:\$\{[A-Za-z]+\}-\?{6}"),
)
ASYNCHRONOUS = {"DynamoDB", "ScheduleV2", "Schedule", "S3", "SNS", "EventBridgeRule"}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def granted() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each statement of each role."""
    for name, role in ROLES.items():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def logical_id(reference: Any) -> str:
    """Of `!Ref X` and `!GetAtt X.Arn`."""
    match reference:
        case {"Ref": name}:
            return str(name)
        case {"Fn::GetAtt": [name, _]}:
            return str(name)
    raise AssertionError(f"not a reference: {reference}")


def events_of(function: dict[str, Any]) -> list[dict[str, Any]]:
    return list(function.get("Events", {}).values())


class TestRoles:
    def test_no_action_has_a_wildcard(self) -> None:
        actions = [(name, action) for name, s in granted() for action in as_list(s["Action"])]

        assert len(actions) > 50
        assert [one for one in actions if "*" in one[1] or "?" in one[1]] == []

    def test_resources_are_exact_where_aws_has_exact_names(self) -> None:
        named = [(name, r) for name, s in granted() for r in as_list(s["Resource"])]
        texts = [(name, r.get("Fn::Sub", "") if isinstance(r, dict) else r) for name, r in named]
        loose = [one for one in texts if isinstance(one[1], str) and re.search(r"[*?]", one[1])]

        assert loose
        unexpected = [
            one for one in loose if not any(known.fullmatch(one[1]) for known in ALLOWED_WILDCARDS)
        ]
        assert unexpected == []

    def test_no_role_grants_by_exception(self) -> None:
        statements = list(granted())

        assert [name for name, s in statements if {"NotAction", "NotResource"} & s.keys()] == []
        assert [name for name, role in ROLES.items() if "ManagedPolicyArns" in role] == []

    def test_each_function_has_a_role_of_its_own(self) -> None:
        roles = {name: logical_id(function["Role"]) for name, function in FUNCTIONS.items()}

        assert len(set(roles.values())) == len(roles)
        assert all(role == name.replace("Function", "Role") for name, role in roles.items())

    def test_a_role_may_be_taken_by_one_service_only(self) -> None:
        for role in ROLES.values():
            (statement,) = role["AssumeRolePolicyDocument"]["Statement"]

            assert isinstance(statement["Principal"]["Service"], str)


class TestFunctions:
    def test_each_has_a_log_group_of_its_own_with_retention(self) -> None:
        groups = resources("AWS::Logs::LogGroup")

        for name, function in FUNCTIONS.items():
            group = logical_id(function["LoggingConfig"]["LogGroup"])

            assert group == name.replace("Function", "LogGroup")
            assert "RetentionInDays" in groups[group]

    def test_every_log_group_forgets(self) -> None:
        groups = resources("AWS::Logs::LogGroup")

        assert [name for name, group in groups.items() if "RetentionInDays" not in group] == []

    def test_none_waits_longer_than_its_caller(self) -> None:
        default = template()["Globals"]["Function"]["Timeout"]
        seconds = {name: function.get("Timeout", default) for name, function in FUNCTIONS.items()}
        behind_http = [n for n, f in FUNCTIONS.items() if "HttpApi" in map(kind_of, events_of(f))]

        assert behind_http
        assert [name for name in behind_http if seconds[name] > 29] == []

    def test_what_runs_asynchronously_has_a_place_for_failures(self) -> None:
        for name, function in FUNCTIONS.items():
            for event in events_of(function):
                if event["Type"] in ASYNCHRONOUS:
                    places = (event["Properties"], function.get("EventInvokeConfig", {}))

                    assert any("DestinationConfig" in place for place in places), name

    def test_none_has_an_address_of_its_own(self) -> None:
        assert [name for name, f in FUNCTIONS.items() if "FunctionUrlConfig" in f] == []

    def test_environment_holds_names_of_secrets_and_no_secret(self) -> None:
        for function in FUNCTIONS.values():
            variables = function["Environment"]["Variables"]
            plain = {key: value for key, value in variables.items() if isinstance(value, str)}

            assert set(plain) <= {"POWERTOOLS_SERVICE_NAME"}


def kind_of(event: dict[str, Any]) -> str:
    return str(event["Type"])


class TestApi:
    def test_the_authorizer_is_asked_every_time(self) -> None:
        (api,) = resources("AWS::Serverless::HttpApi").values()
        (authorizer,) = api["Auth"]["Authorizers"].values()

        assert api["Auth"]["DefaultAuthorizer"] in api["Auth"]["Authorizers"]
        assert "Identity" not in authorizer
        assert authorizer["EnableSimpleResponses"] is True
        assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"

    def test_origins_are_exact(self) -> None:
        pattern = re.compile(template()["Parameters"]["AllowedOrigins"]["AllowedPattern"])

        assert pattern.fullmatch("https://a.example,http://localhost:3000")
        assert not pattern.fullmatch("*")
        assert not pattern.fullmatch("https://*.example")
        assert not pattern.fullmatch("https://a.example/")


class TestTables:
    def test_each_survives_mistakes(self) -> None:
        items = {n: r for n, r in template()["Resources"].items() if n in TABLES.values()}

        assert set(TABLE_PROPERTIES) == set(TABLES.values())
        for name, resource in items.items():
            properties = resource["Properties"]
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate", name
            assert resource["UpdateReplacePolicy"] == "Retain", name
            recovery = properties["PointInTimeRecoverySpecification"]
            assert recovery == {"PointInTimeRecoveryEnabled": True}, name
            assert properties["DeletionProtectionEnabled"]["Fn::If"][0] == "ProtectsTables", name
            assert properties["SSESpecification"] == {"SSEEnabled": True}, name

    def test_tables_are_protected_unless_somebody_says_otherwise(self) -> None:
        assert template()["Parameters"]["DeletionProtection"]["Default"] == "true"

    def test_indexes_are_those_of_the_code(self) -> None:
        for logical, resource in TABLES.items():
            defined = {
                index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
                for index in TABLE_PROPERTIES[resource]["GlobalSecondaryIndexes"]
            }

            assert defined == INDEXES[logical], logical


class TestBuckets:
    def test_each_is_private_encrypted_and_versioned(self) -> None:
        for name, bucket in BUCKETS.items():
            assert all(bucket["PublicAccessBlockConfiguration"].values()), name
            assert len(bucket["PublicAccessBlockConfiguration"]) == 4, name
            assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"], name
            assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name
            assert bucket["OwnershipControls"]["Rules"][0] == {
                "ObjectOwnership": "BucketOwnerEnforced"
            }, name

    def test_abandoned_uploads_are_aborted_after_a_day(self) -> None:
        for name, bucket in BUCKETS.items():
            rules = bucket["LifecycleConfiguration"]["Rules"]
            days = [
                rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
                for rule in rules
                if "AbortIncompleteMultipartUpload" in rule and "Prefix" not in rule
            ]

            assert days == [1], name

    def test_reading_is_logged(self) -> None:
        unlogged = {
            name for name, bucket in BUCKETS.items() if "LoggingConfiguration" not in bucket
        }

        assert unlogged == {"AccessLogsBucket"}


class TestTransport:
    def test_each_bucket_queue_and_topic_refuses_what_is_not_tls(self) -> None:
        guarded = {
            logical_id(target)
            for policy in resource_policies()
            for place in ("Bucket", "Queues", "Topics")
            for target in as_list(policy.get(place, []))
            if any(map(denies_plain_text, policy["PolicyDocument"]["Statement"]))
        }

        assert guarded == {*BUCKETS, *QUEUES, *resources("AWS::SNS::Topic")}

    def test_no_resource_policy_lets_everybody_in(self) -> None:
        statements = [
            s for policy in resource_policies() for s in policy["PolicyDocument"]["Statement"]
        ]
        allowed = [s for s in statements if s["Effect"] == "Allow"]

        assert allowed
        assert [s["Sid"] for s in allowed if "Service" not in s["Principal"]] == []
        assert [s["Sid"] for s in allowed if "aws:SourceAccount" not in str(s["Condition"])] == []


def resource_policies() -> list[dict[str, Any]]:
    kinds = ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
    return [policy for kind in kinds for policy in resources(kind).values()]


def denies_plain_text(statement: dict[str, Any]) -> bool:
    return statement["Effect"] == "Deny" and statement.get("Condition") == {
        "Bool": {"aws:SecureTransport": "false"}
    }


class TestQueues:
    def test_each_is_encrypted(self) -> None:
        assert [n for n, q in QUEUES.items() if q.get("SqsManagedSseEnabled") is not True] == []

    def test_a_message_is_hidden_for_six_times_its_function(self) -> None:
        seconds = FUNCTIONS["MirrorFunction"]["Timeout"]

        assert QUEUES["EventQueue"]["VisibilityTimeout"] >= 6 * seconds

    def test_each_place_of_failures_has_an_alarm(self) -> None:
        alarms = resources("AWS::CloudWatch::Alarm").values()
        watched = {
            logical_id(dimension["Value"])
            for alarm in alarms
            for dimension in alarm["Dimensions"]
            if dimension["Name"] == "QueueName"
        }

        assert watched == {"EventDeadLetters", "FailedInvocations"}

    @pytest.mark.case("H5")
    def test_a_message_that_was_given_up_is_told_within_five_minutes(self) -> None:
        alarm = resources("AWS::CloudWatch::Alarm")["EventDeadLettersAlarm"]

        assert alarm["Period"] * alarm["EvaluationPeriods"] <= 300
        assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 1)
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


class TestAlarms:
    def test_what_needs_a_person_is_watched(self) -> None:
        metrics = {alarm["MetricName"] for alarm in resources("AWS::CloudWatch::Alarm").values()}

        assert metrics >= {
            "ApproximateNumberOfMessagesVisible",
            "5xx",
            "OldestUnprocessedEventAgeSeconds",
            "StaleOperations",
            "ExecutionsFailed",
        }

    def test_each_tells_somebody(self) -> None:
        alarms = resources("AWS::CloudWatch::Alarm")

        told = {
            name: [logical_id(a) for a in alarm["AlarmActions"]] for name, alarm in alarms.items()
        }
        assert set(map(tuple, told.values())) == {("AlarmTopic",)}


class TestExportMachine:
    @pytest.fixture
    def states(self) -> dict[str, Any]:
        (machine,) = resources("AWS::Serverless::StateMachine").values()
        definition = yaml.safe_load((ROOT / machine["DefinitionUri"]).read_text(encoding="utf-8"))
        states: dict[str, Any] = definition["States"]
        return states

    def test_every_task_has_a_time_out_and_is_tried_again(self, states: dict[str, Any]) -> None:
        tasks = [state for state in all_states(states) if state["Type"] == "Task"]

        assert len(tasks) >= 4
        assert all("TimeoutSeconds" in task and "Retry" in task for task in tasks)

    def test_every_failure_is_written_into_the_job(self, states: dict[str, Any]) -> None:
        caught = {
            name: [catch["Next"] for catch in state.get("Catch", [])]
            for name, state in states.items()
            if state["Type"] in {"Task", "Map"} and name != "GiveUp"
        }

        assert set(map(tuple, caught.values())) == {("GiveUp",)}

    def test_the_only_placeholder_is_the_function(self, states: dict[str, Any]) -> None:
        (machine,) = resources("AWS::Serverless::StateMachine").values()
        placeholders = set(re.findall(r"\$\{(\w+)\}", json.dumps(states)))

        assert placeholders == set(machine["DefinitionSubstitutions"])


def all_states(states: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for state in states.values():
        yield state
        if "ItemProcessor" in state:
            yield from all_states(state["ItemProcessor"]["States"])
