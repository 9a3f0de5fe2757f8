"""Known failures of talking to the HR system and to a language model on this computer: a code and parameters, which
`app.text` turns into a sentence."""

from __future__ import annotations


class RemoteFailure(Exception):
    """A failure that a person can be told about.

    `retry` says whether trying again later can help; `uncertain` whether the server may have done it all the same.
    """

    code = "remote_failed"
    retry = False
    uncertain = False

    def __init__(self, **params: object) -> None:
        self.params: dict[str, object] = params
        super().__init__(f"{self.code} {params}" if params else self.code)


class RemoteUnreachable(RemoteFailure):
    """No connection, or no answer in time. params: host"""

    code = "remote_unreachable"
    retry = True


class HostUnknown(RemoteUnreachable):
    """The name of the host is not known (DNS). params: host"""

    code = "host_unknown"


class NobodyListens(RemoteUnreachable):
    """The computer is there, but nothing answers on this port. params: host"""

    code = "nobody_listens"


class RemoteTimeout(RemoteUnreachable):
    """No connection, or no whole answer, in time. params: host"""

    code = "remote_timeout"


class ProxyUnreachable(RemoteUnreachable):
    """The proxy that the computer is set to does not answer. params: host, proxy"""

    code = "proxy_unreachable"


class ProxyLogin(RemoteUnreachable):
    """The proxy wants a name and a password (407). params: host, proxy"""

    code = "proxy_login"


class ProxyKind(RemoteUnreachable):
    """The proxy is of a kind that the program does not speak (SOCKS). params: host, proxy"""

    code = "proxy_kind"


class ProxyRefused(RemoteUnreachable):
    """The proxy does not let the connection through. params: host, proxy, detail"""

    code = "proxy_refused"


class RemoteBusy(RemoteFailure):
    """429, 5xx or a broken body: try later. params: host, status; retry_after_s: float | None"""

    code = "remote_busy"
    retry = True

    def __init__(self, retry_after_s: float | None = None, **params: object) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(**params)


class RemoteChanging(RemoteBusy):
    """Somebody wrote between our reading and our writing, again and again: nothing was done. params: host, status"""

    code = "remote_changing"


class RemoteUnauthorized(RemoteFailure):
    """401 or 403. params: host"""

    code = "remote_unauthorized"


class AccountUnauthorized(RemoteUnauthorized):
    """401 where an account is shown beside the key: either may be wrong. params: host"""

    code = "account_unauthorized"


class GivenUnauthorized(RemoteUnauthorized):
    """401 for a key that was given to the program from outside: it counts before any in the keyring.

    params: host, variable
    """

    code = "given_unauthorized"


class RightMissing(RemoteUnauthorized):
    """403: the key is good, but may not do this. params: host, detail (the HR system's own words)"""

    code = "right_missing"


class RemoteConflict(RemoteFailure):
    """Somebody else changed it. params: host, field; `theirs` is what the server holds in our words.

    Where fields of the company are contested, `theirs` is {CONTESTED: [{field, base, mine, theirs, has_base}]}.
    """

    code = "remote_conflict"

    def __init__(self, theirs: dict[str, object] | None = None, **params: object) -> None:
        self.theirs = theirs or {}
        super().__init__(**params)


CONTESTED = "contested_fields"


class RemoteRejected(RemoteFailure):
    """Another 4xx: this item cannot be sent as it is. params: host, status, detail"""

    code = "remote_rejected"


class RemoteNonsense(RemoteFailure):
    """The answer is not what the contract says (HTML, cut body, another envelope). params: host"""

    code = "remote_nonsense"
    retry = True


class LoginPage(RemoteNonsense):
    """A web page came instead of an answer: a login portal stands in between, or the address is a page. params: host"""

    code = "login_page"


class PathUnknown(RemoteRejected):
    """404 for what every such system has: the path in the address, or the profile, is wrong. params: host, path"""

    code = "path_unknown"


def path_unknown(failure: RemoteFailure, path: str) -> RemoteFailure:
    """A refusal of what every such system has, asked for at `path`: a 404 is a wrong path, everything else stays."""
    if isinstance(failure, RemoteRejected) and failure.params.get("status") == 404:
        return PathUnknown(host=failure.params.get("host", ""), path=path)
    return failure


class SystemUnlike(RemoteNonsense):
    """What answers at this address does not speak as the profile says. params: host, path"""

    code = "system_unlike"


class AskingRejected(RemoteRejected):
    """A question that changes nothing was refused. params: host, status, detail"""

    code = "asking_rejected"


class AddressTooLong(RemoteNonsense):
    """The address goes on behind where the system is: it is that of a page of it. params: host, more, address"""

    code = "address_too_long"


class ClockWrong(RemoteFailure):
    """This computer's clock and the HR system's differ by minutes. params: host, minutes, here, there (times)"""

    code = "clock_wrong"


class SecretMissing(RemoteFailure):
    """No key for the HR system: neither keyring nor environment has one."""

    code = "secret_missing"


class KeyringMissing(SecretMissing):
    """The computer has no keyring that keeps the key."""

    code = "keyring_missing"


class KeyringClosed(SecretMissing):
    """The keyring is locked, or did not answer."""

    code = "keyring_closed"


class SecretUnusable(SecretMissing):
    """The key has characters that no key has: a part of it, or something else, was copied."""

    code = "secret_unusable"


class AccountMissing(SecretMissing):
    """The profile shows an account beside the key, and none is entered."""

    code = "account_missing"


class ProfileInvalid(RemoteFailure):
    """A profile or mapping file cannot be used. params: name, reason"""

    code = "profile_invalid"


class ProfileUnreadable(ProfileInvalid):
    """A profile's file is not there, too large, or no text in UTF-8. params: name, reason"""

    code = "profile_unreadable"


class FilesRefused(RemoteFailure):
    """The HR system, or the way it is spoken to, takes no files. params: host"""

    code = "files_refused"


class NotesRefused(RemoteFailure):
    """The HR system, or the way it is spoken to, takes no notes. params: host"""

    code = "notes_refused"


class FileGone(RemoteFailure):
    """The file that was to be sent is not there any more. params: name"""

    code = "file_gone"


class MappingBroken(RemoteFailure):
    """A field of the company does not take what the mapping says: nothing was written.

    params: field, source, host; `reason` ("gone", "type", "option", "range", "number", "date") ends the code.
    """

    def __init__(self, reason: str, **params: object) -> None:
        self.code = f"mapping_{reason}"
        super().__init__(**({"host": ""} | params))


class RemoteUntrusted(RemoteFailure):
    """The server's certificate is not trusted. params: host"""

    code = "remote_untrusted"


class CertificateExpired(RemoteUntrusted):
    """The server's certificate is out of date, or not valid yet. params: host"""

    code = "certificate_expired"


class CertificateWrongName(RemoteUntrusted):
    """The server's certificate is that of another name. params: host"""

    code = "certificate_wrong_name"


class TlsNotSpoken(RemoteUntrusted):
    """Something answers at this port, but not encrypted. params: host"""

    code = "tls_not_spoken"


class CertificateWanted(RemoteUntrusted):
    """The server wants a client certificate, or another one. params: host"""

    code = "certificate_wanted"


class CertificateUnshown(CertificateWanted):
    """The server wants a client certificate, and the profile shows none. params: host"""

    code = "certificate_unshown"


class CertificateUnusable(RemoteFailure):
    """The file with our certificate cannot be used: nothing was sent.

    params: file; `reason` ends the code: "choice" (none is chosen), "missing", "certificate", "key", "passphrase".
    """

    def __init__(self, reason: str, **params: object) -> None:
        self.code = f"certificate_no_{reason}"
        super().__init__(**params)


class CertificateExpiredHere(RemoteFailure):
    """Our own certificate is out of date, or not valid yet. params: file, begins, ends (dates)"""

    code = "certificate_expired_here"


class AddressInvalid(RemoteFailure):
    """The address cannot be used: only https, or http on this computer. params: address"""

    code = "address_invalid"


class AddressMissing(AddressInvalid):
    """There is no address yet."""

    code = "address_missing"


class CursorUnknown(RemoteFailure):
    """The server does not know the cursor any more: the pull starts again from the beginning. params: host"""

    code = "cursor_unknown"


class PayloadTooLarge(RemoteFailure):
    """The item is larger than can be sent. params: bytes, limit"""

    code = "payload_too_large"


class ConflictStale(RemoteFailure):
    """The item does not wait for this decision (any more). params: op_id"""

    code = "conflict_stale"


class LanguageModelFailure(RemoteFailure):
    """A language model on this computer did not give a usable answer."""

    code = "llm_failed"


class LlmAddressRefused(LanguageModelFailure):
    """The address is not one of this computer: nothing is ever sent elsewhere. params: address"""

    code = "llm_address_refused"


class LlmUnreachable(LanguageModelFailure):
    """No connection to the model's server. params: host"""

    code = "llm_unreachable"


class LlmTimeout(LanguageModelFailure):
    """No whole answer in time. params: model, seconds"""

    code = "llm_timeout"


class LlmUnauthorized(LanguageModelFailure):
    """The server wants a key, or another one (401, 403). params: host"""

    code = "llm_unauthorized"


class LlmBusy(LanguageModelFailure):
    """The server is busy or in trouble (408, 429, 5xx). params: host, status"""

    code = "llm_busy"


class LlmRejected(LanguageModelFailure):
    """The server or the model does not take the question. params: model, detail"""

    code = "llm_rejected"


class LlmUnknown(LanguageModelFailure):
    """The server has no model of that name. params: host, model, names (a list in one line, "?" = not told)"""

    code = "llm_unknown"


class LlmUnnamed(LanguageModelFailure):
    """The server has several models, or does not tell, and none was chosen. params: host, names"""

    code = "llm_unnamed"


class LlmNonsense(LanguageModelFailure):
    """The answer is not of the agreed shape, or cut off on its way. params: host"""

    code = "llm_nonsense"


class LlmSilent(LanguageModelFailure):
    """The model said nothing. params: model"""

    code = "llm_silent"


class LlmTooLong(LanguageModelFailure):
    """The answer is longer than any that makes sense. params: host, limit (bytes)"""

    code = "llm_too_long"


class LlmFileInvalid(LanguageModelFailure):
    """The file is not there, or not a GGUF file. params: file"""

    code = "llm_file_invalid"


class LlmRuntimeMissing(LanguageModelFailure):
    """The optional package that runs GGUF files is not installed. params: package"""

    code = "llm_runtime_missing"


class LlmNotLoading(LanguageModelFailure):
    """The runtime does not load the file. params: file, detail"""

    code = "llm_not_loading"
