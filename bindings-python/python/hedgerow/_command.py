"""The command: files are read and texts are printed here; what is answered is decided in the native module."""

from __future__ import annotations

import os
import sys

from ._native import run_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO


def main(words: Sequence[str]) -> int:
    """Answers the words behind the command's name; the exit code."""
    stdout, stderr, code = run_command(list(words), _read, _write)
    _print(sys.stdout, stdout)
    _print(sys.stderr, stderr)
    return code


def _fault(error: OSError) -> str:
    """What the module calls the faults of files."""
    if isinstance(error, FileNotFoundError):
        return "not_found"
    if isinstance(error, PermissionError):
        return "denied"
    return "folder" if isinstance(error, IsADirectoryError) else "other"


def _read(path: str) -> bytes | str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a path library would take longer to load than the file
            return file.read()
    except OSError as error:
        return _fault(error)


def _write(path: str, content: bytes) -> str | None:
    folder = os.path.dirname(path)  # noqa: PTH120
    try:
        if folder:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(content)
    except OSError as error:
        return _fault(error)
    return None


def _print(stream: TextIO, text: str) -> None:
    """Prints the same bytes whatever the encoding of the terminal."""
    stream.flush()
    try:
        stream.buffer.write(text.encode())
        stream.buffer.flush()
    except BrokenPipeError:
        # A reader that went away has seen enough; nothing more is flushed when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
