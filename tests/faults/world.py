"""A desk and stations whose line goes through a Proxy, and what has to hold once it is whole again."""

import json
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

import harness  # noqa: E402
from harness import World, wait_for  # noqa: E402
from proxy import Proxy  # noqa: E402

SITE = "Reception"


class FaultWorld(World):
    """Every customer that a station acknowledged is remembered, and asked for in check()."""

    def __init__(self):
        super().__init__()
        self.seed = int(os.environ.get("WALKIN_FAULTS_SEED", "1"))
        self.random = random.Random(self.seed)
        self.stations, self.proxies = [], []
        self.acknowledged = set()  # codes
        self.unsure = 0  # registrations that were killed: each may have been written, or not
        self.events = 0  # acknowledged: registrations and notes

    def open(self, stations=2):
        self.make_desk()
        self.start_desk()
        self.proxy = Proxy(self.port)
        self.proxies.append(self.proxy)
        self.url = self.proxy.url
        for number in range(stations):
            self.stations.append(self.enroll(f"station{number}", "technician", SITE))
        return self

    def close(self):
        for proxy in self.proxies:
            proxy.close()
        super().close()

    # --- what people do ---
    def customer(self):
        number = len(self.acknowledged) + self.unsure + 1
        return json.dumps({"contact": {"name": f"Person {number}", "email": f"person{number}@example.org"},
                           "category": "printer", "description": f"The printer is out of paper, number {number}."})

    def register(self, station):
        """A customer whose number was shown: it must never be lost."""
        code = self.walkin("register", "--station", station, "--json", input=self.customer()).json()["code"]
        assert code not in self.acknowledged, f"the code {code} was given twice"
        self.acknowledged.add(code)
        self.events += 1
        return code

    def note(self, station, code, words):
        self.walkin("note", code, words, "--station", station, "--json")
        self.events += 1

    def sync(self, station, *options):
        return self.walkin("sync", "--station", station, "--json", *options, ok=False)

    def watch(self, number):
        return self.start(f"watch{number}", [harness.BIN / "walkin", "sync", "--station", self.stations[number],
                                             "--watch", "--json"])

    # --- what has to hold afterwards ---
    def status(self, station):
        return self.walkin("status", "--station", station, "--json").json()

    def settle(self, seconds=60):
        """Everything acknowledged is at the desk and at every station, once, and all agree."""
        for proxy in self.proxies:
            proxy.heal()

        def settled():
            # Twice around: what the last one pushed has to reach the first.
            said = [self.sync(station) for station in self.stations * 2]
            state = [self.status(station) for station in self.stations]
            self.last = [str(outcome) for outcome in said] + state
            return all(outcome.code == 0 and outcome.json()["in_sync"] for outcome in said) and \
                all(one["outbox"] == 0 and one["in_sync"] for one in state) and self.agree()
        try:
            wait_for("all stations are in sync", settled, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\nseed {self.seed}\n" + "\n".join(map(str, self.last))) from error
        self.check()

    def digests(self):
        return [self.walkin("digest", "--station", station, "--json").json() for station in self.stations]

    def agree(self):
        first, *others = self.digests()
        return all(other == first for other in others)

    def check(self):
        first = self.digests()[0]
        scopes = first.get("scopes", first)
        assert scopes, first
        held = max(scope["count"] for scope in scopes.values())
        assert self.events <= held <= self.events + self.unsure, \
            f"seed {self.seed}: {held} events are held, {self.events} to {self.events + self.unsure} were made"
        for station in self.stations:
            codes = [row["code"] for row in self.walkin("list", "--station", station, "--json").json()]
            assert len(codes) == len(set(codes)), f"seed {self.seed}: {station.name} has a ticket twice"
            lost = self.acknowledged - set(codes)
            assert not lost, f"seed {self.seed}: {station.name} has lost {sorted(lost)}"
            assert len(codes) <= len(self.acknowledged) + self.unsure, f"seed {self.seed}: {len(codes)} tickets"
            self.walkin("check", "--station", station)
        self.run("walkin-desk", "check", "--data", self.desk_directory)
