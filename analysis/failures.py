"""Known failures of the engine: a code and parameters, which `app.text` turns into a sentence with a next step."""

from __future__ import annotations


class Failure(Exception):
    """A failure that a person can be told about.

    `code` is the key below `failure.` in `resources/text/*.toml`; `params` fill its placeholders.
    """

    code = "unknown"

    def __init__(self, **params: object) -> None:
        self.params: dict[str, object] = params
        super().__init__(f"{self.code} {params}" if params else self.code)


class MediaUnreadable(Failure):
    """The file is not a recording, is empty, or is damaged. params: name"""

    code = "media_unreadable"


class MediaEmpty(MediaUnreadable):
    """The file has 0 bytes. params: name"""

    code = "media_empty"


class MediaRefused(MediaUnreadable):
    """The file is of a kind that could make the decoder open other files. params: name, format"""

    code = "media_refused"


class MediaMissing(MediaUnreadable):
    """There is no such file, or it may not be read. params: name"""

    code = "media_missing"


class MediaTooLarge(MediaUnreadable):
    """A picture or a length beyond what a recording can have. params: name, what"""

    code = "media_too_large"


class NothingToAnalyse(Failure):
    """The file has neither sound nor picture that the request allows. params: name"""

    code = "nothing_to_analyse"


class ModelMissing(Failure):
    """A model file is not there. params: model, file"""

    code = "model_missing"


class ModelDamaged(Failure):
    """A model file's SHA-256 is not the manifest's. params: model, file"""

    code = "model_damaged"


class OwnModelMissing(ModelMissing):
    """A transcriber that a person added is no longer where it was. params: model, file"""

    code = "own_model_missing"


class OwnModelDamaged(ModelDamaged):
    """A transcriber that a person added is no longer the one that was added. params: model, file"""

    code = "own_model_damaged"


class ModelUnusable(Failure):
    """A folder given as a model does not load. params: folder, reason"""

    code = "model_unusable"


class DeviceMissing(Failure):
    """The asked computing device is not there. params: device"""

    code = "device_missing"


class StageFailed(Failure):
    """A stage ended with an error that nobody foresaw; the others went on. params: detail"""

    code = "stage_failed"


class NameUnreadable(Failure):
    """A path that is no text: its bytes are of another encoding than the system's. params: name"""

    code = "name_unreadable"


class DiskFull(Failure):
    """No space is left where results are written. params: folder"""

    code = "disk_full"


class FolderNotWritable(Failure):
    """The output folder cannot be written. params: folder"""

    code = "folder_not_writable"


class InputInvalid(Failure):
    """A terms, questions or enrolment file cannot be used. params: name, reason"""

    code = "input_invalid"


class DocumentInvalid(Failure):
    """An analysis folder is missing, incomplete, or of a newer version. params: folder, reason"""

    code = "document_invalid"


class WorkerDied(Failure):
    """The analysis process ended without a result. params: detail"""

    code = "worker_died"


class Cancelled(Failure):
    """The analysis was cancelled."""

    code = "cancelled"


class ModelIncomplete(ModelUnusable):
    """A folder given as a transcriber lacks files. params: folder, files"""

    code = "model_incomplete"


class ModelNotLoading(ModelUnusable):
    """A folder given as a transcriber does not load. params: folder, detail"""

    code = "model_not_loading"


class OutputTaken(Failure):
    """The output folder holds the analysis of another recording. params: folder"""

    code = "output_taken"


class OutputBusy(Failure):
    """Another process is writing to the output folder. params: folder"""

    code = "output_busy"


class TranscriptInvalid(Failure):
    """A transcript that was given cannot be used. It ends the analysis that was to take it. params: name"""

    code = "transcript_invalid"


class TranscriptMissing(TranscriptInvalid):
    """There is no such file, or it may not be read. params: name"""

    code = "transcript_missing"


class TranscriptUnknown(TranscriptInvalid):
    """The file is none of the known kinds. params: name"""

    code = "transcript_unknown"


class TranscriptNotText(TranscriptInvalid):
    """The file is not text in a known encoding. params: name"""

    code = "transcript_not_text"


class TranscriptEmpty(TranscriptInvalid):
    """Nothing in it is what somebody says. params: name"""

    code = "transcript_empty"


class TranscriptTooLarge(TranscriptInvalid):
    """More than a transcript can hold. params: name"""

    code = "transcript_too_large"


class TranscriptMalformed(TranscriptInvalid):
    """The file breaks the rules of its format. params: name, line"""

    code = "transcript_malformed"


class TranscriptRefused(TranscriptInvalid):
    """The file declares a document type, which can open other files. params: name"""

    code = "transcript_refused"


class TranscriptForeign(TranscriptInvalid):
    """It is the transcript of another recording: `share` of it fits. params: name, share"""

    code = "transcript_foreign"
