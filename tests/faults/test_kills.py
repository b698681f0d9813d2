"""Power cuts: station and desk are killed at random moments, again and again, while customers are registered."""

import subprocess
import threading
import time
import unittest

from world import FaultWorld, harness

ROUNDS = 16


class Kills(unittest.TestCase):
    def setUp(self):
        self.world = FaultWorld()
        self.addCleanup(self.world.close)
        self.world.open()
        self.random = self.world.random

    def restart_desk(self):
        self.world.kill(self.world.desk_process)
        self.world.start_desk()

    def register_and_kill(self, station):
        """A registration that the power goes off under. What it had shown by then counts."""
        process = subprocess.Popen([harness.BIN / "walkin", "register", "--station", station, "--json"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdin.write(self.world.customer().encode())
        process.stdin.close()
        timer = threading.Timer(self.random.uniform(0.001, 0.08), process.kill)
        timer.start()
        shown = process.stdout.read()
        process.stdout.close()
        process.wait(20)
        timer.cancel()
        if shown.endswith(b"}\n"):
            self.world.acknowledged.add(harness.json.loads(shown)["code"])
            self.world.events += 1
        else:
            self.world.unsure += 1

    def test_station_and_desk_are_killed_at_random_moments(self):
        watching = {number: self.world.watch(number) for number in range(2)}
        for _ in range(ROUNDS):
            for number, station in enumerate(self.world.stations):
                self.world.register(station)
                if self.random.random() < 0.5:
                    self.register_and_kill(station)
                if self.random.random() < 0.6:
                    time.sleep(self.random.uniform(0, 0.15))  # the moment of the power cut, not a hope
                    self.world.kill(watching[number])
                    watching[number] = self.world.watch(number)
            if self.random.random() < 0.6:
                time.sleep(self.random.uniform(0, 0.2))
                self.restart_desk()
        for process in watching.values():
            self.world.stop(process)
        self.world.settle()
        for number in range(2):
            said = (self.world.logs / f"watch{number}.log").read_text()
            self.assertNotIn("terminate called", said)

    def test_a_watching_station_comes_back_by_itself(self):
        watching = [self.world.watch(number) for number in range(2)]
        for station in self.world.stations:
            self.world.register(station)
        self.restart_desk()
        for station in self.world.stations:
            self.world.register(station)
        harness.wait_for("both got everything without being told to", lambda: all(
            state["outbox"] == 0 and state["in_sync"] for state in map(self.world.status, self.world.stations))
            and self.world.agree(), 60)
        for process in watching:
            self.world.stop(process)
        self.world.settle()


if __name__ == "__main__":
    unittest.main()
