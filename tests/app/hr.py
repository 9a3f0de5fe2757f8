"""What people do with interviews that the HR system knows of: find, plan, sign them, and have a conflict."""

from __future__ import annotations

import json

from app.domain.types import Candidate, Conclusion, Position
from app.review import ReviewSession
from tests.app.test_store_library import an_interview


def sign(library, interview_id, summary="solid"):
    review = ReviewSession(library, interview_id)
    for dimension in review.template.dimensions:
        review.rate(dimension.id, 8)
    review.conclude(Conclusion.HIRE)
    review.set_summary(summary)
    return review.sign()


def planned(library, name="王小雨"):
    found = [one for one in library.interviews() if one.candidate.name == name]
    assert len(found) == 1
    return found[0]


def local_interview(library, name="Ann"):
    position = library.save_position(Position("", "Engineer"))
    candidate = library.save_candidate(Candidate("", name))
    return library.save_interview(an_interview(candidate, position))


def in_conflict(library, service, sandbox, revision=2):
    """Somebody else's second (or later) revision is there already when ours comes."""
    service.run_once()
    interview = planned(library)
    sign(library, interview.id)
    service.run_once()
    first = json.loads(sandbox.store.assessments()[0].body)
    theirs = first | {"revision": revision, "external_id": f"{first['assessment_id']}:{revision}", "summary": "theirs"}
    sandbox.store.keep(json.dumps(theirs).encode(), theirs, "from-elsewhere")
    sign(library, interview.id, "mine")
    report = service.run_once()
    assert (report.people, report.complete) == (1, False)
    return interview, next(entry for entry in service.state().entries if entry.can_choose)
