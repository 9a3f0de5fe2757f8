"""The forecast of the remaining time, on a clock that the test holds."""

from __future__ import annotations

import pytest

from analysis.progress import CostBook, Forecast, Progress, StageCost, StageDone, Throttle

COSTS = {
    "sound": StageCost(0.5, 0.005),
    "text": StageCost(1.5, 0.14),
    "face": StageCost(0.3, 0.11),
    "write": StageCost(0.2, 0.001),
}
LANES = (("sound", "text"), ("face",))


class Clock:
    """Time as the test says."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def play(media_s: float, slower: dict[str, float], step: dict[str, float]) -> list[tuple[float, float]]:
    """(time, remaining) of a run whose stages take `slower` times the expected cost and report every `step` seconds."""
    clock = Clock()
    forecast = Forecast(LANES, ("write",), media_s, COSTS, clock)
    agenda: list[tuple[float, str, str, float]] = []
    ends = []
    for lane in LANES:
        at = 0.0
        for name in lane:
            cost = StageCost(COSTS[name].fixed_s * slower[name], COSTS[name].per_s * slower[name])
            agenda.append((at, name, "start", 0.0))
            done = step[name]
            while done < media_s:
                agenda.append((at + cost.seconds(done), name, "did", done))
                done += step[name]
            at += cost.seconds(media_s)
            agenda.append((at, name, "end", media_s))
        ends.append(at)
    said = []
    for at, name, what, done in sorted(agenda, key=lambda item: item[0]):
        clock.now = 100.0 + at
        if what == "start":
            forecast.start(name)
        else:
            report = forecast.did(name, done) if what == "did" else forecast.end(name)
            said.append((at, report.remaining_s))
    total = max(ends) + COSTS["write"].seconds(media_s)
    return [(at / total, remaining - (total - at)) for at, remaining in said] + [(total, 0.0)]


@pytest.mark.parametrize("media_s", [57.0, 160.0, 1800.0, 7200.0])
@pytest.mark.parametrize("pace", [0.5, 1.0, 3.0])
def test_half_way_it_is_off_by_no_more_than_a_quarter(media_s, pace):
    """Whatever the machine's speed, and with a transcriber that reports but every two minutes of media."""
    slower = dict.fromkeys(COSTS, pace)
    *said, (total, _) = play(media_s, slower, {"sound": 60.0, "text": 112.0, "face": 0.2})
    for share, off in said:
        if 0.45 < share < 0.55:
            assert abs(off) <= 0.25 * (1 - share) * total


def test_one_stage_that_is_slower_than_expected_is_learnt_while_it_runs():
    slower = dict.fromkeys(COSTS, 1.0) | {"text": 1.8}
    *said, (total, _) = play(1800.0, slower, {"sound": 60.0, "text": 112.0, "face": 0.2})
    half = [(share, off) for share, off in said if 0.45 < share < 0.55]
    assert half
    assert all(abs(off) <= 0.25 * (1 - share) * total for share, off in half)


def test_the_share_grows_to_one_and_remaining_falls_to_nothing():
    clock = Clock()
    forecast = Forecast((("sound",),), ("write",), 10.0, COSTS, clock)
    shares = []
    for name in ("sound", "write"):
        forecast.start(name)
        clock.now += COSTS[name].seconds(10.0)
        last = forecast.end(name)
        shares.append(last.share)
    assert shares == sorted(shares)
    assert (last.share, last.remaining_s) == (1.0, 0.0)


def test_a_kept_stage_takes_no_time_and_teaches_nothing():
    forecast = Forecast(LANES, ("write",), 100.0, COSTS, Clock())
    before = forecast.end("face").remaining_s
    assert forecast.end("text").remaining_s < before
    assert forecast.took() == {}


def test_a_late_stage_never_has_nothing_left():
    clock = Clock()
    forecast = Forecast(LANES, ("write",), 100.0, COSTS, clock)
    forecast.start("text")
    clock.now += 1000.0
    assert forecast.did("text", 50.0).remaining_s > 0


def test_costs_are_kept_on_the_machine(tmp_path):
    path = tmp_path / "cache" / "costs.json"
    book = CostBook(path)
    assert book.cost("text, base", COSTS["text"]) == COSTS["text"]
    book.learn([("text, base", COSTS["text"], 1.5 + 0.28 * 60)], 60.0)
    assert CostBook(path).cost("text, base", COSTS["text"]).per_s == pytest.approx((0.28 + 0.14) / 2)
    assert [path.name for path in path.parent.iterdir()] == ["costs.json"]


def test_a_damaged_or_unwritable_book_is_only_a_cache(tmp_path):
    (tmp_path / "costs.json").write_text("{")
    assert CostBook(tmp_path / "costs.json").cost("x", COSTS["face"]) == COSTS["face"]
    (tmp_path / "file").write_text("")
    CostBook(tmp_path / "file" / "costs.json").learn([("x", COSTS["face"], 1.0)], 1.0)


def test_reports_are_throttled_by_stage_but_never_an_end():
    clock, heard = Clock(), []
    throttle = Throttle(heard.append, clock)
    for done in (1.0, 2.0, 10.0):
        throttle(Progress("text", done, 10.0, 0.1, 1.0))
        throttle(Progress("face", done, 10.0, 0.1, 1.0))
    throttle(StageDone("text"))
    clock.now += 1
    throttle(Progress("text", 3.0, 10.0, 0.1, 1.0))
    assert [getattr(event, "done_s", None) for event in heard] == [1.0, 1.0, 10.0, 10.0, None, 3.0]
