"""SVG drawings, made into pixels by another process.

A drawing is a program: a few hundred bytes (filters, nested copies, packed pictures inside) can keep a renderer busy for
hours or fill the memory, and librsvg cannot be stopped from within. So a child process draws, under limits that the
system enforces; what exceeds them costs the child, not the library. A child serves many drawings one after another,
so that its start (a fraction of a second) is paid once per thread.
"""

from __future__ import annotations

import atexit
import os
import re
import resource
import signal
import struct
import subprocess
import sys
from collections import deque
from typing import BinaryIO, cast

import msgspec
import numpy as np

from vizsla.decode.errors import DecodeError
from vizsla.decode.libvips import LibvipsError
from vizsla.decode.limits import Limits
from vizsla.decode.loaders import open_header
from vizsla.decode.pixels import Pixels, kept_scale, scaled, to_srgb

MAX_MEMORY = 3 << 30
"""Bytes of address space of a child; Python and its libraries take the first of them."""

MAX_SIDE = 65_535
"""CSS px; as in a JPEG. The size is a number only, as no more than what is kept is drawn."""

_COMMAND = (sys.executable, "-c", "from vizsla.decode.drawing import serve; serve()")
_SIZED = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg\s[^>]*?\b(?:viewBox|width|height)\s*=")
_LENGTH = struct.Struct(">Q")


class DrawingError(Exception):
    """The document is no drawing, or a broken one."""


class _Request(msgspec.Struct, frozen=True):
    limits: Limits
    document: bytes


class Drawing(msgspec.Struct, frozen=True, tag=True):
    """Size of a drawing in CSS px, and its pixels at the size that is kept: `shape` and `octets`."""

    width: int
    height: int
    shape: tuple[int, int, int]
    octets: bytes

    @property
    def kept(self) -> Pixels:
        return np.frombuffer(self.octets, np.uint8).reshape(self.shape)


class _TooLarge(msgspec.Struct, frozen=True, tag=True):
    detail: str


class _Broken(msgspec.Struct, frozen=True, tag=True):
    detail: str


_Answer = Drawing | _TooLarge | _Broken
_idle: deque[subprocess.Popen[bytes]] = deque()


def draw(document: bytes, limits: Limits) -> Drawing:
    """Draw at the size that is kept. No other file is read, whatever the document refers to.

    Raises:
        DrawingError: the document cannot be drawn.
        DecodeError: it is `too large`, in pixels, memory or time.
    """
    answer = _ask(_Request(limits, document))
    if isinstance(answer, _TooLarge):
        raise DecodeError("too large", answer.detail)
    if isinstance(answer, _Broken):
        raise DrawingError(answer.detail)
    return answer


def _ask(request: _Request) -> _Answer:
    """Send the request to an idle child or a new one, and wait for the answer or for the end of the child."""
    try:
        child = _idle.pop()
    except IndexError:
        child = _start()
    try:
        _write(cast(BinaryIO, child.stdin), msgspec.msgpack.encode(request))
        answer = _read(cast(BinaryIO, child.stdout))
    except (EOFError, BrokenPipeError):
        return _obituary(_end(child), request.limits)
    except BaseException:
        _end(child)
        raise
    _idle.append(child)
    return cast(_Answer, msgspec.msgpack.decode(answer, type=_Answer))


def _start() -> subprocess.Popen[bytes]:
    """A child in a session of its own: Ctrl-C is for the parent, which then ends it."""
    return subprocess.Popen(
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "OPENBLAS_NUM_THREADS": "1",
        },
    )


def _end(child: subprocess.Popen[bytes]) -> int:
    """Stop a child; returns its exit status."""
    with child:
        child.kill()
    return child.returncode


def _obituary(status: int, limits: Limits) -> _Answer:
    """What the death of a child says about the drawing."""
    if status > 0:
        raise RuntimeError(
            f"The process that draws SVG ended with status {status}. Is Vizsla installed whole?"
        )
    if status == -signal.SIGPROF:
        return _TooLarge(f"takes more than {limits.drawing_seconds} s to draw")
    return _TooLarge(f"the renderer gave up ({signal.Signals(-status).name})")


@atexit.register
def _end_all() -> None:
    while _idle:
        _end(_idle.pop())


def serve() -> None:
    """The life of a child: answer requests until the parent closes the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            request = msgspec.msgpack.decode(_read(source), type=_Request)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, request.limits.drawing_seconds)
        answer = _answer(request)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(sink, msgspec.msgpack.encode(answer))


def _answer(request: _Request) -> _Answer:
    try:
        return _drawing(request)
    except DecodeError as error:
        return _TooLarge(error.detail)
    except MemoryError:
        return _TooLarge("takes too much memory to draw")
    except LibvipsError as error:
        return _Broken(str(error.detail))


def _drawing(request: _Request) -> Drawing:
    opened = open_header(request.document, "svg")
    width, height = opened.image.width, opened.image.height
    if max(width, height) > MAX_SIDE:
        raise DecodeError("too large", f"{width} x {height} pixels; a side has at most {MAX_SIDE:,}")
    # Without any size of its own a drawing has that of its strokes, and libvips enlarges the ground alone.
    scale = kept_scale(width, height) if _SIZED.search(request.document) else 1.0
    kept = to_srgb(opened.at(scale), scaled(width, scale), scaled(height, scale))
    return Drawing(width, height, (kept.shape[0], kept.shape[1], kept.shape[2]), kept.tobytes())


def _write(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _read(pipe: BinaryIO) -> bytes:
    """One whole message; raises `EOFError` if the other side is gone."""
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return _exactly(pipe, length)


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    found = pipe.read(length)
    if len(found) < length:
        raise EOFError
    return found
