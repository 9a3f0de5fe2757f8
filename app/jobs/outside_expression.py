"""Has an outside service describe visible expression: pictures of the candidate's face leave, shares by name come back.

Only the face of the candidate is cut out, only while the candidate answers, one every few seconds. What comes back is
an enrichment with its source: no curve of the document, no measure, no score.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analysis import protocol
from analysis.document import Span
from analysis.export import read
from app import text
from app.domain.enrichment import Basis, Enrichment, ExpressionSample, Method, OutsideExpression
from app.domain.outside import Purpose
from app.failures import NoAnswers, NotFound
from app.jobs.child import run_child
from app.jobs.enriching import Enriching, Report, progress
from app.outside.gate import require
from app.outside.sending import known_failures, opened
from sync.providers.failures import ServiceEmpty
from sync.providers.service import Service

STAGE = "outside_expression"
EVERY_S, MOST = 4.0, 240
"""Pictures are so far apart, and further where an interview would need more than so many."""
TRACK_HZ = 10.0
BOX = ("box_x", "box_y", "box_w", "box_h")


class OutsideExpressionWork(Enriching):
    """One description of an interview, callable as a job."""

    def __call__(self, report: Report, stop: threading.Event) -> Enrichment:
        """The new enrichment. Raises what `app.outside.gate.require` does, NotAnalysed, NoAnswers where no face of the
        candidate was found in an answer, Cancelled, and failures with the code of a `ServiceFailure`."""
        with known_failures():  # before anything is done for it
            require(self.library, self.interview_id, Purpose.EXPRESSION)
        folder, document = self._document(report, stop)
        spans = [exchange.answer for exchange in document.exchanges]
        places = _places(folder, spans)
        media = self.library.interview(self.interview_id).media
        if media is None:
            raise NotFound(what=text.tr("store.media"), id=self.interview_id)
        if not places:
            raise NoAnswers
        with (
            opened(self.library, self.interview_id, Purpose.EXPRESSION, stop) as service,
            self.library.vault.working() as scratch,
        ):
            with self.library.vault.lease(media.sha256) as source:
                found = run_child(protocol.StillsJob(str(source), media.name, str(scratch), places), report, stop)
            assert isinstance(found, protocol.StillsResult)
            body = _looked(service, found.stills, spans, report)
            method = _method(service)
        return self.library.add_enrichment(
            self.interview_id, Basis(document.id, document.correction), method, body
        )  # fmt: skip


def _places(folder: Path, spans: Sequence[Span]) -> tuple[protocol.FacePlace, ...]:
    """Where the candidate's face is, every few seconds of the answers; where it is not seen there is no picture."""
    tracks = read(folder).tracks
    if not all(name in tracks for name in BOX):
        return ()
    total = sum(span.end - span.start for span in spans)
    step = max(EVERY_S, total / MOST)
    times = [at for span in spans for at in np.arange(span.start + step / 2, span.end, step)]
    places = []
    for at in times:
        row = round(at * TRACK_HZ)
        box = [float(tracks[name][row]) if row < len(tracks[name]) else np.nan for name in BOX]
        if np.isfinite(box).all():
            places.append(protocol.FacePlace(float(at), *box))
    return tuple(places)


def _looked(
    service: Service, stills: Sequence[protocol.Still], spans: Sequence[Span], report: Report
) -> OutsideExpression:
    samples, unseen, began = [], 0, time.monotonic()
    report(progress(0, len(stills), 0.0, STAGE))
    for number, still in enumerate(stills, start=1):
        try:
            values = service.look(Path(still.path).read_bytes())
        except ServiceEmpty:
            unseen += 1
        else:
            samples.append(ExpressionSample(still.time_s, _exchange(still.time_s, spans), values))
        report(progress(number, len(stills), time.monotonic() - began, STAGE))
    return OutsideExpression(tuple(samples), unseen)


def _exchange(time_s: float, spans: Sequence[Span]) -> int:
    return next(place for place, span in enumerate(spans) if span.start <= time_s <= span.end)


def _method(service: Service) -> Method:
    profile = service.profile
    settings = {"service": profile.title(text.language()), "profile": f"{profile.id} {profile.sha256}"}
    return Method("outside_service", service.model or profile.id, "", service.address.host, "", settings)
