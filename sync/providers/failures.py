"""Known failures of asking an outside AI service: a code and parameters, which `app.text` turns into a sentence."""

from __future__ import annotations

from sync.failures import RemoteFailure


class ServiceFailure(RemoteFailure):
    """An outside AI service did not give a usable answer."""

    code = "service_failed"


class ServiceUnreachable(ServiceFailure):
    """No connection, or it broke. params: host"""

    code = "service_unreachable"
    retry = True


class ServiceUntrusted(ServiceFailure):
    """The server's certificate is not trusted. params: host"""

    code = "service_untrusted"


class ServiceTimeout(ServiceFailure):
    """No whole answer in time. params: host, seconds"""

    code = "service_timeout"
    retry = True


class ServiceUnauthorized(ServiceFailure):
    """The key is wrong, or lacks the right (401, 403). params: host"""

    code = "service_unauthorized"


class ServiceBusy(ServiceFailure):
    """Too many requests, or trouble at the service (408, 429, 5xx). params: host, status; retry_after_s: seconds"""

    code = "service_busy"
    retry = True

    def __init__(self, retry_after_s: float | None = None, **params: object) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(**params)


class ServiceRejected(ServiceFailure):
    """The service refuses the request as it is. params: host, detail"""

    code = "service_rejected"


class ServiceNonsense(ServiceFailure):
    """The answer is not what the profile describes (a web page, a cut body, another shape). params: host"""

    code = "service_nonsense"


class ServiceEmpty(ServiceFailure):
    """The answer holds nothing. params: host"""

    code = "service_empty"


class ServiceTimes(ServiceFailure):
    """The answer's times run backwards, or past the recording's end. params: host"""

    code = "service_times"


class ServiceLanguage(ServiceFailure):
    """The answer is in another language than the interview. params: host, language"""

    code = "service_language"


class ServiceTooLong(ServiceFailure):
    """The answer is longer than any that makes sense. params: host, limit (bytes)"""

    code = "service_too_long"


class ServiceTooLarge(ServiceFailure):
    """What would be sent is larger than the service takes. params: host, limit (MB)"""

    code = "service_too_large"


class ServiceStopped(ServiceFailure):
    """Nobody wants the answer any more."""

    code = "service_stopped"


class ServiceKeyMissing(ServiceFailure):
    """No key for the service: neither keyring nor environment has one. params: variable"""

    code = "service_key_missing"


class ServiceKeyUnkept(ServiceFailure):
    """The computer has no keyring that keeps the key. params: variable"""

    code = "service_key_unkept"


class ServiceAddressInvalid(ServiceFailure):
    """The address cannot be used: only https, or http on this computer. params: address"""

    code = "service_address_invalid"


class ServiceProfileInvalid(ServiceFailure):
    """A profile file cannot be used. params: name, reason"""

    code = "service_profile_invalid"
