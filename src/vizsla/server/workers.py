"""Further processes that answer on the server's port, so that every core is used.

Python runs one thread at a time, so one process uses little more than one core however many threads it has
(docs/decisions/0019-workers.md). The first process is a server like any other; it starts the others when it is ready,
starts one that ended again, and they end with it, however it ends.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from os import cpu_count
from pathlib import Path
from typing import Final

import msgspec

from vizsla.library import Library
from vizsla.settings import IN_MEMORY, Settings

from . import tally
from .memory import few_arenas
from .renewal import Renewing
from .run import address_of, listening, serve
from .tls import tls_context

log = logging.getLogger("vizsla")

RESTART_SECONDS: Final = 1.0
"""Before a process that ended is started again: one that cannot start must not keep the machine busy with trying."""

END_SECONDS: Final = 15.0
"""How long a process may take to end when it is told to; a little more than requests that run may take."""


MOST: Final = 4
"""Processes that are started unasked; each takes memory for what it remembers."""


def serve_library(library: Library, ready: Callable[[str], None]) -> None:
    """Serve a library as its settings say, with as many processes, until SIGINT or SIGTERM.

    Args:
        ready: called with the address once requests are answered.

    Raises:
        ServingError: the address is taken or not ours, or the application did not start.
        SettingsError: a setting cannot be used.
    """
    chosen = library.settings
    count = chosen.workers or min(cpu_count() or 1, MOST)
    tls = tls_context(chosen.tls_certificate, chosen.tls_key)
    with _counting_together(chosen, count) as settings, listening(chosen.host, chosen.port, count) as sockets:
        app = Renewing(library, limits=settings.limits)
        workers = Workers(settings, sockets[1:])

        def begin() -> None:
            ready(address_of(chosen.host, sockets[0], tls))
            workers.start()

        try:
            serve(app, sockets[0], begin, tls=tls)
        finally:
            workers.stop()


@contextmanager
def _counting_together(settings: Settings, count: int) -> Iterator[Settings]:
    """The settings, with a place where several processes can count calls."""
    if count == 1 or settings.limits != IN_MEMORY:
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="vizsla-") as directory:
        yield msgspec.structs.replace(settings, limits=tally.create(Path(directory) / "tally"))


class Job(msgspec.Struct, frozen=True):
    """What a further process is told, in a line on its standard input."""

    settings: Settings
    socket: int
    """Descriptor of a bound socket."""


class Workers:
    """Further processes, one for each of the sockets.

    Args:
        settings: as those of the first process.
        sockets: bound to the server's address, each for one process.
    """

    def __init__(self, settings: Settings, sockets: Sequence[socket.socket]) -> None:
        self._settings = settings
        self._sockets = sockets
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start them; returns at once."""
        for number, bound in enumerate(self._sockets, 2):
            thread = threading.Thread(target=self._keep, args=(bound,), name=f"vizsla-worker-{number}")
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End them, and wait for that."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _keep(self, bound: socket.socket) -> None:
        """Have a process run until all are stopped."""
        while not self._stopping.is_set():
            try:
                with _started(Job(self._settings, bound.fileno())) as process:
                    self._watch(process)
                ended = f"ended with {process.returncode}"
            except OSError as error:
                ended = f"could not be started: {error}"
            with suppress(OSError):  # it may not have come to listen
                bound.shutdown(socket.SHUT_RDWR)  # no longer listens: what comes in is for the others
            if not self._stopping.is_set():
                log.error("a worker %s; it is started again", ended)
                self._stopping.wait(RESTART_SECONDS)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the process ends, or is to end."""
        while process.poll() is None and not self._stopping.wait(0.1):
            pass
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def _started(job: Job) -> Iterator[subprocess.Popen[bytes]]:
    # a session of its own: Ctrl-C is for the first process, which tells the others
    process = subprocess.Popen(
        [sys.executable, "-m", "vizsla.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=[job.socket],
        start_new_session=True,
    )
    with process:
        assert process.stdin
        try:
            process.stdin.write(msgspec.json.encode(job, enc_hook=str) + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended at once, and its exit status says so
        yield process


def main() -> None:
    """Serve what the line on standard input says until told to stop, or until whoever wrote it is gone."""
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job, dec_hook=lambda kind, value: kind(value))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare_process()
    with Library(job.settings) as library, socket.socket(fileno=job.socket) as bound:
        _ = library.encoder
        tls = tls_context(job.settings.tls_certificate, job.settings.tls_key)
        serve(Renewing(library), bound, lambda: None, tls=tls)


def prepare_process() -> None:
    """What every process that serves does first: bound its memory, and say where its log goes."""
    few_arenas()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("vizsla").setLevel(logging.INFO)


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is written any more: it returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_SECONDS)
    os._exit(1)
