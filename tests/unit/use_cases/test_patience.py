"""How often a provider is asked, and when it is left alone."""

from datetime import timedelta

import pytest

from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.ports.provider import ProviderRejectedError, ProviderUnavailableError
from frontdesk.use_cases.patience import PatientProvider
from tests.fakes.clock import FakeClock
from tests.fakes.provider import FakeProvider, reference

CUSTOMER = reference(ObjectKind.CUSTOMER, "cus_1")
PAYMENT = reference(ObjectKind.PAYMENT, "ch_1")
AT_PAYPAL = ObjectReference(ProviderName.PAYPAL, ObjectKind.CUSTOMER, "payer-1")


class Line:
    """A patient provider before one whose failures a test decides on; sleeping passes the time."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.fake = FakeProvider()
        self.slept: list[float] = []
        self.patient = PatientProvider(
            self.fake,
            clock=self.clock,
            sleep=self._sleep,
            between_calls=timedelta(milliseconds=500),
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def break_down(self, error: Exception) -> None:
        def refuse(name: str) -> None:
            raise error

        self.fake.after_fetch = refuse

    def fail(self, times: int, looked_at: ObjectReference = CUSTOMER) -> int:
        """How many of so many fetches reach the provider."""
        before = len(self.fake.fetched)
        for _ in range(times):
            with pytest.raises(ProviderUnavailableError):
                self.patient.fetch(looked_at)
        return len(self.fake.fetched) - before

    def is_left_alone(self) -> bool:
        try:
            self.patient.refuse_while_resting(CUSTOMER.provider)
        except ProviderUnavailableError:
            return True
        return False


@pytest.fixture
def line() -> Line:
    return Line()


def test_fetches_of_one_kind_take_turns(line: Line) -> None:
    for _ in range(3):
        line.patient.fetch(CUSTOMER)

    assert line.slept == [0.5, 0.5]


def test_another_kind_and_another_provider_have_turns_of_their_own(line: Line) -> None:
    for looked_at in (CUSTOMER, PAYMENT, AT_PAYPAL):
        line.patient.fetch(looked_at)

    assert line.slept == []


def test_who_comes_late_does_not_wait(line: Line) -> None:
    line.patient.fetch(CUSTOMER)
    line.clock.advance(timedelta(seconds=1))
    line.patient.fetch(CUSTOMER)

    assert line.slept == []


def test_after_each_three_failures_it_is_left_alone_longer_up_to_a_minute(line: Line) -> None:
    line.break_down(ProviderUnavailableError("a test says so"))
    rests = []
    for _ in range(9):
        assert line.fail(3) == 3
        seconds = 0
        while line.is_left_alone():
            line.clock.advance(timedelta(seconds=1))
            seconds += 1
        rests.append(seconds)

    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_while_it_is_left_alone_nobody_reaches_it(line: Line) -> None:
    line.break_down(ProviderUnavailableError("a test says so"))
    line.fail(3)

    assert line.fail(5) == 0


def test_after_a_good_answer_the_rests_are_short_again(line: Line) -> None:
    for _ in range(3):
        line.break_down(ProviderUnavailableError("a test says so"))
        line.fail(3)
        line.clock.advance(timedelta(seconds=1))
        line.fake.after_fetch = lambda name: None
        line.patient.fetch(CUSTOMER)


def test_a_success_between_forgives_the_failures(line: Line) -> None:
    for _ in range(5):
        line.break_down(ProviderUnavailableError("a test says so"))
        assert line.fail(2) == 2
        line.fake.after_fetch = lambda name: None
        line.patient.fetch(CUSTOMER)


def test_a_refusal_is_no_failure(line: Line) -> None:
    line.break_down(ProviderRejectedError("a test says so"))
    for _ in range(5):
        with pytest.raises(ProviderRejectedError):
            line.patient.fetch(CUSTOMER)

    assert len(line.fake.fetched) == 5


def test_another_provider_is_asked_meanwhile(line: Line) -> None:
    line.break_down(ProviderUnavailableError("a test says so"))
    line.fail(4)
    line.fake.after_fetch = lambda name: None

    assert line.patient.fetch(AT_PAYPAL) is None
