"""kiosk/run as its user meets it: on a machine without a display, twice, beside itself, and stopped."""

import os
import pathlib
import re
import subprocess
import unittest

from harness import Browser, World, free_port, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]


def descendants(pid):
    """Every process below this one, by id."""
    below = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            below += [child, *descendants(child)]
    return below


class KioskRun(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.data = self.world.directory / "data"
        self.environment = {key: value for key, value in os.environ.items()
                            if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        self.environment["CI"] = "true"
        self.tree = self.world.directory / "shown.tree"
        self.environment["WALKIN_SEMANTICS_FILE"] = str(self.tree)

    def start(self, name, port):
        process = self.world.start(name, [ROOT / "kiosk/run", "--data", self.data, "--port", port], self.environment)
        log = self.world.logs / f"{name}.log"

        def is_running():
            if process.poll() is not None:
                raise AssertionError(f"kiosk/run has ended ({process.returncode}): {log.read_text()}")
            return "Ctrl-C" in log.read_text()

        wait_for("kiosk/run is up", is_running, 300)
        return process, log.read_text()

    def refused(self, *arguments):
        done = subprocess.run([ROOT / "kiosk/run", *map(str, arguments)], env=self.environment, capture_output=True,
                              stdin=subprocess.DEVNULL, text=True, timeout=300)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return done.stderr

    def test_a_desk_and_a_kiosk_come_up_and_go_together(self):
        port = free_port()
        process, said = self.start("first", port)
        picture = pathlib.Path(re.search(r"its picture: (\S+)", said)[1])
        self.assertEqual(picture.read_bytes()[:4], b"\x89PNG")
        for words in ("Town of Northwater", "Open until|Opens", "E-mail is slow today"):
            self.assertRegex(self.tree.read_text(), words, "the first page shows what the desk has written")
        password = re.search(r"admin, password (\S+)", said)[1]
        browser = Browser(f"http://127.0.0.1:{port}")
        browser.sign_in("admin", password)
        self.assertRegex(browser.open("/console/tickets").text, r"[A-Z]{2,}-[0-9]{4,}-[0-9A-Z]")

        self.assertIn("in use", self.refused("--data", self.data))
        self.assertIn("--port", self.refused("--data", self.world.directory / "other", "--port", port))

        started = descendants(process.pid)
        self.assertGreaterEqual(len(started), 3, "the desk, the display and the kiosk")
        self.assertEqual(self.world.stop(process), 0)
        for pid in started:
            wait_for(f"process {pid} has ended", lambda pid=pid: not pathlib.Path(f"/proc/{pid}").exists(), 10)

        process, said = self.start("second", port)
        self.assertNotIn("Making a help desk", said)
        self.assertNotIn("Enrolling", said)
        self.assertIn(password, said)

    def test_wrong_usage_is_told(self):
        for arguments in (["--port", "no"], ["--port", "70000"], ["--data"], ["--colour"]):
            done = subprocess.run([ROOT / "kiosk/run", *arguments], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--help", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
