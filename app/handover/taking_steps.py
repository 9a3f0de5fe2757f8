"""A package in small steps, an interview after the other: each transaction holds as many as fit, so that nobody else
who writes has to wait. An interview is taken as a whole, unless it is so large that it does not fit into one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from app.handover.content import Content
from app.handover.rows import MERGED, Row
from app.handover.taking_added import ADDED, TakingAdded
from app.handover.taking_files import Placing
from app.handover.taking_rows import OF_ALL, TakingRows

AT_ONCE = 25
"""So many rows of one kind are a step."""
LARGE = 200
"""An interview with more rows than these may be cut between two steps."""
Each = TypeVar("Each")
Parts = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is done within one transaction. `ends` = what was begun is whole after it; `cut` = the transaction
    may end after it all the same, where it has become long."""

    do: Callable[[], object]
    ends: bool = True
    cut: bool = False


def steps(content: Content, rows: TakingRows, added: TakingAdded, placing: Placing) -> list[Step]:
    """Everything in the order in which one thing needs the other; moves before signatures, as when signing here."""
    found = [Step(added.templates)]
    for kind in OF_ALL:
        found += [Step(partial(rows.take, kind, part)) for part in _chunks(content.rows.get(kind, ()))]
    found += [Step(partial(added.hear, row, placing.document)) for row in content.said]
    parts = by_interview(content)
    for row in content.rows.get("interview", ()):
        found += _interview(content, row, parts.pop(row.id, {}), rows, added, placing)
    for rest in parts.values():
        found += [Step(partial(added.take, kind, part)) for kind in rest for part in _chunks(rest[kind])]
    if not content.is_results:
        found += [Step(partial(added.call_off, part)) for part in _chunks(content.called_off)]
        found += [Step(partial(added.confirm, part)) for part in _chunks(content.receipts)]
        found.append(Step(added.close_files))
    return found


def _interview(
    content: Content, row: Row, parts: Parts, rows: TakingRows, added: TakingAdded, placing: Placing
) -> Iterator[Step]:
    """An interview with all that belongs to it; what ends it says that it was held, signed and has to be sent."""
    cut = sum(map(len, parts.values())) > LARGE
    yield Step(partial(rows.take, "interview", [row]), ends=False)
    for kind in MERGED:
        for part in _chunks(parts.get(kind, ())):
            yield Step(partial(rows.take, kind, part), ends=False, cut=cut)
    for kind in ADDED:
        for part in _chunks(parts.get(kind, ())):
            yield Step(partial(added.take, kind, part), ends=False, cut=cut)

    def end() -> None:
        placing.rows(rows, row.id)
        rows.move(row.id)
        if content.is_results:
            added.sign(row.id, parts.get("signature", []), placing.made)

    yield Step(end)


def by_interview(content: Content) -> dict[str, Parts]:
    """The rows that belong to interviews, by interview and kind; "" = lines about what is not in the package."""
    found: dict[str, Parts] = defaultdict(lambda: defaultdict(list))
    of_assessment = {row.id: row.fields["interview_id"] for row in content.rows.get("assessment", ())}
    of_comment = {row.id: row.fields["interview_id"] for row in content.rows.get("comment", ())}
    interviews = {row.id for row in content.rows.get("interview", ())}
    for kind, rows in content.rows.items():
        if kind in (*OF_ALL, "interview"):
            continue
        for row in rows:
            fields = row.fields
            owner = fields.get("interview_id") or of_assessment.get(fields.get("assessment_id", ""), "")
            owner = owner or of_comment.get(fields.get("comment_id", ""), "") or fields.get("subject", "")
            found[owner if owner in interviews else ""][kind].append(row)
    return {owner: dict(parts) for owner, parts in found.items()}


def _chunks(values: Sequence[Each]) -> Iterator[list[Each]]:
    return (list(values[start : start + AT_ONCE]) for start in range(0, len(values), AT_ONCE))
