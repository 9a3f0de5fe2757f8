"""Length of an analysis against the recording's, its processor time and its memory."""

from __future__ import annotations

from tests.bench import recordings
from tests.bench.product import REPEATS, middle, repeated, staged

_HOW = (
    "one whole analysis, everything on, 5 faces a second: from the call that starts the child process to its end, "
    f"median of {REPEATS} runs after one that warms the disk cache, divided by the recording's length; "
)
WHAT = {
    "analysis_ratio_en": _HOW + "interviews/dev/en_pm_dev.mp4 (196 s) at 1280 x 720, H.264, 25 pictures a second",
    "analysis_ratio_zh": _HOW + "interviews/dev/zh_be_dev.mp4 (160 s) at 1280 x 720, H.264, 25 pictures a second",
    "analysis_cpu_ratio_en": "processor seconds (user and system) of the same run as analysis_ratio_en, by its length: "
    "what it costs on a busy machine too",
    "analysis_cpu_ratio_zh": "the same for analysis_ratio_zh",
    "analysis_peak_mb": "highest memory of the child over all those runs: the kernel's high-water mark of its resident "
    "memory (VmHWM), or the proportional shares of it and its descendants together where that is more",
}


def measure() -> dict[str, float | None]:
    """The figures of `WHAT`."""
    figures: dict[str, float | None] = dict.fromkeys(WHAT)
    if recordings.missing():
        return figures
    peaks = []
    for language in ("en", "zh"):
        media = recordings.interview_720p(language)
        length = recordings.length_s(media)
        runs = repeated(media)
        run = middle(runs)
        figures[f"analysis_ratio_{language}"] = run.wall_s / length
        figures[f"analysis_cpu_ratio_{language}"] = run.cpu_s / length
        peaks += [one.peak_mb for one in runs]
        seconds = ", ".join(f"{one.wall_s:.1f}" for one in runs)
        print(f"   {language}: {seconds} s of {length:.0f} s; processor {run.cpu_s:.1f} s; {staged(run.stages)}")
        print(f"      resident sizes added up: {run.sum_mb:.0f} MB; high-water mark {run.peak_mb:.0f} MB", flush=True)
    figures["analysis_peak_mb"] = max(peaks)
    return figures
