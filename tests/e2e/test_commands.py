"""What scripts may rely on: every command, its exit code, one JSON document on standard output, words on error."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import unittest

from harness import BIN, World, WorldTest, leaves, wait_for

FULL = {
    "contact": {"name": "Zoë Ångström", "email": "zoe@example.org", "phone": "+47 22 33 44 55",
                "employee_id": "E-1042", "preferred": "email", "language": "nb"},
    "channel": "field", "category": "computer", "nature": "incident",
    "description": "Screen stays dark.\nSince Monday.", "severity": "high", "affected": "team", "consequence": "medium",
    "computer": {"asset_tag": "LT-0815", "os": "Debian", "os_version": "12.11", "memory_mb": 16384,
                 "model": "ThinkPad T14", "serial": "PF-3X1Y", "hostname": "reception-2"},
    "telephone": {"number": "+47 99 88 77 66", "extension": "4711", "handset": "Snom D785", "carrier": "Telia",
                  "voicemail": "box 12"},
}


def reachable(**more):
    return {"contact": {"email": "maria@example.org"}, **more}


class StationTest(WorldTest):
    """A desk that is stopped, and a technician's station enrolled there."""

    @classmethod
    def prepare(cls, world):
        world.make_desk()
        world.start_desk()
        cls.station = world.enroll("station", "technician")
        world.stop_desk()

    def register(self, registration, ok=True):
        text = registration if isinstance(registration, bytes) else json.dumps(registration).encode()
        return self.world.walkin("register", "--station", self.station, "--json", input=text, ok=ok)

    def tickets(self):
        return self.world.walkin("list", "--station", self.station, "--json").json()

    def assert_refused(self, outcome, *words, code=1):
        self.assertEqual(outcome.code, code, str(outcome))
        if outcome.out:  # with --json the refusal is the one document; what people read is on standard error
            self.assertIn("error", outcome.json(), str(outcome))
            self.assertIn("--json", outcome.arguments)
        for word in words:
            self.assertIn(word, outcome.err)
        self.assertGreater(len(outcome.err.strip()), 10, "an error is said in words")
        self.assertNotRegex(outcome.err, r"terminate called|what\(\)|basic_|std::|SQLITE_|nlohmann|json\.exception")


class Commands(StationTest):
    def test_a_registration_with_every_key_is_shown_with_every_field(self):
        registered = self.register(FULL).json()
        self.assertRegex(registered["code"], r"^[A-Z]{2,}-[0-9]{4,}-[0-9A-Z]$")
        self.assertRegex(registered["ticket"], r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        shown = self.world.walkin("show", registered["code"], "--station", self.station, "--json").json()
        self.assert_within(FULL, shown["fields"])
        self.assertEqual(shown["priority"], "P2", "high severity for a team")
        self.assertEqual(len(shown["history"]), 1)

    def assert_within(self, expected, actual):
        """Every value of `expected` stands at the same place in `actual`."""
        if not isinstance(expected, dict):
            return self.assertEqual(actual, expected)
        for key, value in expected.items():
            self.assertIn(key, actual)
            self.assert_within(value, actual[key])

    def test_the_same_without_json_is_for_people(self):
        said = self.world.walkin("register", "--station", self.station, input=json.dumps(FULL))
        code = self.register(reachable()).json()["code"]
        self.assertRegex(said.out, r"[A-Z]{2,}-[0-9]{4,}-[0-9A-Z]")
        for command in (["list"], ["show", code], ["status"]):
            self.assertTrue(self.world.walkin(*command, "--station", self.station).out.strip())

    def test_list_tells_code_status_and_priority(self):
        code = self.register(reachable(severity="high", affected="many")).json()["code"]
        row = next(row for row in self.tickets() if row["code"] == code)
        self.assertEqual((row["status"], row["priority"]), ("new", "P1"))
        self.assertEqual(row["ticket"], self.world.walkin("show", code, "--station", self.station, "--json")
                         .json()["ticket"])

    def test_a_note_and_changed_fields_join_the_history(self):
        code = self.register(reachable()).json()["code"]
        here = ["--station", self.station]
        self.world.walkin("note", code, "Replaced the cable 🔌", *here)
        self.world.walkin("set", code, "computer.model=EliteBook", "severity=low", *here, "--json").json()
        shown = leaves(self.world.walkin("show", code, *here, "--json").json())
        for value in ("Replaced the cable 🔌", "EliteBook", "low"):
            self.assertIn(value, shown)

    def test_status_counts_what_waits_for_the_desk(self):
        before = self.world.walkin("status", "--station", self.station, "--json").json()
        self.register(reachable())
        after = self.world.walkin("status", "--station", self.station, "--json").json()
        self.assertEqual(after["outbox"], before["outbox"] + 1)
        self.assertFalse(after["in_sync"])
        self.assertIn("last_contact", after)
        self.assertEqual(after["conflicts"], 0)

    def test_digest_counts_and_hashes_each_scope(self):
        digest = self.world.walkin("digest", "--station", self.station, "--json").json()
        self.assertTrue(digest)
        for scope in digest.values():
            self.assertGreaterEqual(scope["count"], 0)
            self.assertRegex(scope["hash"], r"^[0-9a-f]{64}$")

    def test_check_finds_a_sound_station_sound(self):
        self.register(FULL)
        self.world.walkin("check", "--station", self.station)

    def test_sync_without_a_desk_fails_in_words_and_keeps_everything(self):
        self.register(reachable())
        before = self.tickets()
        outcome = self.world.walkin("sync", "--station", self.station, "--json", ok=False)
        self.assertEqual((outcome.code, outcome.json()["in_sync"]), (1, False))
        self.assertIn(self.world.url, outcome.err)
        self.assertEqual(self.tickets(), before)

    def test_a_code_that_is_not_known_or_has_a_slip_is_refused(self):
        code = self.register(reachable()).json()["code"]
        slip = code[:-1] + ("2" if code[-1] != "2" else "3")
        for wrong in (slip, "ZZ-9999-9", "", "x" * 5000, "'; DROP TABLE ticket; --", "../../etc/passwd"):
            with self.subTest(code=wrong[:20]):
                self.assert_refused(self.world.walkin("show", wrong, "--station", self.station, ok=False))

    def test_a_code_is_taken_as_people_type_it(self):
        code = self.register(reachable()).json()["code"]
        self.world.walkin("show", code.lower(), "--station", self.station)

    def test_wrong_usage_exits_with_2(self):
        for command in ([], ["registre"], ["register"], ["show", "--station", self.station], ["list", "--no-such"],
                        ["enroll", "--station", self.world.directory / "other"], ["note", "--station", self.station]):
            with self.subTest(command=command):
                self.assert_refused(self.world.walkin(*command, ok=False), code=2)
        for command in ([], ["serve"], ["start"], ["init"], ["station-code", "--data", self.world.desk_directory]):
            with self.subTest(command=command):
                self.assert_refused(self.world.run("walkin-desk", *command, ok=False), code=2)

    def test_help_is_no_error(self):
        for program in ("walkin", "walkin-desk"):
            self.assertIn("Usage", self.world.run(program, "--help").out)


class BadInput(StationTest):
    """Refused with the field and the limit in words, and nothing stored."""

    def assert_not_stored(self, registration, *words):
        before = self.tickets()
        self.assert_refused(self.register(registration, ok=False), *words)
        self.assertEqual(self.tickets(), before)

    def test_nothing_at_all(self):
        for text in (b"", b"   \n", b"null", b"[]", b'"text"', b"{", b"{}", b'{"contact": {}}', b'{"a":1}{"b":2}'):
            with self.subTest(text=text):
                self.assert_not_stored(text)

    def test_nobody_to_answer_to(self):
        self.assert_not_stored({"contact": {"name": "Maria"}}, "contact", "email", "phone", "employee_id")

    def test_over_long(self):
        self.assert_not_stored(reachable(description="x" * 10_001), "description", "at most")
        self.assert_not_stored({"contact": {"email": "a@b.org", "name": "å" * 500}}, "contact.name", "at most")
        self.assert_not_stored({"contact": {"email": "a" * 400 + "@b.org"}}, "contact.email", "at most")
        self.assert_not_stored(b'{"description": "' + b"x" * 20_000_000 + b'"}')

    def test_too_deep(self):
        self.assert_not_stored(b'{"contact": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")

    def test_control_characters(self):
        for bad in ("\x00", "\x07", "\x1b[31m", "\x7f", "\u0085"):
            with self.subTest(bad=bad):
                self.assert_not_stored({"contact": {"email": "a@b.org", "name": "Ma" + bad + "ria"}}, "contact.name")
                self.assert_not_stored(reachable(description="a" + bad), "description")
        self.assert_not_stored({"contact": {"email": "a@b.org", "name": "Maria\nadmin"}}, "contact.name")

    def test_invalid_utf8(self):
        for bad in (b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"):
            with self.subTest(bad=bad):
                self.assert_not_stored(b'{"contact": {"email": "a@b.org"}, "description": "' + bad + b'"}')

    def test_text_that_turns_its_neighbours_around(self):
        for override in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068":
            with self.subTest(override=hex(ord(override))):
                self.assert_not_stored(reachable(description=f"abc{override}def"), "description")

    def test_a_mail_address_that_is_none(self):
        for mail in ("maria", "maria@", "@example.org", "maria@example", "ma ria@example.org", "a@b@example.org"):
            with self.subTest(mail=mail):
                self.assert_not_stored({"contact": {"email": mail}}, "contact.email")

    def test_a_phone_number_that_is_none(self):
        self.assert_not_stored({"contact": {"phone": "call me"}}, "contact.phone")

    def test_memory_that_is_no_amount(self):
        for memory in ("a lot", "16384", 16384.5, -1, 0, 10**12, 10**30, True, None, [], {}):
            if memory is None:
                continue
            with self.subTest(memory=memory):
                self.assert_not_stored(reachable(computer={"memory_mb": memory}), "computer.memory_mb")

    def test_keys_that_are_not_known(self):
        self.assert_not_stored(reachable(colour="green"), "colour")
        self.assert_not_stored(reachable(computer={"ram": 16}), "ram")
        self.assert_not_stored({"contact": {"email": "a@b.org", "mail": "a@b.org"}}, "mail")

    def test_values_of_another_type(self):
        for key, value in (("description", 7), ("description", ["x"]), ("channel", 1), ("contact", "Maria"),
                           ("computer", []), ("telephone", "4711"), ("severity", True), ("severity", {})):
            with self.subTest(key=key, value=value):
                self.assert_not_stored({**reachable(), key: value}, key)

    def test_words_that_are_not_a_choice(self):
        for key in ("channel", "category", "nature", "severity", "affected", "consequence"):
            with self.subTest(key=key):
                self.assert_not_stored(reachable(**{key: "purple"}), key)

    def test_every_language_and_emoji_are_welcome(self):
        for text in ("Skjermen er svart 🖥️🔥", "الشاشة سوداء", "המסך שחור", "画面が黒い", "e\u0301", "👩\u200d💻"):
            with self.subTest(text=text):
                registered = self.register({"contact": {"email": "a@b.org", "name": text}, "description": text}).json()
                shown = self.world.walkin("show", registered["code"], "--station", self.station, "--json").out
                self.assertTrue(leaves(json.loads(shown)))
                self.assertEqual(self.world.walkin("check", "--station", self.station).code, 0)

    def test_changes_are_held_to_the_same_rules(self):
        code = self.register(reachable()).json()["code"]
        here = ["--station", self.station]
        before = self.world.walkin("show", code, *here, "--json").out
        for command, word in ((["set", code, "severity=purple"], "severity"), (["set", code, "colour=green"], "colour"),
                              (["set", code, "computer.memory_mb=a lot"], "computer.memory_mb"),
                              (["set", code, "contact.email=maria"], "contact.email"),
                              (["set", code, "description=" + "x" * 10_001], "description"),
                              (["note", code, "a\x1b[31m"], ""), (["note", code, ""], ""),
                              (["note", code, b"\xff"], "")):
            with self.subTest(command=command[0], what=command[2][:30]):
                self.assert_refused(self.world.walkin(*command, *here, ok=False), word)
        self.assertEqual(self.world.walkin("show", code, *here, "--json").out, before)


class Directories(StationTest):
    """A station's directory that cannot be used is told in words."""

    def copy(self, name):
        target = self.world.directory / name
        shutil.copytree(self.station, target)
        return target

    def database(self, station):
        files = [path for path in station.iterdir() if path.read_bytes()[:15] == b"SQLite format 3"]
        self.assertEqual(len(files), 1)
        return files[0]

    def try_out(self, station, prefix=()):
        for command, text in ((["register"], json.dumps(reachable())), (["list"], ""), (["sync"], ""), (["check"], "")):
            yield command[0], self.world.walkin(*command, "--station", station, input=text, ok=False, prefix=prefix)

    def test_one_that_is_not_there(self):
        missing = self.world.directory / "nowhere"
        for command, outcome in self.try_out(missing):
            with self.subTest(command=command):
                self.assert_refused(outcome, str(missing))
        self.assertFalse(missing.exists(), "asking made it")

    def test_one_that_is_a_file_or_something_else(self):
        file = self.world.directory / "file"
        file.write_text("text")
        empty = self.world.directory / "empty"
        empty.mkdir()
        for station in (file, empty):
            for command, outcome in self.try_out(station):
                with self.subTest(station=station.name, command=command):
                    self.assert_refused(outcome, str(station))

    def test_one_whose_database_is_no_database(self):
        station = self.copy("garbage")
        for leftover in station.iterdir():
            if leftover.name.endswith(("-wal", "-shm")):
                leftover.unlink()
        self.database(station).write_bytes(b"no database at all\n" * 500)
        for command, outcome in self.try_out(station):
            with self.subTest(command=command):
                self.assert_refused(outcome, "not a Walkin database")

    def test_one_of_a_newer_version(self):
        station = self.copy("newer")
        with contextlib.closing(sqlite3.connect(self.database(station))) as database:
            database.execute("PRAGMA user_version = 9999")
        for command, outcome in self.try_out(station):
            with self.subTest(command=command):
                self.assert_refused(outcome, "newer")

    def test_one_that_may_not_be_written(self):
        # Root may write everywhere, so the commands run as nobody; the station belongs to root and is readable.
        if os.getuid() != 0:
            station, prefix = self.copy("read-only"), ()
        else:
            station = self.copy("read-only")
            prefix = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all")
            self.world.directory.chmod(0o755)
            reachable_program = subprocess.run([*prefix, BIN / "walkin", "--help"], capture_output=True)
            if reachable_program.returncode != 0:
                prefix = ()  # the tree lies where only root can go: a read-only mount instead
        for path in [station, *station.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        if os.getuid() == 0 and not prefix:
            subprocess.run(["mount", "--bind", "-o", "ro", station, station], check=True)
            self.addCleanup(subprocess.run, ["umount", station], check=True)
        outcome = self.world.walkin("register", "--station", station, input=json.dumps(reachable()), ok=False,
                                    prefix=prefix)
        self.assert_refused(outcome, str(station))

    def test_one_that_another_program_holds(self):
        station = self.copy("held")
        before = self.world.walkin("list", "--station", station, "--json").json()
        with contextlib.closing(sqlite3.connect(self.database(station), isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            outcome = self.world.walkin("register", "--station", station, input=json.dumps(reachable()), ok=False)
            self.assert_refused(outcome)
            database.execute("ROLLBACK")
        self.assertEqual(self.world.walkin("list", "--station", station, "--json").json(), before)
        self.world.walkin("register", "--station", station, input=json.dumps(reachable()))

    def test_enrolling_into_one_that_is_taken(self):
        before = self.tickets()
        outcome = self.world.walkin("enroll", "--station", self.station, "--desk", self.world.url, "--code", "ABC123",
                                    ok=False)
        self.assert_refused(outcome, str(self.station))
        self.assertEqual(self.tickets(), before)


class Enrolment(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.world.make_desk()

    def enroll(self, code, url=None):
        return self.world.walkin("enroll", "--station", self.world.directory / "station", "--desk",
                                 url or self.world.url, "--code", code, ok=False)

    def code(self):
        return self.world.run("walkin-desk", "station-code", "--data", self.world.desk_directory, "--site",
                              "Reception", "--kind", "technician", "--json").json()["code"]

    def test_a_code_is_good_once(self):
        self.world.start_desk()
        code = self.code()
        self.assertEqual(self.enroll(code).code, 0)
        shutil.rmtree(self.world.directory / "station")
        self.assertEqual(self.enroll(code).code, 1)
        self.assertFalse((self.world.directory / "station").exists())

    def test_without_a_desk_nothing_is_left_behind(self):
        outcome = self.enroll(self.code())
        self.assertEqual(outcome.code, 1, str(outcome))
        self.assertIn(self.world.url, outcome.err)
        self.assertFalse((self.world.directory / "station").exists())

    def test_plain_http_to_another_machine_is_refused(self):
        outcome = self.enroll(self.code(), "http://desk.example.org")
        self.assertEqual(outcome.code, 1, str(outcome))
        self.assertIn("https", outcome.err)

    def test_a_desk_is_made_once(self):
        outcome = self.world.run("walkin-desk", "init", "--data", self.world.desk_directory, ok=False)
        self.assertEqual(outcome.code, 1, str(outcome))
        self.assertIn(str(self.world.desk_directory), outcome.err)

    def test_a_port_that_is_taken_is_told(self):
        self.world.start_desk()
        other = self.world.directory / "other"
        self.world.run("walkin-desk", "init", "--data", other)
        outcome = self.world.run("walkin-desk", "serve", "--data", other, "--listen", f"127.0.0.1:{self.world.port}",
                                 ok=False)
        self.assertEqual(outcome.code, 1, str(outcome))
        self.assertIn(str(self.world.port), outcome.err)


class Tls(unittest.TestCase):
    """A desk with a certificate of an authority of its own."""

    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.world.make_desk()
        self.authority = self.make_authority("ours")
        key, request, certificate = (self.world.directory / f"desk.{end}" for end in ("key", "csr", "pem"))
        names = self.world.directory / "names"
        names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=desk")
        self.openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", self.authority.with_suffix(".key"),
                     "-CAcreateserial", "-days", "2", "-extfile", names, "-out", certificate)
        self.world.start_desk("--tls-cert", certificate, "--tls-key", key)
        self.url = f"https://localhost:{self.world.port}"
        self.station = self.world.directory / "station"

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def make_authority(self, name):
        authority = self.world.directory / f"{name}.pem"
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", authority.with_suffix(".key"), "-out",
                     authority, "-days", "2", "-subj", f"/CN={name}")
        return authority

    def enroll(self, *options):
        code = self.world.run("walkin-desk", "station-code", "--data", self.world.desk_directory, "--site", "Reception",
                              "--kind", "technician", "--json").json()["code"]
        return self.world.walkin("enroll", "--station", self.station, "--desk", self.url, "--code", code, *options,
                                 ok=False)

    def test_a_station_that_trusts_the_authority_syncs(self):
        self.assertEqual(self.enroll("--ca", self.authority).code, 0)
        self.world.walkin("register", "--station", self.station, input=json.dumps(reachable()))
        done = self.world.walkin("sync", "--station", self.station, "--json").json()
        self.assertEqual((done["pushed"], done["in_sync"]), (1, True))

    def test_an_authority_that_is_not_the_desks_is_refused(self):
        for options in ((), ("--ca", self.make_authority("theirs"))):
            outcome = self.enroll(*options)
            self.assertEqual(outcome.code, 1, str(outcome))
            self.assertIn("certificate", outcome.err)
            self.assertFalse(self.station.exists())


class Replication(unittest.TestCase):
    """Two stations and a desk: what is written on one is read on the other."""

    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.world.make_desk()
        self.world.start_desk()

    def sync(self, station):
        return self.world.walkin("sync", "--station", station, "--json").json()

    def show(self, code, station):
        return self.world.walkin("show", code, "--station", station, "--json").json()

    def test_both_show_the_same_after_both_were_offline(self):
        one, two = self.world.enroll("one", "technician"), self.world.enroll("two", "technician")
        code = self.world.walkin("register", "--station", one, "--json", input=json.dumps(FULL)).json()["code"]
        done = self.sync(one)
        self.assertGreaterEqual(done["pushed"], 1)
        self.assertEqual((done["rejected"], done["in_sync"]), (0, True))
        self.assertGreaterEqual(self.sync(two)["pulled"], 1)
        self.assertEqual(self.show(code, two)["ticket"], self.show(code, one)["ticket"])

        self.world.stop_desk()
        self.world.walkin("note", code, "written on one", "--station", one)
        self.world.walkin("set", code, "computer.model=Latitude", "--station", two)
        self.world.start_desk()
        for station in (one, two, one, two):
            self.sync(station)
        for station in (one, two):
            shown = leaves(self.show(code, station))
            self.assertIn("written on one", shown)
            self.assertIn("Latitude", shown)
        digests = [self.world.walkin("digest", "--station", station, "--json").json() for station in (one, two)]
        self.assertEqual(digests[0], digests[1])
        self.assertEqual(self.sync(one)["pushed"], 0, "nothing is sent twice")

    def test_a_value_that_lost_is_taken_back_with_one_command(self):
        one, two = self.world.enroll("one", "technician"), self.world.enroll("two", "technician")
        code = self.world.walkin("register", "--station", one, "--json", input=json.dumps(FULL)).json()["code"]
        for station in (one, two):
            self.sync(station)
        for station, model in ((one, "Latitude"), (two, "EliteBook")):
            self.world.walkin("set", code, f"computer.model={model}", "--station", station)
        for station in (one, two, one):
            self.sync(station)
        conflict = self.show(code, one)["conflicts"]
        self.assertEqual([(c["field"], c["lost"]) for c in conflict], [("computer.model", "Latitude")])
        self.assertEqual(self.world.walkin("status", "--station", two, "--json").json()["conflicts"], 1)
        self.assertIn("take-back", self.world.walkin("show", code, "--station", two).out)

        self.assertEqual(self.world.walkin("take-back", code, "description", "--station", two, ok=False).code, 1)
        self.world.walkin("take-back", code, "computer.model", "--station", two)
        self.sync(two), self.sync(one)
        for station in (one, two):
            shown = self.show(code, station)
            self.assertEqual((shown["fields"]["computer"]["model"], shown["conflicts"]), ("Latitude", []))
            self.assertEqual(self.world.walkin("status", "--station", station, "--json").json()["conflicts"], 0)

    def test_a_desk_that_was_killed_has_what_it_acknowledged(self):
        station = self.world.enroll("station", "technician")
        code = self.world.walkin("register", "--station", station, "--json", input=json.dumps(FULL)).json()["code"]
        self.assertTrue(self.sync(station)["in_sync"])
        self.world.kill(self.world.desk_process)
        self.world.start_desk()
        other = self.world.enroll("other", "technician")
        self.sync(other)
        self.assertIn("ThinkPad T14", leaves(self.show(code, other)))

    def test_watch_sends_by_itself_and_stops_when_told(self):
        station = self.world.enroll("station", "technician")
        watch = self.world.start("watch", [BIN / "walkin", "sync", "--station", station, "--watch"])
        self.world.walkin("register", "--station", station, input=json.dumps(reachable()))
        status = ["status", "--station", station, "--json"]
        wait_for("the outbox is empty", lambda: self.world.walkin(*status).json()["outbox"] == 0)
        self.assertEqual(self.world.stop(watch), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
