"""A session bus of a test's own, and who keeps a keyring on it."""

import os
import subprocess
import time

import dbus.bus

from posthaste import WAIT

# Nothing is started for a name that nobody has: a desktop's own services stay
# out of it.
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus
 Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen>
<auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""
NAME = "org.freedesktop.secrets"


class Bus:
    def __init__(self, folder):
        self.folder = folder
        (folder / "bus.conf").write_text(
            CONFIG.format(path=folder / "bus"))
        self.process = subprocess.Popen(
            ["dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork",
             "--nosyslog", "--print-address=1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        address = self.process.stdout.readline().decode().strip()
        assert address.startswith("unix:"), "dbus-daemon did not start"
        self.env = {"DBUS_SESSION_BUS_ADDRESS": address}

    def end(self):
        self.process.kill()
        self.process.wait(WAIT)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class SilentKeyring(Bus):
    """Has the name, reads nothing, answers nothing."""

    def __init__(self, folder):
        super().__init__(folder)
        self.owner = dbus.bus.BusConnection(
            self.env["DBUS_SESSION_BUS_ADDRESS"])
        self.owner.request_name(NAME)

    def end(self):
        self.owner.close()
        super().end()


class GnomeKeyring(Bus):
    """root: where the package is unpacked.  Opened by a password, or locked
    again."""

    def __init__(self, folder, root):
        super().__init__(folder)
        places = {name: str(folder) for name in (
            "HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        libraries = next(root.glob("usr/lib/*/libgck-*")).parent
        self.daemon = subprocess.Popen(
            [root / "usr/bin/gnome-keyring-daemon", "--unlock", "--foreground",
             "--components=secrets", f"--control-directory={folder}"],
            env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": str(libraries),
                 **places, **self.env},
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.daemon.stdin.write(b"of the keyring")
        self.daemon.stdin.close()
        self.bus = dbus.bus.BusConnection(self.env["DBUS_SESSION_BUS_ADDRESS"])
        end = time.monotonic() + WAIT
        while not self.bus.name_has_owner(NAME):
            assert time.monotonic() < end and self.daemon.poll() is None
            time.sleep(0.02)
        self.service = self.bus.get_object(NAME, "/org/freedesktop/secrets")

    def collection(self):
        return self.service.ReadAlias(
            "default", dbus_interface="org.freedesktop.Secret.Service")

    def lock(self):
        self.service.Lock(
            [self.collection()],
            dbus_interface="org.freedesktop.Secret.Service")

    def items(self):
        """What a person sees of each entry: the label and the attributes."""
        get = "org.freedesktop.DBus.Properties"
        where = self.bus.get_object(NAME, self.collection())
        found = []
        for path in where.Get("org.freedesktop.Secret.Collection", "Items",
                              dbus_interface=get):
            item = self.bus.get_object(NAME, path)
            both = item.GetAll("org.freedesktop.Secret.Item",
                               dbus_interface=get)
            found.append((str(both["Label"]),
                          {str(k): str(v) for k, v in
                           both["Attributes"].items()
                           if str(k) != "xdg:schema"}))
        return sorted(found, key=str)

    def end(self):
        self.bus.close()
        self.daemon.kill()
        self.daemon.wait(WAIT)
        super().end()
