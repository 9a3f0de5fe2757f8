"""Scoring templates of the library: each version is kept for good, so that what was signed can be read with its own."""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import text
from app.domain.template import Template
from app.failures import NotFound, TemplateInvalid
from app.store.analyses import Analyses
from app.store.tables import TemplateRow


class Templates(Analyses):
    """The library's own templates, and behind them those that ship with the program."""

    def templates(self) -> tuple[Template, ...]:
        """The newest version of each template, shipped ones included, by id."""
        newest: dict[str, Template] = {}
        for template in (*_shipped(), *self._kept()):
            if template.id not in newest or newest[template.id].version <= template.version:
                newest[template.id] = template
        return tuple(newest[template_id] for template_id in sorted(newest))

    def template(self, template_id: str, version: int | None = None) -> Template:
        """A template by id, the newest version unless one is named. Raises NotFound."""
        known = [template for template in (*_shipped(), *self._kept(template_id)) if template.id == template_id]
        if version is not None:
            known = [template for template in known if template.version == version]
        if not known:
            raise NotFound(
                what=text.tr("store.template"), id=template_id if version is None else f"{template_id} {version}"
            )
        return max(known, key=lambda template: template.version)

    def save_template(self, template: Template) -> Template:
        """Keep a template's version; the same again is nothing. TemplateInvalid for another body of a kept version."""
        with self.session() as session:
            self._keep_template(session, template)
        return template

    def keep_template_in(self, session: Session, template: Template) -> None:
        """The same in a transaction of `session`."""
        self._keep_template(session, template)

    def _keep_template(self, session: Session, template: Template) -> None:
        body = msgspec.json.encode(template, order="deterministic").decode()
        digest = hashlib.sha256(body.encode()).hexdigest()
        kept = session.scalar(
            select(TemplateRow.sha256).where(
                TemplateRow.template_id == template.id, TemplateRow.template_version == template.version
            )
        )
        if kept == digest:
            return
        if kept is not None:
            raise TemplateInvalid(name=template.id, reason=f"version {template.version} ≠ {kept[:8]}")
        row = TemplateRow(
            template_id=template.id, template_version=template.version, body=body, sha256=digest, assessor=self.assessor
        )
        session.add(row)
        session.flush()
        self._note(session, "created", "template", template.id, str(template.version))

    def _kept(self, template_id: str | None = None) -> list[Template]:
        wanted = select(TemplateRow.body).order_by(TemplateRow.template_version)
        if template_id is not None:
            wanted = wanted.where(TemplateRow.template_id == template_id)
        with self.reading() as session:
            return [msgspec.json.decode(body, type=Template) for body in session.scalars(wanted)]


def _shipped() -> tuple[Template, ...]:
    from app.scoring import shipped_templates

    return tuple(shipped_templates())
