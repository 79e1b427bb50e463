"""A line with delay between two network namespaces, each way.

Two TUN devices, one in each namespace; this process carries the packets from
one to the other, each a fixed time after it came.  (The kernel here need not
have netem.)"""

import collections
import fcntl
import os
import select
import struct
import subprocess
import threading
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001


def ip(*args):
    subprocess.run(["ip", *args], check=True)


class DelayLine:
    near, far = "10.111.0.1", "10.111.0.2"

    def __init__(self, seconds):
        self.seconds = seconds
        tag = f"ph{os.getpid()}"
        self.spaces = [f"{tag}n", f"{tag}f"]
        self.fds = []
        for number, (space, own, other) in enumerate(
                zip(self.spaces, (self.near, self.far), (self.far, self.near))):
            name = f"{tag}t{number}"[:15]
            ip("netns", "add", space)
            fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
            fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN_NO_PI))
            self.fds.append(fd)
            ip("link", "set", name, "netns", space)
            ip("-n", space, "addr", "add", own, "peer", other, "dev", name)
            ip("-n", space, "link", "set", name, "up")
            ip("-n", space, "link", "set", "lo", "up")
        self.wake, self.stop = os.pipe()
        self.thread = threading.Thread(target=self.carry)
        self.thread.start()

    def carry(self):
        # A line does not wait for its turn on the processor.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -15)
        held = {fd: collections.deque() for fd in self.fds}
        to = dict(zip(self.fds, reversed(self.fds)))
        while True:
            due = min((line[0][0] for line in held.values() if line), default=None)
            wait = None if due is None else max(0, due - time.monotonic())
            ready = select.select([*self.fds, self.wake], [], [], wait)[0]
            if self.wake in ready:
                return
            now = time.monotonic()
            for fd in ready:
                held[fd].append((now + self.seconds, os.read(fd, 65536)))
            for fd, line in held.items():
                while line and line[0][0] <= now:
                    os.write(to[fd], line.popleft()[1])

    def close(self):
        os.close(self.stop)
        self.thread.join()
        os.close(self.wake)
        for fd in self.fds:
            os.close(fd)
        for space in self.spaces:
            ip("netns", "del", space)

    def command(self, side, *args):
        """args as run in the near (0) or far (1) namespace."""
        return ["ip", "netns", "exec", self.spaces[side], *args]
