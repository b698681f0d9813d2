"""Disks that are full, read-only or held by another program, at the station and at the desk."""

import contextlib
import os
import sqlite3
import subprocess
import unittest

from world import FaultWorld, harness


def mount_options(path, *arguments):
    return subprocess.run(["mount", *arguments, str(path)], capture_output=True, text=True)


class SmallDisk:
    """A file system in memory that holds so much and no more, and can be made larger or read-only."""

    def __init__(self, test, path, size):
        path.mkdir()
        self.path = path
        if os.geteuid() != 0:
            test.skipTest("only root may mount a small disk")
        done = mount_options(path, "-t", "tmpfs", "-o", f"size={size}", "walkin-faults")
        if done.returncode != 0:
            test.skipTest(f"a small disk cannot be mounted here: {done.stderr.strip()}")
        test.addCleanup(lambda: subprocess.run(["umount", str(path)], capture_output=True))

    def remount(self, options):
        done = mount_options(self.path, "-o", f"remount,{options}")
        assert done.returncode == 0, done.stderr


class Disk(unittest.TestCase):
    def setUp(self):
        self.world = FaultWorld()
        self.addCleanup(self.world.close)

    def long_customer(self, number):
        return harness.json.dumps({"contact": {"name": f"Person {number}", "email": f"p{number}@example.org"},
                                   "description": "All the printers are out of paper again. " * 80})

    def fill(self, station):
        """Registers until the disk is full; returns what was said then."""
        for number in range(2000):
            outcome = self.world.walkin("register", "--station", station, "--json",
                                        input=self.long_customer(number), ok=False)
            if outcome.code != 0:
                return outcome
            self.world.acknowledged.add(outcome.json()["code"])
            self.world.events += 1
        raise AssertionError("the disk does not get full")

    def test_a_full_disk_at_a_station_keeps_what_was_acknowledged_and_goes_on_when_there_is_room(self):
        self.world.open(stations=1)
        disk = SmallDisk(self, self.world.directory / "small", "2m")
        station = self.world.enroll("small/station", "technician")
        self.world.stations.append(station)
        self.world.register(station)
        outcome = self.fill(station)
        self.assertEqual(outcome.code, 1, outcome)
        self.assertRegex(outcome.err, "(?i)disk is full", outcome)
        listed = {row["code"] for row in self.world.walkin("list", "--station", station, "--json").json()}
        self.assertEqual(listed, self.world.acknowledged)
        full = self.world.sync(station)
        self.assertNotIn("terminate", full.err)
        if full.code != 0:
            self.assertRegex(full.err, "(?i)disk is full", full)
        disk.remount("size=64m")
        self.world.register(station)
        self.world.settle()

    def test_a_full_disk_at_the_desk_is_said_at_the_station_and_nothing_is_lost(self):
        disk = SmallDisk(self, self.world.directory / "desk", "3m")
        self.world.open()
        station = self.world.stations[0]
        said = None
        for _ in range(60):
            for number in range(8):
                self.world.walkin("register", "--station", station, "--json", input=self.long_customer(number))
            outcome = self.world.sync(station)
            if outcome.code != 0:
                said = outcome
                break
        self.assertIsNotNone(said, "the desk's disk does not get full")
        self.assertRegex(said.err, "(?i)desk.*full", said)
        self.assertGreater(self.world.status(station)["outbox"], 0)
        disk.remount("size=128m")
        rows = self.world.walkin("list", "--station", station, "--json").json()
        self.world.acknowledged = {row["code"] for row in rows}
        self.world.events = len(rows)
        self.world.settle()

    def test_a_read_only_disk_is_said_in_words_and_what_is_there_can_be_read(self):
        self.world.open(stations=1)
        disk = SmallDisk(self, self.world.directory / "small", "8m")
        station = self.world.enroll("small/station", "technician")
        self.world.stations.append(station)
        code = self.world.register(station)
        disk.remount("ro")
        outcome = self.world.walkin("register", "--station", station, input=self.world.customer(), ok=False)
        self.assertEqual(outcome.code, 1, outcome)
        self.assertRegex(outcome.err, "(?i)read-only|only be read", outcome)
        self.assertRegex(self.world.sync(station).err, "(?i)read-only|only be read")
        with contextlib.suppress(AssertionError):  # reading need not work, but it must not do harm
            self.world.walkin("list", "--station", station)
        disk.remount("rw")
        self.assertIn(code, self.world.walkin("list", "--station", station).out)
        self.world.register(station)
        self.world.settle()

    def test_a_file_that_another_program_holds_is_said_in_words_and_used_again_when_it_lets_go(self):
        self.world.open()
        station = self.world.stations[0]
        self.world.register(station)
        [file] = station.glob("*.db")
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as held:
            held.execute("BEGIN IMMEDIATE")
            outcome = self.world.walkin("register", "--station", station, input=self.world.customer(), ok=False)
            self.assertEqual(outcome.code, 1, outcome)
            self.assertRegex(outcome.err, "(?i)another program|busy|in use", outcome)
            held.execute("ROLLBACK")
        self.world.register(station)
        self.world.settle()


if __name__ == "__main__":
    unittest.main()
