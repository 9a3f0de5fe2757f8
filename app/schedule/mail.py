"""The text of a mail with an invitation, from the company's own template; sent by the person's own mail program."""

from __future__ import annotations

import string
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from app.failures import InvitationTemplateInvalid
from app.resources import resource
from app.schedule.zones import full_time

if TYPE_CHECKING:
    from app.schedule.invitation import Invitation

PLACEHOLDERS = frozenset({"candidate", "position", "time", "minutes", "place", "organizer", "mail", "title"})
MAX_BYTES = 64 * 1024


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Subject and body of an invitation and of its cancellation, with placeholders in braces."""

    subject: str
    body: str
    cancel_subject: str
    cancel_body: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as a person sends it."""

    to: str
    subject: str
    body: str

    @property
    def url(self) -> str:
        """What opens the mail program with it (RFC 6068)."""
        lines = self.body.replace("\r\n", "\n").replace("\n", "\r\n")
        return f"mailto:{quote(self.to, safe='@')}?subject={quote(self.subject, safe='')}&body={quote(lines, safe='')}"


def template_folder(library: Path) -> Path:
    """Where a company keeps templates of its own."""
    return library / "invitations"


def mail_template(library: Path, language: str) -> Template:
    """The company's own template in a language, else the one that comes with the program.

    Raises InvitationTemplateInvalid, which says what of the file cannot be used.
    """
    name = f"invitation.{language}.toml"
    own = template_folder(library) / name
    path = own if own.is_file() else Path(resource("invitations", name))
    return read_template(path)


def read_template(path: Path) -> Template:
    """A template from its file, checked. Raises InvitationTemplateInvalid."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvitationTemplateInvalid(file=path.name, reason=f"> {MAX_BYTES // 1024} KiB")
        template = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Template)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InvitationTemplateInvalid(file=path.name, reason=str(error)) from error
    for name in template.__struct_fields__:
        wrong = _wrong(getattr(template, name))
        if wrong:
            raise InvitationTemplateInvalid(file=path.name, reason=f"{name}: {wrong}")
    return template


def written(template: Template, invitation: Invitation, position: str) -> Mail:
    """The mail for an invitation, or for its cancellation."""
    words = {
        "candidate": invitation.candidate, "position": position, "minutes": str(invitation.minutes),
        "time": full_time(invitation.start, invitation.zone), "place": invitation.place or "–",
        "organizer": invitation.organizer, "mail": invitation.organizer_mail, "title": invitation.title,
    }  # fmt: skip
    cancel = invitation.cancelled
    subject = template.cancel_subject if cancel else template.subject
    body = template.cancel_body if cancel else template.body
    one_line = " ".join(subject.format_map(words).split())
    return Mail(invitation.candidate_mail, one_line, body.format_map(words).strip() + "\n")


def _wrong(words: str) -> str:
    """What of a template's text cannot be filled; "" = nothing. A placeholder is a plain name, nothing else."""
    if not words.strip():
        return "empty"
    try:
        for _, name, spec, conversion in string.Formatter().parse(words):
            if name is not None and (name not in PLACEHOLDERS or spec or conversion):
                return f"{{{name}}}"
    except ValueError as error:
        return str(error)
    return ""
