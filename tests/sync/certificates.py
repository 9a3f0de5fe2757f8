"""Certificates made for one test: an authority of its own, a server's and a client's."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PLAIN = serialization.NoEncryption()


@dataclass
class Authority:
    """Signs certificates; `file` is what a computer has to trust."""

    folder: Path

    def __post_init__(self):
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), _named("test authority")
        made = self._builder(self._name, self._key, -1, 10).add_extension(x509.BasicConstraints(True, None), True)
        self._certificate = made.sign(self._key, hashes.SHA256())
        self.file = self.folder / f"authority-{id(self)}.pem"
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name, begins=-1, ends=10, passphrase="", stem=""):
        """A PEM file with certificate and key; valid from `begins` to `ends` (days from now)."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            host = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            host = x509.DNSName(name)
        builder = self._builder(_named(name), key, begins, ends)
        builder = builder.add_extension(x509.SubjectAlternativeName([host]), False)
        certificate = builder.sign(self._key, hashes.SHA256())
        locked = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else PLAIN
        file = self.folder / f"{stem or name}.pem"
        pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*pem))
        return file

    def _builder(self, name, key, begins, ends):
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(now + timedelta(days=begins)).not_valid_after(now + timedelta(days=ends))


def server_context(file: Path, clients: Path | None = None) -> ssl.SSLContext:
    """Serves with a certificate; asks for one of `clients`' authority where that is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    if clients is not None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # the refusal comes within the handshake, and is not raced
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context


def _named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
