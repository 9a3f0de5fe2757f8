"""Comments, bookmarks and consents. Nothing that was written is lost: changes keep what was there before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.types import Comment, Consent, ConsentGiven, ConsentRecord, Told
from app.failures import CommentOfOther
from app.store.assessments import Assessments
from app.store.tables import CommentHistoryRow, CommentRow, ConsentRow, InterviewRow
from app.store.writing import found, fresh
from app.told import kept, sentences, told_of, words_of
from sync import withholding
from sync.withholding import Agreement


class Comments(Assessments):
    """What people wrote at a time of a recording, and what the candidate agreed to."""

    def comments(self, interview_id: str, *, deleted: bool = False) -> tuple[Comment, ...]:
        """Comments in time order, those on the whole interview first; with `deleted` the deleted ones instead."""
        wanted = (
            select(CommentRow)
            .where(CommentRow.interview_id == interview_id, CommentRow.deleted == deleted)
            .order_by(CommentRow.time_s.nulls_first(), CommentRow.created)
        )
        with self.reading() as session:
            return tuple(_comment_of(row) for row in session.scalars(wanted))

    def comment(self, comment_id: str) -> Comment:
        """A comment, be it deleted or not. Raises NotFound."""
        with self.reading() as session:
            return _comment_of(found(session, CommentRow, comment_id, "comment"))

    def add_comment(
        self, interview_id: str, time_s: float | None, text: str, *, end_s: float | None = None, bookmark: bool = False,
        told: Told | None = None,
    ) -> Comment:  # fmt: skip
        """Write a comment at a time (s), on the stretch from there to `end_s`, or on the whole interview (None).

        `told` = what happened, in place of words: they follow the reader's language.
        """
        with self.session() as session:
            found(session, InterviewRow, interview_id, "interview")
            row = CommentRow(
                interview_id=interview_id, time_s=time_s, end_s=end_s, text=text, bookmark=bookmark,
                author=self.assessor, assessor=self.assessor, told=kept(told),
            )  # fmt: skip
            session.add(row)
            session.flush()
            self._note(session, "commented", "comment", interview_id, row.id)
            return _comment_of(row)

    def edit_comment(
        self, comment_id: str, text: str, *, time_s: float | None = None, version: int | None = None
    ) -> Comment:
        """Change a comment's text, and its time where one is given; a stretch moves with its beginning.

        Raises Stale, NotFound, CommentOfOther.
        """
        with self.session() as session:
            row = self._kept_aside(session, comment_id, version)
            row.text = "" if text in sentences(told_of(row.told)) else text
            if time_s is not None:
                if row.end_s is not None and row.time_s is not None:
                    row.end_s += time_s - row.time_s
                row.time_s = time_s
            return self._changed_comment(session, row, "comment_edited")

    def set_comment_dimension(self, comment_id: str, dimension_id: str | None) -> Comment:
        """Say which dimension a comment speaks of; None = none. Raises NotFound, CommentOfOther."""
        with self.session() as session:
            row = self._own_comment(session, comment_id)
            row.dimension_id = dimension_id
            return self._changed_comment(session, row, "comment_dimension")

    def delete_comment(self, comment_id: str, *, version: int | None = None) -> None:
        """Put a comment into its grave; `restore_comment` brings it back. Raises Stale, NotFound, CommentOfOther."""
        with self.session() as session:
            row = self._kept_aside(session, comment_id, version)
            row.deleted = True
            self._changed_comment(session, row, "comment_deleted")

    def restore_comment(self, comment_id: str) -> Comment:
        """Bring a deleted comment back. Raises NotFound, CommentOfOther."""
        with self.session() as session:
            row = self._kept_aside(session, comment_id, None)
            row.deleted = False
            return self._changed_comment(session, row, "comment_restored")

    def comment_history(self, comment_id: str) -> tuple[str, ...]:
        """The texts that a comment had, the oldest first, the present one last. Raises NotFound."""
        wanted = (
            select(CommentHistoryRow.text)
            .where(CommentHistoryRow.comment_id == comment_id)
            .order_by(CommentHistoryRow.comment_version)
        )
        with self.reading() as session:
            row = found(session, CommentRow, comment_id, "comment")
            return (*session.scalars(wanted), words_of(row.text, row.told))

    def _own_comment(self, session: Session, comment_id: str) -> CommentRow:
        """A comment of the acting assessor: it stands under its author's name in that person's signature."""
        row = found(session, CommentRow, comment_id, "comment")
        if row.author != self.assessor:
            raise CommentOfOther(author=row.author)
        return row

    def _kept_aside(self, session: Session, comment_id: str, version: int | None) -> CommentRow:
        row = self._own_comment(session, comment_id)
        fresh(row, version, "comment")
        before = CommentHistoryRow(
            comment_id=row.id, comment_version=row.version, time_s=row.time_s, end_s=row.end_s,
            text=words_of(row.text, row.told), assessor=self.assessor,
        )  # fmt: skip
        session.add(before)
        return row

    def _changed_comment(self, session: Session, row: CommentRow, action: str) -> Comment:
        row.assessor = self.assessor
        self._note(session, action, "comment", row.interview_id, row.id)
        session.flush()
        return _comment_of(row)

    def record_consent(
        self, interview_id: str, modalities: tuple[str, ...], text_version: str, by: str, *,
        kinds: tuple[str, ...] | None = None, how: ConsentGiven = ConsentGiven.DESK, language: str = "",
        notice_sha256: str = "", evidence: dict[str, Any] | None = None,
    ) -> Consent:  # fmt: skip
        """Keep what the candidate agreed to; an empty tuple withdraws. Earlier consents stay on record.

        `kinds` None = nobody asked what may be recorded: what was agreed to before stays, unless all is withdrawn.
        """
        with self.session() as session:
            found(session, InterviewRow, interview_id, "interview")
            before = self._newest_consent(session, interview_id)
            if kinds is None and before is not None and before.kinds is not None:
                kinds = tuple(before.kinds) if modalities else ()
            row = ConsentRow(
                interview_id=interview_id, serial=before.serial + 1 if before else 1, modalities=list(modalities),
                text_version=text_version, given_by=by, assessor=self.assessor,
                kinds=None if kinds is None else list(kinds), how=str(how), language=language,
                notice_sha256=notice_sha256, evidence=evidence,
            )  # fmt: skip
            session.add(row)
            session.flush()
            self._note(session, "consent", "interview", interview_id, _consent_words(row))
            self.follow_consent(session, interview_id)
            return _consent_of(row)

    def follow_consent(self, session: Session, interview_id: str) -> None:
        """Hold files and results that wait to be sent and that the candidate does not agree to (any more), and remember
        files that lie in the HR system already; in the transaction of `session`."""
        agreement = self.agreement_in(session, interview_id)
        if agreement is None:
            return
        for item in withholding.follow(session, interview_id, agreement):
            self._note(session, "held_back", "audit", interview_id, item.external_id)

    def agreement_in(self, session: Session, interview_id: str) -> Agreement | None:
        """What the candidate agrees to now and ever agreed to; None where no consent was recorded."""
        wanted = select(ConsentRow.modalities).where(ConsentRow.interview_id == interview_id)
        agreed = list(session.scalars(wanted.order_by(ConsentRow.serial)))
        return Agreement(frozenset(agreed[-1]), frozenset().union(*agreed)) if agreed else None

    def agrees_to_nothing(self, interview_id: str) -> bool:
        """Whether the candidate has refused, or taken back, every kind of analysis."""
        consent = self.consent(interview_id)
        return consent is not None and not consent.modalities

    def taken_back(self) -> tuple[str, ...]:
        """The interviews whose candidates do not agree any more to all that they agreed to once."""
        wanted = select(ConsentRow.interview_id, ConsentRow.modalities).order_by(ConsentRow.serial)
        now, ever = dict[str, set[str]](), dict[str, set[str]]()
        with self.reading() as session:
            for interview_id, modalities in session.execute(wanted):
                now[interview_id] = set(modalities)
                ever.setdefault(interview_id, set()).update(modalities)
        return tuple(each for each, agreed in now.items() if not agreed or ever[each] - agreed)

    def always_agreed(self, interview_id: str, since: datetime) -> frozenset[str] | None:
        """What the candidate has agreed to at each moment since then; None where no consent was recorded."""
        consents = self.consents(interview_id)
        if not consents:
            return None
        before = [each.modalities for each in consents if each.recorded < since]
        said = before[-1:] + [each.modalities for each in consents if each.recorded >= since]
        return frozenset(said[0]).intersection(*said)

    def consent(self, interview_id: str) -> Consent | None:
        """The consent that holds now; None where none was recorded."""
        with self.reading() as session:
            row = self._newest_consent(session, interview_id)
        return _consent_of(row) if row else None

    def consents(self, interview_id: str) -> tuple[Consent, ...]:
        """All that the candidate said, oldest first."""
        return tuple(each.consent for each in self.consent_records(interview_id))

    def consent_records(self, interview_id: str) -> tuple[ConsentRecord, ...]:
        """The same, each with who kept it and what was drawn."""
        wanted = select(ConsentRow).where(ConsentRow.interview_id == interview_id).order_by(ConsentRow.serial)
        with self.reading() as session:
            return tuple(ConsentRecord(_consent_of(row), row.assessor, row.evidence) for row in session.scalars(wanted))

    def drawn_signature(self, interview_id: str) -> dict[str, Any] | None:
        """The strokes of the newest signature that was drawn on the screen; None without one."""
        wanted = (
            select(ConsentRow)
            .where(ConsentRow.interview_id == interview_id, ConsentRow.how == str(ConsentGiven.SIGNED))
            .order_by(ConsentRow.serial.desc())
        )
        with self.reading() as session:
            row = session.scalar(wanted.limit(1))
        return row.evidence if row else None

    def _newest_consent(self, session: Session, interview_id: str) -> ConsentRow | None:
        wanted = select(ConsentRow).where(ConsentRow.interview_id == interview_id).order_by(ConsentRow.serial.desc())
        return session.scalar(wanted.limit(1))


def _comment_of(row: CommentRow) -> Comment:
    told = None if row.text else told_of(row.told)
    words = words_of(row.text, row.told)
    return Comment(
        row.id, row.time_s, words, row.author, row.created, row.bookmark, row.version, row.end_s, row.dimension_id, told
    )


def _consent_of(row: ConsentRow) -> Consent:
    kinds = None if row.kinds is None else tuple(row.kinds)
    return Consent(
        row.interview_id, tuple(row.modalities), row.text_version, row.given_by, row.created, kinds,
        ConsentGiven(row.how), row.language, row.notice_sha256,
    )  # fmt: skip


def _consent_words(row: ConsentRow) -> str:
    """How the audit tells of it: what may be analysed, by which text; what may be recorded, where that was asked."""
    words = f"{','.join(row.modalities) or '-'} {row.text_version}"
    return words if row.kinds is None else f"{words} {row.how} {','.join(row.kinds) or '-'}"
