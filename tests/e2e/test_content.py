"""Reference documents from the desk's shell to the stations that may read them, over real processes."""

import base64
import contextlib
import json
import pathlib
import sqlite3
import unittest

from harness import WorldTest

LOGO = pathlib.Path(__file__).resolve().parents[2] / "assets/kb/logo.png"

ARTICLE = """title: {title}
keywords: wifi, wireless
category: network
product: wireless
audience: {audience}
author: Ana Ruiz
reviewed: 2026-10-01
review_by: 2027-10-01
---
Choose **eduroam** and sign in.
"""

GUIDE = {"id": "no-wifi", "category": "network", "title": {"en": "No wireless"}, "keywords": {"en": ["wifi"]},
         "start": "on", "nodes": {
             "on": {"type": "question", "text": {"en": "Is it on?"}, "picture": "printer_light",
                    "yes": "help", "no": "switch", "cant_tell": "help"},
             "switch": {"type": "answer", "text": {"en": "Switch it on."}, "article": "wifi"},
             "help": {"type": "get_help", "text": {"en": "Come to us."}}}}

SAMPLE = {
    "organisation": {"name": "Town of Northwater", "time_zone": "Europe/Oslo", "languages": ["en", "nb"],
                     "help_desk": {"extension": "2000"}},
    "sites": [{"name": "Library", "hours": {"monday": [{"from": "08:00", "to": "16:00"}]},
               "holidays": [{"month_day": "12-25", "hours": []}]},
              {"name": "School", "hours": {}}],
    "people": [{"name": "Maria Nilsen", "employee_id": "E-1042", "mail": "maria@company.example", "extension": "22101",
                "language": "nb", "entitlement": "covered"}],
    "assets": [{"tag": "PC-00123", "kind": "computer", "model": "X1", "memory_mb": 16384}],
    "bulletins": [{"id": "mail-slow", "state": "open", "from": "-PT3H", "until": "PT2H", "categories": ["account"],
                   "sites": ["*"], "title": {"en": "E-mail is slow"}, "body": {"en": "Since this morning."}},
                  {"id": "school-only", "state": "open", "from": "-PT1H", "sites": ["School"], "categories": [],
                   "title": {"en": "Bell rings twice"}}]}


def write_content(folder, **changes):
    for part in ("articles", "guides"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "articles/wifi.en.md").write_text(ARTICLE.format(title="Join the wireless", audience="public"))
    (folder / "articles/script.en.md").write_text(ARTICLE.format(title="Ask this first", audience="internal"))
    (folder / "guides/no-wifi.json").write_text(json.dumps(GUIDE, indent=1))
    (folder / "sample.json").write_text(json.dumps({**SAMPLE, **changes}, indent=1))


class Content(WorldTest):
    @classmethod
    def prepare(cls, world):
        world.make_desk()
        cls.folder = world.directory / "content"
        write_content(cls.folder)
        world.start_desk()
        cls.kiosk = world.enroll("kiosk", "kiosk", "Library")
        cls.laptop = world.enroll("laptop", "technician", "School")

    def setUp(self):
        write_content(self.folder)

    def load(self, ok=True, *options):
        return self.world.run("walkin-desk", "content", "load", self.folder, "--data", self.world.desk_directory,
                              "--json", "--by", "ana", *options, ok=ok)

    def desk(self, *arguments, ok=True, input=b""):
        return self.world.run("walkin-desk", *arguments, "--data", self.world.desk_directory, "--json", ok=ok,
                              input=input)

    def held(self, station):
        """What a station has on its disk, by kind and id, after a sync."""
        self.assertTrue(self.world.walkin("sync", "--station", station, "--json").json()["in_sync"])
        # Closed again at once: with it open, what this process reads of the files takes its locks away.
        with contextlib.closing(sqlite3.connect(f"file:{station / 'station.db'}?mode=ro", uri=True)) as db:
            return {(kind, name): (version, json.loads(body))
                    for kind, name, version, body in db.execute("SELECT kind, id, version, body FROM documents")}

    def test_a_station_gets_what_it_may_read_and_nothing_about_people(self):
        self.load()
        kiosk, laptop = self.held(self.kiosk), self.held(self.laptop)
        self.assertIn(("article", "wifi.en"), kiosk)
        self.assertNotIn(("article", "script.en"), kiosk)
        self.assertIn(("article", "script.en"), laptop)
        self.assertEqual(kiosk["guide", "no-wifi"][1]["nodes"]["on"]["picture"], "printer_light")
        self.assertIn(("bulletin", "mail-slow"), kiosk)
        self.assertNotIn(("bulletin", "school-only"), kiosk)
        self.assertIn(("bulletin", "school-only"), laptop)
        self.assertEqual({name for kind, name in kiosk if kind == "site"}, {"Library"})
        self.assertEqual(kiosk["asset", "PC00123"][1]["memory_mb"], 16384)
        people = [body for (kind, _), (_, body) in kiosk.items() if kind == "person"]
        self.assertEqual(len(people), 3, "one entry for each way to name a person")
        self.assertEqual({person["masked_name"] for person in people}, {"M**** N****"})
        self.assertFalse([name for kind, name in laptop if kind == "person"])
        for secret in (b"Nilsen", b"maria@company", b"E-1042", b"22101"):
            for file in self.kiosk.iterdir():
                self.assertNotIn(secret, file.read_bytes() if file.is_file() else b"", file)

    def test_loading_again_changes_nothing_and_a_change_travels(self):
        self.load()
        before = self.held(self.kiosk)
        again = self.load().json()
        self.assertEqual((again["new"], again["changed"], again["people_changed"]), (0, 0, 0))
        self.assertEqual(self.held(self.kiosk), before)
        (self.folder / "articles/wifi.en.md").write_text(ARTICLE.format(title="Wireless, anew", audience="public"))
        changed = self.load().json()
        self.assertEqual([d["id"] for d in changed["documents"]], ["wifi.en"])
        after = self.held(self.kiosk)
        self.assertEqual(after["article", "wifi.en"][1]["title"], "Wireless, anew")
        self.assertGreater(after["article", "wifi.en"][0], before["article", "wifi.en"][0])
        listed = {d["id"]: d for d in self.desk("content", "list").json()}
        self.assertEqual(listed["wifi.en"]["by"], "ana")

    def test_what_becomes_internal_or_is_removed_goes_from_the_kiosk(self):
        self.load()
        self.assertIn(("article", "wifi.en"), self.held(self.kiosk))
        guide = json.loads(json.dumps(GUIDE))
        del guide["nodes"]["switch"]["article"]
        (self.folder / "guides/no-wifi.json").write_text(json.dumps(guide))
        (self.folder / "articles/wifi.en.md").write_text(ARTICLE.format(title="Join", audience="internal"))
        self.load()
        self.assertNotIn(("article", "wifi.en"), self.held(self.kiosk))
        self.assertIn(("article", "wifi.en"), self.held(self.laptop))
        self.desk("content", "remove", "guide", "no-wifi")
        self.assertNotIn(("guide", "no-wifi"), self.held(self.kiosk))
        self.assertEqual(self.desk("content", "remove", "guide", "no-wifi", ok=False).code, 1)

    def test_what_is_wrong_is_said_with_file_and_line_and_nothing_is_taken_in(self):
        self.load()
        before = self.desk("content", "list").json()
        (self.folder / "articles/wifi.en.md").write_text(
            ARTICLE.format(title="New", audience="public").replace("category: network", "category: weather"))
        loop = json.loads(json.dumps(GUIDE))
        loop["nodes"]["on"]["yes"] = "on"
        (self.folder / "guides/no-wifi.json").write_text(json.dumps(loop, indent=1))
        odd = json.loads(json.dumps(GUIDE))
        odd["id"], odd["nodes"]["on"]["picture"] = "odd", "printer_lamp"
        (self.folder / "guides/odd.json").write_text(json.dumps(odd, indent=1))
        (self.folder / "guides/broken.json").write_text('{\n "id": "broken",\n oops\n}')
        write = {**SAMPLE, "bulletins": [{"id": "x", "from": "yesterday", "title": {"en": "x"}}]}
        (self.folder / "sample.json").write_text(json.dumps(write, indent=1))
        try:
            refused = self.load(ok=False)
        finally:
            (self.folder / "guides/broken.json").unlink()
            (self.folder / "guides/odd.json").unlink()
        self.assertEqual(refused.code, 1)
        self.assertRegex(refused.err, r"articles/wifi\.en\.md:3: category:")
        self.assertRegex(refused.err, r"guides/no-wifi\.json:\d+: .*loop")
        self.assertRegex(refused.err, r"guides/broken\.json:3: ")
        self.assertRegex(refused.err, r"guides/odd\.json:\d+: picture: .*printer_light")
        self.assertRegex(refused.err, r"sample\.json:\d+: from:")
        self.assertEqual(self.desk("content", "list").json(), before)

    def test_a_bulletin_is_opened_and_ended_from_the_shell(self):
        self.desk("bulletin", "open", "net-down", "--title", "Network is down", "--title", "es=Sin red", "--category",
                  "network", "--site", "Library", "--until", "PT2H", "--by", "ingrid")
        held = self.held(self.kiosk)["bulletin", "net-down"][1]
        self.assertEqual(held["title"], {"en": "Network is down", "es": "Sin red"})
        self.assertNotIn(("bulletin", "net-down"), self.held(self.laptop))
        self.desk("bulletin", "end", "net-down")
        self.assertTrue(self.held(self.kiosk)["bulletin", "net-down"][1]["is_ended"])
        self.assertEqual(self.desk("bulletin", "end", "net-down", ok=False).code, 1)

    def test_a_site_is_set_key_by_key_and_loading_content_leaves_it(self):
        self.load()
        self.desk("site", "set", "--site", "Library", "printer=cups:front", "hours.tue=09:00-12:00",
                  "public_address=https://help.example.org", "slip_text.nb=Ha det", f"logo={LOGO}", "--pin-stdin",
                  input=b"2468\n")
        self.load()
        settings = self.held(self.kiosk)["site", "Library"][1]
        self.assertEqual(settings["printer"], "cups:front")
        self.assertEqual(settings["hours"], {"mon": "08:00-16:00"}, "the folder tells the week's hours")
        self.assertTrue(settings["staff_pin_hash"].startswith("$argon2id$"))
        self.assertEqual(base64.b64decode(settings["logo"]), LOGO.read_bytes())
        for wrong in ("printer=fax:1", "hours.tue=9-12", "colour=red", "time_zone=Mars/North", "languages=",
                      f"logo={self.folder / 'sample.json'}", f"logo={self.folder}", "logo=/dev/zero"):
            refused = self.desk("site", "set", "--site", "Library", wrong, ok=False)
            self.assertEqual(refused.code, 1, wrong)
        shown = self.desk("site", "show", "--site", "Library").json()
        self.assertEqual(shown["staff_pin_hash"], "set")

    def test_a_document_that_was_changed_on_a_stations_disk_comes_again_with_the_next_change(self):
        self.load()
        self.held(self.kiosk)
        with contextlib.closing(sqlite3.connect(self.kiosk / "station.db")) as db, db:
            db.execute("DELETE FROM documents WHERE id = 'PC00123'")
        db.close()
        (self.folder / "articles/wifi.en.md").write_text(ARTICLE.format(title="Once more", audience="public"))
        self.load()
        self.assertIn(("asset", "PC00123"), self.held(self.kiosk))

    def test_the_projects_own_content_is_sound(self):
        own = pathlib.Path(__file__).parents[2] / "assets/kb"
        if not (own / "sample.json").exists():
            self.skipTest("the content is not part of this tree")
        loaded = self.world.run("walkin-desk", "content", "load", own, "--data", self.world.desk_directory, "--json")
        self.assertGreater(loaded.json()["new"], 50)
        held = self.held(self.kiosk)
        self.assertIn(("article", "password-forgotten.nb"), held)


if __name__ == "__main__":
    unittest.main()
