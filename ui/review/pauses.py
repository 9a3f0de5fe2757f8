"""Where the candidate was silent: the moments behind the measures of pauses."""

from __future__ import annotations

from analysis.document import Analysis, Event, Span

PAUSE, LONG = "pause", "long"
EDGE_S = 0.05
"""An answer's edges are rounded: a pause that ends so much outside is still inside."""


def longest_pause(analysis: Analysis, answer: Span | None = None) -> Event | None:
    """The candidate's longest silence, inside an answer or (None) in the whole recording; of equals the first."""
    pauses = [event for event in analysis.events if event.kind == PAUSE and (answer is None or _inside(event, answer))]
    return max(pauses, key=lambda event: event.end - event.start, default=None)


def moments_of(analysis: Analysis, metric: str) -> tuple[float, ...]:
    """The times (s) at which what a metric of the whole recording counts or measures begins; () where it has none."""
    if metric == "pause_max":
        longest = longest_pause(analysis)
        return (longest.start,) if longest else ()
    if metric == "pause_long":
        return tuple(event.start for event in analysis.events if event.kind == PAUSE and event.text == LONG)
    return ()


def _inside(event: Event, span: Span) -> bool:
    return span.start - EDGE_S <= event.start and event.end <= span.end + EDGE_S
