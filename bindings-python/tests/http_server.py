"""Real HTTP servers on the loopback, each a script of answers."""

import threading
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Answer:
    def __init__(self, status: int = 200, headers: dict[str, str] | None = None, after: float = 0.0) -> None:
        self.status = status
        self.headers = headers or {}
        self.after = after


class Server:
    """Answers its requests by a script, whose last line is repeated; remembers what it was sent."""

    def __init__(self, *script: Answer) -> None:
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self._script = script or (Answer(),)
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                server._serve(self)

            do_GET = do_POST = do_PUT = _serve  # noqa: N815 - the names of the library

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - a name of the library
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = _body(request)
        with self._lock:
            answer = self._script[min(len(self.seen), len(self._script) - 1)]
            self.seen.append((request.command, request.path, dict(request.headers.items()), body))
        time.sleep(answer.after)
        text = self.url.encode()
        try:
            request.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(text))}.items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(text)
        except OSError:
            request.close_connection = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()


class Servers(ExitStack):
    """Some servers, each with its script."""

    def __init__(self, *scripts: list[Answer]) -> None:
        super().__init__()
        self.all = [self.enter_context(Server(*script)) for script in scripts]
        self.urls = [server.url for server in self.all]

    @property
    def seen(self) -> list[tuple[str, str, dict[str, str], bytes]]:
        return [request for server in self.all for request in server.seen]


def _body(request: BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding") != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length", "0")))
    body = b""
    while size := int(request.rfile.readline(), 16):
        body += request.rfile.read(size + 2)[:-2]
    request.rfile.readline()
    return body
