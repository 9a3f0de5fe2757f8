"""An invitation to an interview as an .ics file (RFC 5545, iTIP of RFC 5546): the same event however often it changes.

Its UID is the interview's own id, its SEQUENCE grows with each change, so that calendars replace what they have.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Alarm, Calendar, Event, Timezone, vCalAddress, vText

from app import __version__, text
from app.domain.people import Told
from app.domain.types import Interview
from app.failures import InvitationInvalid
from app.schedule.address import is_mail
from app.store import Library

ALARM_MIN = 15
_FIRST, _LAST = timedelta(days=400), timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited to what, where and when. `start` is aware, `zone` an IANA name, `minutes` how long it takes.

    `organizer` is the name of a person or of the company, as the candidate is to read it.
    """

    interview_id: str
    title: str
    start: datetime
    zone: str
    minutes: int
    organizer: str
    organizer_mail: str
    candidate: str
    candidate_mail: str
    place: str = ""
    words: str = ""
    sequence: int = 0
    cancelled: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """All that a calendar shows, as it is kept; without the number of the change."""
        said = asdict(self) | {"start": self.start.isoformat()}
        del said["sequence"], said["words"]
        return said


def numbered(library: Library, wanted: Invitation) -> Invitation:
    """The invitation with its number: the last one's where nothing has changed since, else the next.

    Raises InvitationInvalid where it lacks something, or cancels what nobody was invited to.
    """
    _check(wanted)
    sent = [
        event
        for event in library.schedule_events(wanted.interview_id)
        if event.action in (Told.INVITED, Told.CANCELLED)
    ]
    if not sent:
        if wanted.cancelled:
            raise _wrong("nothing_to_cancel")
        return wanted
    last = sent[-1].body
    same = {name: last.get(name) for name in wanted.body} == wanted.body
    return replace(wanted, sequence=int(last["sequence"]) + (0 if same else 1))


def keep(library: Library, given: Invitation) -> None:
    """Remember that this invitation was given out. The same again adds nothing."""
    action = Told.CANCELLED if given.cancelled else Told.INVITED
    body = given.body | {"sequence": given.sequence}
    events = library.schedule_events(given.interview_id)
    if any(event.action is action and event.body == body for event in events):
        return
    with library.session() as session:
        library.add_schedule_event(session, given.interview_id, action, given.start, body)


def invited(library: Library, interview: Interview) -> bool:
    """Whether the last that was given out about an interview is an invitation, not its cancellation."""
    last = [e for e in library.schedule_events(interview.id) if e.action in (Told.INVITED, Told.CANCELLED)]
    return bool(last) and last[-1].action is Told.INVITED


def ics(invitation: Invitation, made: datetime) -> bytes:
    """The file. `made` (aware) is when; a cancellation has the method CANCEL. Raises InvitationInvalid."""
    _check(invitation)
    zone = ZoneInfo(invitation.zone)
    start = invitation.start.astimezone(zone)
    calendar = Calendar()
    calendar.add("prodid", f"-//MianJian//MianJian {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if invitation.cancelled else "REQUEST")
    if invitation.zone != "UTC":
        first, last = (start - _FIRST).date(), (start + _LAST).date()
        calendar.add_component(Timezone.from_tzinfo(zone, invitation.zone, first, last))
    calendar.add_component(_event(invitation, start, made))
    return bytes(calendar.to_ical())


def _event(invitation: Invitation, start: datetime, made: datetime) -> Event:
    event = Event()
    event.add("uid", f"{invitation.interview_id}@mianjian")
    event.add("dtstamp", made.astimezone(ZoneInfo("UTC")))
    event.add("sequence", invitation.sequence)
    event.add("summary", invitation.title)
    event.add("dtstart", start)
    event.add("duration", timedelta(minutes=invitation.minutes))
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if invitation.cancelled else "OPAQUE")
    if invitation.place:
        event.add("location", invitation.place)
    if invitation.words:
        event.add("description", invitation.words)
    event.add("organizer", _person(invitation.organizer, invitation.organizer_mail))
    candidate = _person(invitation.candidate, invitation.candidate_mail)
    candidate.params.update(ROLE=vText("REQ-PARTICIPANT"), PARTSTAT=vText("NEEDS-ACTION"), RSVP=vText("TRUE"))
    event.add("attendee", candidate)
    if not invitation.cancelled:
        event.add_component(_alarm(invitation))
    return event


def _person(name: str, mail: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{mail}")
    if name:
        address.params["CN"] = vText(name)
    return address


def _alarm(invitation: Invitation) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", invitation.title)
    alarm.add("trigger", timedelta(minutes=-ALARM_MIN))
    return alarm


def lacking(invitation: Invitation) -> str:
    """What is missing or wrong (`schedule.wrong_…`); "" = nothing."""
    try:
        ZoneInfo(invitation.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return "zone"
    if not invitation.organizer.strip():
        return "organizer"
    for name in ("organizer_mail", "candidate_mail"):
        if not is_mail(getattr(invitation, name)):
            return name
    return "" if 5 <= invitation.minutes <= 24 * 60 else "minutes"


def _check(invitation: Invitation) -> None:
    if wrong := lacking(invitation):
        raise _wrong(wrong)


def _wrong(name: str) -> InvitationInvalid:
    return InvitationInvalid(what=text.tr(f"schedule.wrong_{name}"))
