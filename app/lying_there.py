"""Files in the HR system that their candidates do not agree to any more, or that have what was redacted since, and
scores of the machine there that are not agreed to, told in words: a person removes them there.

Which they are is kept beside the items of the outbox (`sync.withholding`).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from app import text
from app.store import Library
from app.sync_state import modality_words, utc
from sync import withholding
from sync.outbox import Item, Kind
from sync.withholding import Agreement


@dataclass(frozen=True, slots=True)
class LyingThere:
    """Those of one interview for one reason. `files` as they are called there, `results` by their revision, with when
    they arrived; `what` = the modalities of the files, in words, "" where a stretch was redacted since."""

    candidate: str
    interview_id: str
    what: str
    files: tuple[str, ...]
    results: tuple[str, ...]
    op_ids: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What a person has to do."""
        between, said = text.tr("sync.file_and"), []
        if self.results:
            results = between.join(self.results)
            said.append(text.tr("sync.scores_lie_there", candidate=self.candidate, results=results))
        if self.files:
            files, key = between.join(self.files), "sync.lies_there" if self.what else "sync.lies_there_redacted"
            said.append(text.tr(key, candidate=self.candidate, what=self.what, files=files))
        return "\n".join(said)


def has_arrived(library: Library, interview_id: str) -> bool:
    """Whether the HR system has files that were made of an interview."""
    with library.reading() as session:
        return bool(withholding.arrived(session, interview_id))


def lying_there(library: Library) -> tuple[LyingThere, ...]:
    """All of them, by interview; what is not agreed to has to go for that, whatever was redacted."""
    found: dict[tuple[str, bool], list[Item]] = {}
    with library.reading() as session:
        there = withholding.lying_there(session)
        agreed = {each: library.agreement_in(session, each) for each in map(_interview_of, there)}
    for item in there:
        its = _interview_of(item)
        unwanted = not withholding.is_redacted(item) or bool(withholding.lacking(item, agreed[its]))
        found.setdefault((its, unwanted), []).append(item)
    names = library.names_of(set(agreed))
    return tuple(
        LyingThere(
            names.get(its, ""), its, modality_words(_lacking(items, agreed[its])) if unwanted else "",
            tuple(_file_there(item) for item in items if item.kind is Kind.ATTACHMENT),
            tuple(_result_there(item) for item in items if item.kind is Kind.ASSESSMENT),
            tuple(item.op_id for item in items),
        )
        for (its, unwanted), items in found.items()
    )  # fmt: skip


def _interview_of(item: Item) -> str:
    return item.aggregate.partition("/")[0]


def _lacking(items: Collection[Item], agreement: Agreement | None) -> tuple[str, ...]:
    """What of these files is not agreed to."""
    return tuple(sorted({name for item in items for name in withholding.lacking(item, agreement)}))


def _result_there(item: Item) -> str:
    revision = item.external_id.rpartition(":")[2]
    return text.tr("sync.result_there", revision=revision, at=_arrival(item))


def _arrival(item: Item) -> str:
    return f"{utc(item.done_at).astimezone():%Y-%m-%d %H:%M}" if item.done_at else ""


def _file_there(item: Item) -> str:
    body = json.loads(item.payload)
    name = str(body.get("name") or item.remote_id or "")
    return text.tr("sync.file_there", what=text.tr(f"sync.file_{body['role']}"), name=name, at=_arrival(item))
