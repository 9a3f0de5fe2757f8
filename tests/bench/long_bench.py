"""The memory of a long analysis: 30 minutes of the corpus, twice over would be an hour."""

from __future__ import annotations

from analysis.media import probe
from tests.bench.analysis_bench import run
from tests.conftest import CORPUS

WHAT = {
    "analysis_peak_mb_30min": "highest resident memory of the analysis of interviews/long/long_zh.mp4 (30 minutes)",
    "analysis_ratio_30min": "seconds of that analysis divided by its length",
}


def measure() -> dict[str, float | None]:
    """The figures of `WHAT`; takes about five minutes."""
    media = CORPUS / "interviews/long/long_zh.mp4"
    if not media.is_file():
        print("   ../shared/corpus is not here")
        return dict.fromkeys(WHAT)
    seconds, peak, _ = run(media)
    return {"analysis_peak_mb_30min": peak, "analysis_ratio_30min": seconds / probe(media, media.name).duration}
