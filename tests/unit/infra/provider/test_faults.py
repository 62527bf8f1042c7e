import pytest

from infra.local.provider.faults import Fault, Faults, RateLimiter


def strikes(faults: Faults, times: int, path: str = "/v1/refunds") -> list[bool]:
    return [faults.strike("POST", path) is not None for _ in range(times)]


class TestFaults:
    def test_a_fault_strikes_as_often_as_asked_after_those_it_skips(self) -> None:
        faults = Faults()
        faults.add(Fault("error", times=2, skip=1))

        assert strikes(faults, 5) == [False, True, True, False, False]

    def test_method_and_path_are_patterns_that_match_as_a_whole(self) -> None:
        faults = Faults()
        faults.add(Fault("reset", method="POST", path="/v1/refunds(/.*)?", times=None))

        assert faults.strike("GET", "/v1/refunds") is None
        assert faults.strike("POST", "/v1/refunds_of_somebody") is None
        assert faults.strike("POST", "/v1/refunds/re_1") is not None

    def test_a_probability_is_the_same_story_for_the_same_seed(self) -> None:
        def told(seed: int) -> list[bool]:
            faults = Faults()
            faults.add(Fault("error", times=None, probability=0.3, seed=seed))
            return strikes(faults, 200)

        assert told(1) == told(1)
        assert told(1) != told(2)
        assert 30 < sum(told(1)) < 90

    @pytest.mark.parametrize(("kind", "when"), [("explode", "before"), ("error", "meanwhile")])
    def test_unknown_faults_are_refused(self, kind: str, when: str) -> None:
        with pytest.raises(ValueError, match="unknown fault"):
            Fault(kind, when=when)


class TestRateLimiter:
    def test_it_admits_the_rate_and_refills_with_time(self) -> None:
        now = [0.0]
        limiter = RateLimiter(monotonic=lambda: now[0])
        limiter.limit_to(2)

        first = [limiter.admits() for _ in range(3)]
        now[0] = 0.5
        later = [limiter.admits() for _ in range(2)]

        assert first == [True, True, False]
        assert later == [True, False]

    def test_without_a_rate_everything_is_admitted(self) -> None:
        limiter = RateLimiter()

        assert all(limiter.admits() for _ in range(1000))
