"""A small forward proxy: CONNECT only, to where a test says, with a login or a refusal where a test wants one."""

from __future__ import annotations

import base64
import select
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """Where it listens, what it was asked to connect to, and how it answers."""

    url: str
    asked: list[str] = field(default_factory=list)
    login: str = ""
    refuses: str = ""


@contextmanager
def proxying(port: int, login: str = "", refuses: str = ""):
    """Sends every CONNECT to this port of this computer, whatever its host is."""
    listening = socket.create_server(("127.0.0.1", 0))
    proxy = Proxy(f"http://127.0.0.1:{listening.getsockname()[1]}", login=login, refuses=refuses)
    threads = []

    def accept():
        while True:
            try:
                client = listening.accept()[0]
            except OSError:
                return
            thread = threading.Thread(target=_serve, args=(client, proxy, port))
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield proxy
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        for thread in threads:
            thread.join()


def _serve(client: socket.socket, proxy: Proxy, port: int) -> None:
    with client:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(4096)
            if not piece:
                return
            head += piece
        text = head.decode()
        proxy.asked.append(text.split()[1])
        wanted = base64.b64encode(proxy.login.encode()).decode()
        if proxy.login and f"Basic {wanted}" not in text:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif proxy.refuses:
            client.sendall(f"HTTP/1.1 {proxy.refuses}\r\nContent-Length: 0\r\n\r\n".encode())
        else:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with socket.create_connection(("127.0.0.1", port)) as server:
                _pass_on(client, server)


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    while True:
        for ready in select.select([one, other], [], [], 5)[0]:
            with suppress(ConnectionError):
                piece = ready.recv(65536)
                if piece:
                    (other if ready is one else one).sendall(piece)
                    continue
            return
