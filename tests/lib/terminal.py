"""The program on a terminal of its own, at which a test types."""

import os
import pty
import select
import signal
import termios
import time

from posthaste import PROGRAM, WAIT


class Terminal:
    """screen: all that was shown.  The program's other streams are the
    terminal too."""

    def __init__(self, *args, env=None):
        clean = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent",
                 "XDG_CONFIG_HOME": "/nonexistent", **(env or {})}
        for name, value in os.environ.items():
            if name.startswith(("ASAN_", "UBSAN_", "LSAN_", "GCOV_")):
                clean[name] = value
        self.screen = ""
        self.pid, self.tty = pty.fork()
        if self.pid == 0:
            try:
                os.execve(PROGRAM, [PROGRAM, *map(str, args)], clean)
            finally:
                os._exit(127)

    def more(self, end):
        ready = select.select([self.tty], [], [], max(end - time.monotonic(),
                                                      0))[0]
        assert ready, f"nothing more came: {self.screen}"
        try:
            data = os.read(self.tty, 65536)
        except OSError:  # how a terminal says that nobody is there any more
            return False
        self.screen += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)

    def until(self, text):
        """Waits for it after what was waited for before."""
        end = time.monotonic() + WAIT
        while text not in self.screen:
            assert self.more(end), f"{text!r} never came: {self.screen}"

    def type(self, text):
        os.write(self.tty, text.encode())

    def answer(self, question, text):
        self.until(question)
        self.type(text + "\n")

    def end(self):
        """Reads to the end; the exit code, below 0 by a signal.  echoed:
        whether the terminal was left showing what is typed."""
        end = time.monotonic() + WAIT
        while self.more(end):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        self.echoed = bool(termios.tcgetattr(self.tty)[3] & termios.ECHO)
        os.close(self.tty)
        return os.waitstatus_to_exitcode(status)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.tty)
