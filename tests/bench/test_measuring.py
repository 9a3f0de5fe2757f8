"""The benches' own arithmetic: what is metered, compared, kept and written down."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from analysis.document import Analysis
from tests.bench import __main__ as bench
from tests.bench import (
    engine_bench,
    every_frame,
    experiments,
    long120_bench,
    long_bench,
    record_window,
    recordings,
    report,
    rivals_bench,
    sync_bench,
    tried_bench,
)
from tests.bench.engines import CALLS, ENGINES, Calls, engine_of
from tests.bench.meter import Meter
from tests.bench.product import Analysed, middle, wanted

BUSY = """
import time
held = bytearray(200_000_000)
for i in range(0, len(held), 4096): held[i] = 1
began = time.process_time()
while time.process_time() - began < 0.3: pass
held = b""
time.sleep(0.7)
"""


def analysed(wall_s: float, cpu_s: float = 1.0, peak_mb: float = 100.0) -> Analysed:
    return Analysed(wall_s, cpu_s, peak_mb, peak_mb, {"text": wall_s / 2}, Analysis.__new__(Analysis))


def test_meter_keeps_the_high_water_mark_and_the_processor_seconds_of_a_child():
    with Meter() as meter:
        subprocess.run([sys.executable, "-c", BUSY], check=True)
    assert meter.wall_s > 1.0
    assert 0.3 <= meter.cpu_s < meter.wall_s
    assert 200 < meter.peak_mb < 300  # though the memory was given back before the end


def test_meter_without_children_counts_nothing():
    with Meter() as meter:
        pass
    assert (meter.cpu_s, meter.peak_mb, meter.sum_mb) == (0.0, 0.0, 0.0)


def test_every_bench_has_an_estimate_and_the_long_ones_run_by_name_only():
    assert set(bench.MINUTES) == set(bench.names())
    assert set(bench.BY_NAME) <= set(bench.names())
    assert sum(bench.MINUTES[name] for name in bench.default_names()) < 40


def test_every_promise_is_in_the_page_and_explained_by_its_bench():
    assert set(report.PROMISED) == {*bench.PROMISES, *bench.LEAST}
    assert not bench.PROMISES.keys() & bench.LEAST.keys()
    explained = long120_bench.WHAT | engine_bench.WHAT | sync_bench.WHAT
    named = ("min", "linearity", "engine", "sync")
    assert {key for key in report.PROMISED if any(word in key for word in named)} <= set(explained)


def test_figures_that_break_their_promise_are_named_and_unmeasured_ones_are_not(capsys):
    figures = {"analysis_linearity": 0.11, "analysis_peak_mb": 1500.0, "engine_overhead_ratio": None, "else": 1e9}
    assert bench.broken_promises(figures) == ["analysis_linearity"]
    assert bench.broken_promises({"sync_kills": 99, "sync_pushes": 1000, "sync_lost": 1}) == ["sync_kills", "sync_lost"]
    bench.show("sync_kills", 99, "kills")
    bench.show("sync_lost", 0.0, "lost")
    said = capsys.readouterr().out
    assert "sync_kills = 99.0  (promise: at least 100)  BROKEN" in said
    assert said.count("BROKEN") == 1


def test_new_figures_replace_old_ones_of_the_same_name_in_the_file(tmp_path):
    file = tmp_path / "bench.json"
    bench.merged(file, {"a": 1.0, "b": 2.0})
    assert bench.merged(file, {"b": 3.0, "c": None}) == {"a": 1.0, "b": 3.0, "c": None}
    assert json.loads(file.read_text("utf-8")) == {"a": 1.0, "b": 3.0, "c": None}


def test_linearity_is_the_dearest_minute_over_the_cheapest():
    runs = {10: analysed(60.0, 100.0), 30: analysed(189.0, 300.0)}
    figures = long_bench.figures_of(runs, {10: 600.0, 30: 1800.0})
    assert figures["analysis_ratio_10min"] == pytest.approx(0.1)
    assert figures["analysis_linearity"] == pytest.approx(0.05)
    assert figures["analysis_cpu_linearity"] == pytest.approx(0.0)
    assert set(figures) == set(long_bench.WHAT)


def test_the_engines_are_summed_with_and_without_loading():
    spent = {engine: {"load_s": 1.0, "work_s": 2.0, "cpu_s": 4.0, "calls": 5.0} for engine in ENGINES}
    figures = engine_bench.figures_of([analysed(10.5, 28.0)] * 3, [spent] * 3)
    assert figures["engine_overhead_ratio"] == pytest.approx(10.5 / 21)
    assert figures["engine_overhead_ratio_work"] == pytest.approx(10.5 / 14)
    assert figures["engine_cpu_ratio"] == pytest.approx(1.0)
    parts = engine_bench.parts_of([analysed(10.5)], [spent])
    assert parts["engine.faces.calls"] == 5
    assert parts["engine.stage.text"] == pytest.approx(5.25)


def test_median_run_is_one_that_was_measured():
    assert middle([analysed(1.0), analysed(3.0), analysed(9.0)]).wall_s == 3.0
    assert middle([analysed(1.0), analysed(3.0)]).wall_s == 1.0


def test_an_analysis_that_lacks_a_stage_is_no_result():
    assert wanted(("speech",)) == {"sound", "text", "speakers", "prosody"}
    assert wanted(("face", "expression")) == {"face"}


def test_models_belong_to_the_engine_that_calls_them():
    names = {"/x/face_mesh_detector.onnx": "pitch", "/x/face_detector.onnx": "faces", "a/silero_vad_v6.onnx": "voice"}
    assert {name: engine_of(name) for name in names} == names


def test_of_many_large_inputs_some_are_kept_and_all_are_made_again():
    calls = Calls("model", {})
    for value in range(40):
        calls.add({"x": np.full((10, 1_000_000), value, np.uint8)})
    assert calls.count == 40
    assert sum(feed["x"].nbytes for feed in calls.kept) <= 150e6
    assert [int(feed["x"][0, 0]) for feed in calls.kept] == list(range(0, 40, calls.stride))
    assert sum(1 for _ in calls) == 40


def test_ways_are_taken_in_turns_and_the_first_round_does_not_count():
    order: list[str] = []

    def way(name: str, costs: list[float]):
        def work():
            order.append(name)
            return {"wall_s": costs.pop(0)}

        return work

    taken = rivals_bench.in_turns({"a": way("a", [9, 1, 2, 3]), "b": way("b", [9, 5, 4, 6])}, 3)
    assert taken == {"a": {"wall_s": 2}, "b": {"wall_s": 5}}
    assert "".join(order) == "abababab"


def test_trials_are_different_and_each_has_its_experiment():
    trials = list(tried_bench.trials())
    assert len({trial.row for trial in trials}) == len(trials)
    assert {trial.experiment for trial in trials} == set(experiments.EXPERIMENTS)


def test_every_table_of_the_page_can_be_written_from_no_figures_and_from_all(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(report.PAGE.read_text("utf-8"), "utf-8")
    report.write({}, bench.PROMISES, bench.LEAST, page)
    assert "analysis_ratio_en" in page.read_text("utf-8")
    figures = {f"tried.{trial.row}.wall_s": 1.234567 for trial in tried_bench.trials()}
    report.write(
        figures | {"rival.words_zh.ours.wall_s": 2.0, "engine.faces.cpu_s": 7.5}, bench.PROMISES, bench.LEAST, page
    )
    text = page.read_text("utf-8")
    assert text.count("| 1.23 |") == len(figures)
    assert "| words zh | ours | 2 | – |" in text
    assert "| **sum** | – | – | 7.5 |" in text


def test_a_page_with_an_unknown_table_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- table: nothing -->\n<!-- end -->\n", "utf-8")
    with pytest.raises(KeyError):
        report.write({}, {}, {}, page)


def test_parts_and_repetitions_of_a_recording_have_their_length_and_decode(sample, tmp_path):
    source = sample / "sample_zh.mp4"
    recordings.cut(source, tmp_path / "cut.mp4", 20.0)
    recordings.repeat(source, tmp_path / "twice.mp4", 2)
    length = recordings.length_s(source)
    assert recordings.length_s(tmp_path / "cut.mp4") == pytest.approx(20.0, abs=0.3)
    assert recordings.length_s(tmp_path / "twice.mp4") == pytest.approx(2 * length, abs=0.3)
    assert frames(tmp_path / "twice.mp4") == 2 * frames(source)


def frames(path: Path) -> int:
    with av.open(str(path)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times == sorted(times)
    return len(times)


def test_enlarged_recording_is_720p_with_the_same_pictures_and_sound(sample, tmp_path):
    recordings.cut(sample / "sample_en.mp4", tmp_path / "short.mp4", 2.0)
    recordings.enlarge(tmp_path / "short.mp4", tmp_path / "large.mp4")
    with av.open(str(tmp_path / "large.mp4")) as large, av.open(str(tmp_path / "short.mp4")) as short:
        video = large.streams.video[0]
        assert (video.width, video.height, video.average_rate) == (1280, 720, 25)
        packets = [sum(1 for packet in one.demux(audio=0) if packet.size) for one in (large, short)]
    assert packets[0] == packets[1]
    assert frames(tmp_path / "large.mp4") == frames(tmp_path / "short.mp4")


def test_what_stands_for_a_camera_is_720p_with_sound_and_trembles(tmp_path, monkeypatch):
    monkeypatch.setattr(record_window, "MEDIA_S", 1.0)
    made = record_window.noisy(tmp_path)
    with av.open(str(made)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        first, second, *_ = (frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0))
    assert first.shape == (720, 1280)
    assert np.abs(first - second).mean() > 1
    assert frames(made) >= 25


def test_error_rates_are_of_the_interviews_own_words(monkeypatch):
    monkeypatch.setenv(recordings.SAMPLE, "1")
    interview = recordings.interview("zh")
    assert interview.error_rate(interview.said) == 0.0
    assert interview.error_rate("") == 1.0


def test_the_plain_loop_finds_the_face_of_the_sample(sample, tmp_path, capsys):
    recordings.cut(sample / "sample_en.mp4", tmp_path / "short.mp4", 1.0)
    models = [str(experiments.model_store(tmp_path).path(role)) for role in rivals_bench.FACES]
    every_frame.main(str(tmp_path / "short.mp4"), *models)
    counts = json.loads(capsys.readouterr().out)
    assert counts["read"] >= 24
    assert counts["seen"] == counts["read"]


@pytest.mark.slow
def test_bare_engines_make_the_calls_that_the_product_made(sample, tmp_path):
    recordings.cut(sample / "sample_en.mp4", tmp_path / "short.mp4", 12.0)
    engine_bench._run("record", tmp_path / "short.mp4", tmp_path)
    assert {CALLS.format(engine) for engine in ENGINES[2:]} <= {path.name for path in tmp_path.iterdir()}
    spent = {engine: engine_bench._run(engine, tmp_path / "short.mp4", tmp_path) for engine in ENGINES}
    assert spent["pictures"]["calls"] == pytest.approx(60, abs=1)
    assert spent["transcriber"]["calls"] >= 1
    assert all(one["work_s"] > 0 and one["load_s"] > 0 for one in spent.values())
