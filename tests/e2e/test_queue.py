"""The queue at the counter: numbers from a kiosk, steps from the desk's shell, the board back at the kiosk."""

import contextlib
import json
import sqlite3
import unittest

from harness import WorldTest, wait_for

REGISTRATION = {"contact": {"email": "maria@example.org"}, "description": "The screen is dark"}


class Queue(WorldTest):
    @classmethod
    def prepare(cls, world):
        world.make_desk()
        world.start_desk()

    def setUp(self):
        self.site = "Site " + self.id().rsplit(".", 1)[1]
        self.kiosk = self.world.enroll("kiosk-" + self.id().rsplit(".", 1)[1], "kiosk", self.site)

    def register(self):
        made = self.world.walkin("register", "--station", self.kiosk, "--json", input=json.dumps(REGISTRATION)).json()
        self.sync()
        return made

    def sync(self):
        self.assertTrue(self.world.walkin("sync", "--station", self.kiosk, "--json").json()["in_sync"])

    def queue(self, action, *arguments, ok=True):
        return self.world.run("walkin-desk", "queue", action, *arguments, "--data", self.world.desk_directory, "--site",
                              self.site, "--json", "--by", "ana", ok=ok)

    def board(self):
        """What the kiosk has, after a sync."""
        self.sync()
        with contextlib.closing(sqlite3.connect(f"file:{self.kiosk / 'station.db'}?mode=ro", uri=True)) as db, db:
            row = db.execute("SELECT value FROM reference_meta WHERE key = 'queue'").fetchone()
        return json.loads(row[0]) if row else None

    def test_the_first_who_came_is_called_and_the_kiosk_shows_it(self):
        first, second = self.register(), self.register()
        self.assertEqual([e["state"] for e in self.queue("list").json()["entries"]], ["waiting", "waiting"])
        called = self.queue("call", "--counter", "2").json()
        self.assertEqual((called["number"], called["code"], called["state"]),
                         (first["queue_number"], first["code"], "called"))
        board = wait_for("the kiosk knows of the call", lambda: (self.board() or {}).get("calls") and self.board())
        self.assertEqual((board["waiting"], board["calls"][0]["number"], board["calls"][0]["counter"]),
                         (1, first["queue_number"], "2"))
        self.assertEqual(self.queue("serve", "--counter", "2").json()["state"], "serving")
        self.assertEqual(self.queue("done", "--counter", "2").json()["state"], "done")
        self.assertEqual(self.queue("call", "--counter", "2").json()["number"], second["queue_number"])

    def test_a_step_that_does_not_follow_is_refused_in_words(self):
        number = self.register()["queue_number"]
        self.assertIn("waits", self.queue("done", number, ok=False).err)
        self.queue("call", number, "--counter", "1")
        refused = self.queue("no-show", number, ok=False)
        self.assertEqual(refused.code, 1)
        self.assertIn("3 minutes", refused.err)
        self.queue("left", number)
        self.assertEqual(self.queue("undo", number).json()["state"], "waiting")
        self.assertIn("no number Z9", self.queue("call", "Z9", ok=False).err)

    def test_nobody_waits_at_another_site(self):
        self.register()
        other = self.world.run("walkin-desk", "queue", "call", "--data", self.world.desk_directory, "--site", "Elsewhere",
                               "--counter", "1", ok=False)
        self.assertEqual(other.code, 1)
        self.assertIn("No one waits", other.err)

    def test_the_steps_are_in_the_tickets_history_for_technicians(self):
        code = self.register()["code"]
        self.queue("call", "--counter", "2")
        self.queue("serve", "--counter", "2")
        laptop = self.world.enroll("laptop-" + code, "technician", self.site)
        self.world.walkin("sync", "--station", laptop)
        history = self.world.walkin("show", code, "--station", laptop, "--json").json()["history"]
        self.assertEqual([e["kind"] for e in history][-2:], ["called", "served"])
        self.assertEqual(history[-1]["by"], "ana")


if __name__ == "__main__":
    unittest.main(verbosity=2)
