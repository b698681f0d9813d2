"""A customer's data erased at the desk is gone from every file of the desk and of its stations."""

import json
import unittest

from harness import WorldTest

WORDS = ("Quillfeather", "bramblewick", "Flickerbulb", "wobblecrank")


class Erasure(WorldTest):
    @classmethod
    def prepare(cls, world):
        world.make_desk()
        world.start_desk()
        cls.kiosk, cls.near = world.enroll("kiosk", "kiosk"), world.enroll("near", "technician")

    def desk(self, *arguments, ok=True):
        return self.world.run("walkin-desk", *arguments, "--data", self.world.desk_directory, "--json", ok=ok)

    def sync(self):
        for station in (self.kiosk, self.near):
            self.assertTrue(self.world.walkin("sync", "--station", station, "--json").json()["in_sync"])

    def files_with_words(self):
        found = []
        for folder in (self.world.desk_directory, self.kiosk, self.near):
            for path in folder.rglob("*"):
                if path.is_file():
                    content = path.read_bytes().lower()
                    found += [f"{path.name}: {word}" for word in WORDS if word.lower().encode() in content]
        return found

    def test_what_was_erased_is_in_no_file_and_the_ticket_is_still_there(self):
        registration = {"contact": {"name": "Quillfeather Olsen", "email": "q@bramblewick.example"},
                        "description": "Flickerbulb hums at midnight."}
        code = self.world.walkin("register", "--station", self.kiosk, "--json",
                                 input=json.dumps(registration)).json()["code"]
        self.sync()
        self.world.walkin("note", code, "The wobblecrank squeaked.", "--station", self.near)
        attachment = self.world.directory / "wobblecrank.txt"
        attachment.write_text("wobblecrank measured\n")
        self.world.walkin("attach", code, attachment, "--station", self.near)
        attachment.unlink()
        self.sync()
        self.assertTrue(self.files_with_words())

        by = ("--customer", "Q@Bramblewick.example", "--by", "ingrid")
        self.assertEqual(self.desk("erase", *by).json(), {"would_erase": [code]})
        self.assertTrue(self.files_with_words(), "nothing is erased without --yes")
        self.assertEqual(self.desk("erase", *by, "--yes").json(), {"erased": [code]})
        self.sync()
        self.sync()

        shown = self.world.walkin("show", code, "--station", self.near, "--json").json()
        self.assertEqual([entry["kind"] for entry in shown["history"]],
                         ["registered", "note", "attachment_named", "erased"])
        refused = self.world.walkin("note", code, "More.", "--station", self.near, ok=False)
        self.assertIn("Register a new ticket", refused.err)
        for station in (self.kiosk, self.near):
            self.world.walkin("check", "--station", station)
        self.world.stop_desk()
        self.assertEqual(self.desk("check").json(), {"ok": True})
        self.world.start_desk()
        self.assertEqual(self.files_with_words(), [])

    def test_a_desk_put_back_to_before_an_erasure_hears_of_it_and_removes_the_files_at_once(self):
        code = self.world.walkin("register", "--station", self.near, "--json",
                                 input=json.dumps({"contact": {"email": "ola@example.org"}})).json()["code"]
        attachment = self.world.directory / "receipt.txt"
        attachment.write_text("what was paid\n")
        attached = self.world.walkin("attach", code, attachment, "--station", self.near, "--json").json()
        name = attached["attachments"][0]["sha256"]
        self.sync()
        content = self.world.desk_directory / "blobs" / name[:2] / name[2:]
        backup = self.world.directory / "before.backup"
        self.world.run("walkin-desk", "backup", "--data", self.world.desk_directory, "--to", backup)
        self.desk("erase", "--code", code, "--by", "ingrid", "--yes")
        self.sync()
        self.assertFalse(content.exists())

        self.world.stop_desk()
        self.world.run("walkin-desk", "restore", "--data", self.world.desk_directory, "--from", backup)
        self.world.start_desk()
        self.assertTrue(content.exists(), "the backup had it")
        self.sync()
        self.assertFalse(content.exists())
        shown = self.world.walkin("show", code, "--station", self.near, "--json").json()
        self.assertTrue(shown["attachments"][0]["erased"], shown)

    def test_a_ticket_or_an_event_that_is_not_there_is_said_in_words(self):
        outcome = self.desk("erase", "--code", "ZZ-0001-9", "--by", "ingrid", ok=False)
        self.assertEqual(outcome.code, 1)
        self.assertIn("no ticket", outcome.err)
        self.assertEqual(self.desk("quarantine", "list").json(), [])
        outcome = self.world.run("walkin-desk", "quarantine", "drop", "01934f6e-6001-7abc-8def-0123456789ab", "--data",
                                 self.world.desk_directory, ok=False)
        self.assertEqual(outcome.code, 1)
        self.assertIn("quarantine list", outcome.err)


if __name__ == "__main__":
    unittest.main()
