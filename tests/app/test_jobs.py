"""Child processes and the queue: results, cancelling at any stage, death, hanging, and nothing left behind."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from analysis import protocol
from analysis.failures import Cancelled, MediaMissing, MediaUnreadable, ModelIncomplete, WorkerDied
from analysis.request import AnalysisRequest
from app import settings
from app.jobs import JobQueue, JobState, child, run_child
from app.jobs.analysis import places
from tests.clips import cut

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
CANCEL_S = 1.0
BEFORE: set[int] = set()


@pytest.fixture(autouse=True)
def helpers_of_others():
    """What runs before a test here begins belongs to other tests (a tracker of multiprocessing lives to the end)."""
    BEFORE.clear()
    BEFORE.update(one.pid for one in psutil.Process().children(recursive=True))


@pytest.fixture(scope="session")
def clip(tmp_path_factory, sample) -> Path:
    """Ten seconds of the sample interview, with a name that is not plain."""
    return cut(sample / "sample_zh.mp4", tmp_path_factory.mktemp("素材 📹") / "面试 clip.mp4", 10)


@pytest.fixture
def job(clip, tmp_path) -> protocol.AnalyseJob:
    """The whole analysis of the clip."""
    out = tmp_path / "out"
    request = AnalysisRequest(str(clip), str(out), str(out / ".observed"), display_name=clip.name)
    return protocol.AnalyseJob(request, places(tmp_path / "data"))


def ignore(_: object) -> None:
    """Takes a message."""


def workers() -> list[psutil.Process]:
    """Children of this process that analyse, and theirs; other tests may have helpers of their own running."""
    found = [one for one in psutil.Process().children() if one.pid not in BEFORE]
    return [*found, *(deeper for one in found for deeper in one.children(recursive=True))]


def left_behind(job: protocol.AnalyseJob) -> list[str]:
    """Temporary files and locks of an analysis, threads and processes."""
    out, cache = Path(job.request.out_dir), Path(job.places.cache)
    files = [*out.rglob("scratch-*"), *out.rglob("part-*"), *cache.glob("*.part-*")]
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("child-")]
    processes = [str(process) for process in workers()]
    return [str(path) for path in files] + threads + processes


@pytest.mark.slow
def test_an_analysis_reports_finishes_and_leaves_only_its_results(job):
    heard: list[child.ChildReport] = []
    result = run_child(job, heard.append, threading.Event())
    assert isinstance(result, protocol.AnalysisResult)
    assert len(result.analysis_id) == 64
    stages = [report.stage for report in heard if isinstance(report, protocol.PartialMessage)]
    assert sorted(stages) == ["face", "prosody", "sound", "speakers", "text"]
    shares = [report.share for report in heard if isinstance(report, protocol.ProgressMessage)]
    assert shares[-1] == 1.0
    assert left_behind(job) == []
    assert {path.name for path in Path(job.request.out_dir).iterdir() if path.is_file()} == {
        "analysis.json", "tracks.npz", "transcript.vtt", "transcript.srt", "speakers.rttm", "transcript.eaf",
        "curves.csv",
    }  # fmt: skip


def cancelled_at(job: protocol.AnalyseJob, wanted) -> tuple[float, list[str]]:
    """Seconds from the moment that a message is wanted until nothing is left, and the stages finished till then."""
    cancel, moment, stages = threading.Event(), [0.0], []

    def hear(report: child.ChildReport) -> None:
        if isinstance(report, protocol.PartialMessage):
            stages.append(report.stage)
        if not cancel.is_set() and wanted(report):
            moment[0] = time.monotonic()
            cancel.set()

    with pytest.raises(Cancelled):
        run_child(job, hear, cancel)
    assert left_behind(job) == []
    return time.monotonic() - moment[0], stages


@pytest.mark.slow
@pytest.mark.alone
def test_cancel_ends_everything_within_a_second_and_the_next_run_goes_on(job):
    stages = []
    for wanted in (
        lambda report: report.stage == "sound",
        lambda report: isinstance(report, protocol.ProgressMessage) and report.stage == "face" and report.done_s > 2,
        lambda report: isinstance(report, protocol.PartialMessage) and report.stage in ("text", "face"),
    ):
        seconds, done = cancelled_at(job, wanted)
        assert seconds < CANCEL_S
        stages += done
    run_child(job, lambda report: stages.append(report.stage) if "Partial" in type(report).__name__ else None,
              threading.Event())  # fmt: skip
    assert len(stages) == len(set(stages))  # nothing is done twice; what ends in the moment of a cancel is not told
    assert set(stages) <= {"face", "prosody", "sound", "speakers", "text"}
    assert len(stages) >= 3


@pytest.mark.alone
def test_cancel_before_the_first_message(job):
    cancel = threading.Event()
    cancel.set()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        run_child(job, ignore, cancel)
    assert time.monotonic() - begun < CANCEL_S
    assert left_behind(job) == []


def test_cancel_while_the_transcriber_is_assembled(job, tmp_path, monkeypatch):
    """The half-made folder of the killed child goes with it."""
    cache = tmp_path / "cache"
    monkeypatch.setattr(settings, "cache_folder", lambda: cache)
    fresh = protocol.AnalyseJob(job.request, protocol.Places(job.places.resources, str(cache), job.places.data))
    cancel = threading.Event()
    watch = threading.Thread(target=_set_when_there, args=(cache, cancel))
    watch.start()
    with pytest.raises(Cancelled):
        run_child(fresh, ignore, cancel)
    watch.join()
    assert left_behind(fresh) == []


def _set_when_there(cache: Path, cancel: threading.Event) -> None:
    while not list(cache.glob("*.part-*")) and not (cache / "whisper-base").exists():
        cancel.wait(0.005)
    cancel.set()


@posix
def test_a_killed_child_is_said_and_leaves_nothing(job):
    def kill(_: object) -> None:
        for process in workers():
            process.kill()

    with pytest.raises(WorkerDied) as died:
        run_child(job, kill, threading.Event())
    assert died.value.params == {"detail": "signal 9"}
    assert left_behind(job) == []


@posix
def test_a_child_that_hangs_is_ended(job):
    def freeze(_: object) -> None:
        for process in workers():
            process.suspend()

    with pytest.raises(WorkerDied):
        run_child(job, freeze, threading.Event(), hang_s=1.5)
    assert left_behind(job) == []


def test_known_failures_come_back_as_their_types(job, tmp_path):
    request = AnalysisRequest(str(tmp_path / "none.mp4"), job.request.out_dir, job.request.observed_dir)
    with pytest.raises(MediaMissing) as missing:
        run_child(protocol.AnalyseJob(request, job.places), ignore, threading.Event())
    assert missing.value.params == {"name": "none.mp4"}
    with pytest.raises(ModelIncomplete):
        run_child(protocol.AddModelJob(str(tmp_path), job.places), ignore, threading.Event())


def test_a_child_that_cannot_start_its_work_says_why(job, monkeypatch):
    monkeypatch.setattr(child, "command", lambda: [sys.executable, "-c", "raise SystemExit('no such thing')"])
    with pytest.raises(WorkerDied) as died:
        run_child(job, ignore, threading.Event())
    assert died.value.params == {"detail": "no such thing"}


def test_nonsense_on_the_pipe_is_not_believed(job, monkeypatch):
    monkeypatch.setattr(child, "command", lambda: [sys.executable, "-c", "print('hello')"])
    with pytest.raises(WorkerDied):
        run_child(job, ignore, threading.Event())


def test_a_frozen_program_is_its_own_child(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child.command() == [str(Path(sys.executable).with_name("mianjian-cli")), "--analysis-worker"]


def test_prepare_makes_the_playable_copy_and_the_thumbnail(clip, tmp_path):
    job = protocol.PrepareJob(str(clip), clip.name, str(tmp_path / "playable.mkv"), str(tmp_path / "thumbnail.jpg"))
    result = run_child(job, ignore, threading.Event())
    assert isinstance(result, protocol.PrepareResult)
    assert result.thumbnail
    assert result.media.duration == pytest.approx(10, abs=0.5)
    assert {path.name for path in tmp_path.iterdir()} == {"playable.mkv", "thumbnail.jpg"}


def test_prepare_refuses_what_is_no_recording(tmp_path):
    (tmp_path / "notes.mp4").write_text("no recording")
    job = protocol.PrepareJob(
        str(tmp_path / "notes.mp4"), "notes.mp4", str(tmp_path / "p.mkv"), str(tmp_path / "t.jpg")
    )
    with pytest.raises(MediaUnreadable):
        run_child(job, ignore, threading.Event())
    assert [path.name for path in tmp_path.iterdir()] == ["notes.mp4"]


@posix
def test_a_child_ends_when_its_parent_dies(job, tmp_path):
    import msgspec

    (tmp_path / "job.json").write_bytes(msgspec.json.encode(job))
    script = (
        "import sys, threading, msgspec; from pathlib import Path; from analysis import protocol; from app.jobs import"
        " run_child; job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=protocol.AnalyseJob);"
        " run_child(job, lambda report: print(type(report).__name__, flush=True), threading.Event())"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", script, tmp_path / "job.json"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        (orphan,) = psutil.Process(parent.pid).children()
        parent.send_signal(signal.SIGKILL)
        orphan.wait(60)
    assert left_behind(job) == []


class Owner:
    """A thread's own loop: what is posted runs when it says so."""

    def __init__(self) -> None:
        self.calls: queue.SimpleQueue = queue.SimpleQueue()
        self.thread = threading.get_ident()

    def until(self, done) -> None:
        """Run what is posted until something is so."""
        while not done():
            self.calls.get(timeout=30)()


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def jobs(owner):
    """A queue whose answers come back to this thread."""
    made = JobQueue(owner.calls.put)
    yield made
    made.close()


def test_jobs_run_one_after_the_other_and_answer_on_the_owners_thread(jobs, owner):
    running, most, answers = [], [], []

    def work(report, stop) -> str:
        running.append(1)
        most.append(len(running))
        report(protocol.PartialMessage("text"))
        running.pop()
        return "found"

    def changed(job) -> None:
        assert threading.get_ident() == owner.thread
        answers.append((job.title, job.state, job.report.stage if job.report else None))

    first, second = (jobs.submit(work, title=title, changed=changed) for title in ("a", "b"))
    assert [job.title for job in jobs.jobs] == ["a", "b"]
    owner.until(lambda: second.state.over)
    assert most == [1, 1]
    assert answers[:3] == [("a", JobState.RUNNING, None), ("a", JobState.RUNNING, "text"), ("a", JobState.DONE, "text")]
    assert (first.result, second.result, jobs.jobs) == ("found", "found", ())


def test_a_failure_stays_with_its_job_and_a_bug_is_raised(jobs, owner):
    def failing(report, stop) -> None:
        raise MediaMissing(name="x")

    def broken(report, stop) -> None:
        raise ZeroDivisionError

    job = jobs.submit(failing, title="a")
    owner.until(lambda: job.state.over)
    assert job.state == JobState.FAILED
    assert isinstance(job.failure, MediaMissing)
    bug = jobs.submit(broken, title="b")
    with pytest.raises(ZeroDivisionError):
        owner.until(lambda: False)
    assert bug.state == JobState.FAILED


def wait_for_stop(report, stop) -> None:
    """A job that lasts until it is cancelled."""
    stop.wait(30)
    raise Cancelled


def test_running_and_waiting_jobs_can_be_cancelled(jobs, owner):
    running, waiting = (jobs.submit(wait_for_stop, title=title) for title in ("running", "waiting"))
    owner.until(lambda: running.state == JobState.RUNNING)
    waiting.cancel()
    running.cancel()
    owner.until(lambda: running.state.over and waiting.state.over)
    assert running.state == waiting.state == JobState.CANCELLED


def test_a_job_that_waits_is_cancelled_before_its_turn(jobs, owner):
    running, waiting = (jobs.submit(wait_for_stop, title=title) for title in ("running", "waiting"))
    owner.until(lambda: running.state == JobState.RUNNING)
    waiting.cancel()
    owner.until(lambda: waiting.state.over)
    assert (running.state, waiting.state) == (JobState.RUNNING, JobState.CANCELLED)
    assert isinstance(waiting.failure, Cancelled)
    assert jobs.jobs == (running,)


@pytest.mark.alone
def test_closing_the_queue_ends_the_children(owner, job):
    jobs = JobQueue(owner.calls.put)
    changed: list[JobState] = []
    running = jobs.submit(
        lambda report, stop: run_child(job, report, stop), title="a", changed=lambda job: changed.append(job.state)
    )
    owner.until(lambda: running.report is not None)
    begun = time.monotonic()
    jobs.close()
    assert time.monotonic() - begun < CANCEL_S
    assert left_behind(job) == []
    heard = len(changed)
    while not owner.calls.empty():
        owner.calls.get()()
    assert len(changed) == heard
    with pytest.raises(Cancelled):
        jobs.submit(wait_for_stop, title="late")


def test_every_state_has_its_word(each_language):
    from app.text import has

    assert all(has(f"jobs.{state}") for state in JobState)
    assert os.environ["HF_HUB_OFFLINE"] == "1"
