"""Known failures of the application's core, in the same form as `analysis.failures`."""

from __future__ import annotations

from analysis.failures import Cancelled, Failure, InputInvalid


class LibraryHeld(Failure):
    """Another process writes this library. params: who, since"""

    code = "library_held"


class LibraryNewer(Failure):
    """The library was made by a newer version of the program. params: folder"""

    code = "library_newer"


class LibraryBusy(Failure):
    """The database stayed locked. params: folder"""

    code = "library_busy"


class LibraryUnwritable(Failure):
    """The library's folder cannot be written. params: folder"""

    code = "library_unwritable"


class LibraryDamaged(Failure):
    """The database file is not a database. params: folder"""

    code = "library_damaged"


class ReadOnly(Failure):
    """A change was asked for in a library that is open read-only."""

    code = "read_only"


class RecordingInUse(Failure):
    """A recording cannot be changed while it is being analysed or goes on, nor be analysed while it is changed."""

    code = "recording_in_use"


class RecordingChanged(Failure):
    """A stretch of a recording was redacted while something was made of it."""

    code = "recording_changed"


class RecordingLeaves(Failure):
    """A recording cannot be changed while files that were made of it wait to be sent."""

    code = "recording_leaves"


class InvitationInvalid(Failure):
    """An invitation lacks something or has it wrong. params: what (zone, organizer_mail, candidate_mail, minutes …)"""

    code = "invitation_invalid"


class InvitationTemplateInvalid(Failure):
    """The text of invitations cannot be used. params: file, reason"""

    code = "invitation_template_invalid"


class RulesInvalid(Failure):
    """The file with the rules for suggestions cannot be used. params: file, reason"""

    code = "rules_invalid"


class NotFound(Failure):
    """No such row. params: what, id"""

    code = "not_found"


class Stale(Failure):
    """The row was changed by somebody else since it was read. params: what"""

    code = "stale"


class NotUndone(Stale):
    """What was to be undone, or done again, holds something else by now. params: what (the step in words)"""

    code = "not_undone"


class CannotSign(Failure):
    """Something required for signing is absent. params: left (comma-separated titles)"""

    code = "cannot_sign"


class CorrectionsPending(Failure):
    """Corrections were made that the machine's scores do not rest on yet."""

    code = "corrections_pending"


class AnalysisRunning(Failure):
    """The recording is being analysed for the first time: the machine has no score that could be seen or signed."""

    code = "analysis_running"


class ReasonNeeded(Failure):
    """A weight deviates from the template without a reason."""

    code = "reason_needed"


class WeightsLocked(Failure):
    """The position locks its weights. params: position"""

    code = "weights_locked"


class TemplateInvalid(Failure):
    """A template file cannot be used. params: name, reason"""

    code = "template_invalid"


class GlossaryInvalid(InputInvalid):
    """A glossary file cannot be used. params: name, line, reason"""

    code = "glossary_invalid"


class ConsentNoticeInvalid(InputInvalid):
    """A consent notice cannot be read. params: name"""

    code = "consent_notice_invalid"


class ValueInvalid(Failure):
    """A value given by a person is out of range or unknown. params: what, value, allowed"""

    code = "value_invalid"


class ConsentMissing(Failure):
    """No modality may be analysed. params: what"""

    code = "consent_missing"


class MediaStays(Failure):
    """The rules of the jurisdiction keep recordings in the library. params: rules (their name)"""

    code = "media_stays"


class NotAnalysed(Failure):
    """The interview has no analysis yet. params: id"""

    code = "not_analysed"


class OtherAssessor(Failure):
    """Only the person who signed it can sign it again. params: assessor"""

    code = "other_assessor"


class CommentOfOther(Failure):
    """Only who wrote a comment may change it, tag it or remove it. params: author"""

    code = "comment_of_other"


class LanguageModelOff(Failure):
    """No local language model is set up."""

    code = "llm_off"


class LanguageModelDied(Failure):
    """The child process with the language model ended unexpectedly. params: detail"""

    code = "llm_died"


class PositionMissing(Failure):
    """The interview has no position, so there is nobody to compare with."""

    code = "position_missing"


class NoAnswers(Failure):
    """The transcript has no answer of the candidate."""

    code = "no_answers"


class PackageDamaged(Failure):
    """A package is none, was cut off or was altered; nothing of it was taken. params: name, what (the part, or "")"""

    code = "package_damaged"


class PackageNewer(Failure):
    """The package was made by a newer version of the program. params: name"""

    code = "package_newer"


class PassphraseNeeded(Failure):
    """The package is protected. params: name"""

    code = "passphrase_needed"


class PassphraseWrong(Failure):
    """The passphrase does not open the package. params: name"""

    code = "passphrase_wrong"


class TakenInPart(Cancelled):
    """Taking a package was cancelled after some of it was here. params: name"""

    code = "taken_in_part"


class NothingToHandOver(Failure):
    """None of what was chosen can be handed over this way."""

    code = "nothing_to_hand_over"


class RecordingStays(Failure):
    """The rules of the jurisdiction keep recordings here, whole ones too. params: rules (their name)"""

    code = "recording_stays"


class ProtectionNeeded(Failure):
    """What the HR system says of candidates leaves under a passphrase only. params: rules (their name)"""

    code = "protection_needed"


class AnalysisLost(Failure):
    """What is handed over of an interview rests on an analysis that cannot be read. params: candidate"""

    code = "analysis_lost"


class PackageTooLarge(Failure):
    """The disk holds no file of this size, as FAT32 does from 4 GiB on. params: file"""

    code = "package_too_large"


class OutsideOff(Failure):
    """No outside service is set up for this. params: what (the purpose in words)"""

    code = "outside_off"


class OutsideForbidden(Failure):
    """The rules of the jurisdiction let this not leave the computer. params: data (in words), rules (their name)"""

    code = "outside_forbidden"


class OutsideConsentMissing(Failure):
    """The candidate has not agreed that this service gets it. params: data (in words), service, host"""

    code = "outside_consent_missing"


class OutsideUnconfirmed(Failure):
    """Nobody has read yet what would be sent, and let it go. params: notice (the sentence)"""

    code = "outside_unconfirmed"


class OutsideStopped(Failure):
    """While something was being sent it ceased to be allowed. params: service, host, n (requests that had left)"""

    code = "outside_stopped"


class InterviewRecorded(Failure):
    """The interview has a recording already, or is being recorded. params: title"""

    code = "interview_recorded"


class RecordingElsewhere(Failure):
    """The recording is another interview's already, so that it cannot become this one's. params: name, title, id"""

    code = "recording_elsewhere"


class InterviewBeingRecorded(Failure):
    """The interview is being recorded, so that no other recording can become its own. params: title"""

    code = "interview_being_recorded"


class RecordingEmpty(Failure):
    """Nothing was recorded: no picture and no sound came."""

    code = "recording_empty"


class RecordingLeft(Failure):
    """Something that nobody foresaw ended a recording; it lies on the disk until the next start. params: detail"""

    code = "recording_left"


class RecorderDied(Failure):
    """The process that writes the recording ended unexpectedly; another one goes on. params: detail"""

    code = "recorder_died"


class RecordingDiskFull(Failure):
    """No space is left to record; what was recorded is safe. params: folder"""

    code = "recording_disk_full"


class RecordingSpaceShort(Failure):
    """The disk is nearly full while recording. params: minutes"""

    code = "recording_space_short"


class TrialFailed(Failure):
    """The process that writes a test recording ended unexpectedly. params: detail"""

    code = "trial_failed"
