"""Attachments with the real programs: what people are told, what survives, and the upload protocol tus 1.0 to the
letter of https://tus.io/protocols/resumable-upload, asked with plain HTTP requests."""

import contextlib
import base64
import hashlib
import http.client
import json
import os
import random
import re
import socket
import sqlite3
import threading
import time
import unittest
import urllib.error
import urllib.request

from harness import Browser, WorldTest, wait_for

PNG = b"\x89PNG\r\n\x1a\n"
LIMIT = 25 * 1024 * 1024


def picture(size, seed):
    return PNG + random.Random(seed).randbytes(size - len(PNG))


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class FilesTest(WorldTest):
    @classmethod
    def prepare(cls, world):
        world.make_desk()
        world.start_desk()
        cls.ana = world.enroll("ana", "technician")
        cls.per = world.enroll("per", "technician")

    def walkin(self, command, *arguments, station=None, **options):
        return self.world.walkin(command, *arguments, "--station", station or self.ana, **options)

    def ticket(self, station=None):
        return self.walkin("register", "--json", station=station,
                           input=json.dumps({"contact": {"email": "maria@example.org"}})).json()

    def file(self, name, content):
        path = self.world.directory / name
        path.write_bytes(content)
        return path

    def attach(self, code, name, content, **options):
        return self.walkin("attach", code, self.file(name, content), "--json", **options)

    def token(self, station=None):
        with contextlib.closing(sqlite3.connect((station or self.ana) / "station.db")) as db, db:
            return db.execute("SELECT value FROM meta WHERE key = 'token'").fetchone()[0]

    def blob(self, name):
        return self.world.desk_directory / "blobs" / name[:2] / name[2:]

    def ask(self, method, path, body=None, station=None, **headers):
        """One exchange; headers are given as upload_offset=5 for Upload-Offset: 5."""
        connection = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=30)
        sent = {"Authorization": "Bearer " + self.token(station), "Tus-Resumable": "1.0.0"}
        for name, value in headers.items():
            name = "-".join(part.capitalize() for part in name.split("_"))
            sent.pop(name, None)
            if value is not None:
                sent[name] = str(value)
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        answer.content = answer.read()
        connection.close()
        return answer

    def code_of(self, answer):
        return json.loads(answer.content)["error"]["code"]


class Commands(FilesTest):
    def test_a_file_attached_at_one_station_is_fetched_at_another(self):
        code = self.ticket()["code"]
        content = picture(700_000, 1)
        shown = self.attach(code, "Screen black.png", content).json()
        self.assertEqual(shown["attachments"], [{"name": "Screen black.png", "sha256": sha256(content), "size": 700_000,
                                                 "media_type": "image/png", "erased": False}])
        self.assertEqual(self.walkin("status", "--json").json()["attachments_waiting"], 1)
        synced = self.walkin("sync", "--json").json()
        self.assertEqual((synced["files_sent"], synced["attachments_waiting"]), (1, 0))
        self.assertEqual(self.blob(sha256(content)).read_bytes(), content)
        self.walkin("sync", station=self.per)
        for wanted in ("Screen black.png", sha256(content), sha256(content)[:8]):
            got = self.world.directory / "got.png"
            self.walkin("fetch", code, wanted, "--to", got, station=self.per)
            self.assertEqual(got.read_bytes(), content)

    def test_attached_shows_at_once_where_the_content_is_still_on_its_way(self):
        code = self.ticket()["code"]
        content = picture(1_000, 2)
        self.attach(code, "a.png", content)
        self.walkin("sync")
        self.blob(sha256(content)).unlink()
        self.walkin("sync", station=self.per)
        refused = self.walkin("fetch", code, "a.png", "--to", "x.png", station=self.per, ok=False)
        self.assertEqual(refused.code, 1)
        self.assertIn("on its way", refused.err)

    def test_every_refusal_says_why_and_attaches_nothing(self):
        code = self.ticket()["code"]
        (self.world.directory / "folder").mkdir()
        cases = [(self.file("empty.png", b""), "empty"), (self.file("big.png", picture(LIMIT + 1, 3)), "25 MB"),
                 (self.file("a.exe", b"MZ\x90\0\3"), "PNG"), (self.file("named.png", b"MZ\x90\0\3"), "PNG"),
                 (self.world.directory / "nowhere.png", "There is no file"),
                 (self.world.directory / "folder", "not a plain file")]
        for path, words in cases:
            refused = self.walkin("attach", code, path, "--json", ok=False)
            self.assertEqual(refused.code, 1, str(refused))
            self.assertIn(words, refused.err)
            self.assertIn("error", refused.json())
        self.assertEqual(self.walkin("show", code, "--json").json()["attachments"], [])
        self.assertEqual(self.walkin("attach", "LB-9999", self.file("a.png", PNG), ok=False).code, 1)
        self.assertIn("Nothing is attached", self.walkin("fetch", code, "a.png", "--to", "x", ok=False).err)

    def test_the_largest_file_there_can_be_goes_through(self):
        code = self.ticket()["code"]
        content = picture(LIMIT, 4)
        self.attach(code, "largest.png", content)
        self.assertEqual(self.walkin("sync", "--json").json()["files_sent"], 1)
        self.assertEqual(self.blob(sha256(content)).stat().st_size, LIMIT)

    def test_the_twenty_first_attachment_is_refused(self):
        code = self.ticket()["code"]
        for i in range(20):
            self.attach(code, f"{i}.png", picture(100 + i, 5))
        refused = self.attach(code, "21.png", picture(500, 5), ok=False)
        self.assertEqual(refused.code, 1)
        self.assertIn("20", refused.err)
        self.assertEqual(self.walkin("sync", "--json").json()["files_sent"], 20)

    def test_a_file_that_grows_while_it_is_read_is_refused_or_attached_whole(self):
        code = self.ticket()["code"]
        path = self.file("growing.png", picture(5_000_000, 6))
        stop = threading.Event()

        def write():
            with open(path, "ab") as out:
                while not stop.is_set():
                    out.write(b"more")
                    out.flush()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            outcome = self.walkin("attach", code, path, "--json", ok=False)
        finally:
            stop.set()
            writer.join()
        if outcome.code == 1:
            self.assertIn("changed while it was read", outcome.err)
            return
        attached = outcome.json()["attachments"][0]  # the writer did not come to write in between
        self.assertEqual(attached["sha256"], sha256(path.read_bytes()[:attached["size"]]))
        self.assertGreaterEqual(attached["size"], 5_000_000)

    def test_no_trace_of_a_file_is_left_in_the_log(self):
        log = (self.world.logs / "desk.log").read_text()
        self.assertNotIn("Screen black", log)


class Killed(FilesTest):
    def test_a_desk_killed_in_the_middle_of_uploads_tells_the_true_offset_and_ends_whole(self):
        code = self.ticket()["code"]
        content = picture(8_000_000, 7)
        self.attach(code, "long.png", content)
        path = self.world.desk_directory / "blobs" / "part"
        for _ in range(4):
            sync = self.world.start("sync", [os.environ["WALKIN_BIN"] + "/walkin", "sync", "--station", self.ana])
            wait_for("some of it has arrived", lambda: any(p.stat().st_size for p in path.glob("*"))
                     or self.blob(sha256(content)).exists() or sync.poll() is not None)
            self.world.kill(self.world.desk_process)
            wait_for("the station has noticed", lambda: sync.poll() is not None)
            self.world.start_desk()
            with contextlib.closing(sqlite3.connect(self.world.desk_directory / "uploads.db")) as db, db:
                rows = db.execute("SELECT id, durable, size FROM uploads WHERE is_done = 0").fetchall()
            for upload, durable, size in rows:
                answer = self.ask("HEAD", f"/sync/v1/files/uploads/{upload}")
                if answer.status == 200 and int(answer.getheader("Upload-Offset")) < size:
                    offset = int(answer.getheader("Upload-Offset"))
                    self.assertEqual((path / upload).read_bytes()[:offset], content[:offset])
        wait_for("all of it has arrived", lambda: self.walkin("sync", "--json").json()["attachments_waiting"] == 0)
        self.assertEqual(self.blob(sha256(content)).read_bytes(), content)
        self.assertEqual(list(path.glob("*")), [])

    def test_a_station_killed_while_it_sends_goes_on(self):
        code = self.ticket()["code"]
        content = picture(20_000_000, 8)
        self.attach(code, "killed.png", content)
        part = self.world.desk_directory / "blobs" / "part"
        sync = self.world.start("sync", [os.environ["WALKIN_BIN"] + "/walkin", "sync", "--station", self.ana])
        wait_for("some of it has arrived", lambda: any(p.stat().st_size for p in part.glob("*")))
        self.world.kill(sync)
        self.walkin("check")
        self.assertEqual(self.walkin("sync", "--json").json()["files_sent"], 1)
        self.assertEqual(self.blob(sha256(content)).read_bytes(), content)


class Tus(FilesTest):
    """Every MUST of tus 1.0 and of the extensions that the desk offers."""

    def named(self, content, station=None):
        """A ticket at the desk that names this content; its id. The station has not sent the content."""
        ticket = self.ticket(station)
        self.attach(ticket["code"], f"{sha256(content)[:6]}.png", content, station=station)
        blob = (station or self.ana) / "blobs" / sha256(content)[:2] / sha256(content)[2:]
        hidden = blob.rename(blob.with_suffix(".hidden"))
        with contextlib.closing(sqlite3.connect((station or self.ana) / "station.db")) as db, db:
            db.execute("UPDATE uploads SET is_refused = 1 WHERE is_refused = 0 AND hex(sha256) = ?",
                       (sha256(content).upper(),))
        self.walkin("sync", station=station)
        hidden.unlink()
        return ticket["ticket"]

    def metadata(self, ticket, content, **more):
        pairs = {"ticket": ticket, "sha256": sha256(content), **more}
        return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())

    def create(self, content, body=None, **headers):
        ticket = self.named(content)
        answer = self.ask("POST", "/sync/v1/files", body, **{
            "upload_length": len(content), "upload_metadata": self.metadata(ticket, content, filename="a.png"), **headers})
        return answer

    def patch(self, place, offset, body, **headers):
        return self.ask("PATCH", place, body, **{"content_type": "application/offset+octet-stream",
                                                 "upload_offset": offset, **headers})

    def test_options_tells_versions_extensions_size_and_algorithms_without_a_token(self):
        for path in ("/sync/v1/files", "/sync/v1/files/uploads/" + "0" * 32):
            answer = self.ask("OPTIONS", path, authorization=None, tus_resumable=None)
            self.assertIn(answer.status, (200, 204))
            self.assertEqual(answer.getheader("Tus-Version"), "1.0.0")
            self.assertEqual(set(answer.getheader("Tus-Extension").split(",")),
                             {"creation", "creation-with-upload", "checksum", "expiration", "termination"})
            self.assertEqual(answer.getheader("Tus-Max-Size"), str(LIMIT))
            self.assertIn("sha1", answer.getheader("Tus-Checksum-Algorithm").split(","))

    def test_another_version_is_answered_with_412_and_nothing_is_done(self):
        for method, path in (("POST", "/sync/v1/files"), ("HEAD", "/sync/v1/files/uploads/" + "0" * 32),
                             ("PATCH", "/sync/v1/files/uploads/" + "0" * 32)):
            for version in (None, "0.2.2", "2.0.0"):
                answer = self.ask(method, path, b"" if method != "HEAD" else None, tus_resumable=version)
                self.assertEqual((answer.status, answer.getheader("Tus-Version")), (412, "1.0.0"))

    def test_an_upload_in_pieces(self):
        content = picture(10_000, 10)
        made = self.create(content)
        self.assertEqual(made.status, 201)
        self.assertEqual(made.getheader("Tus-Resumable"), "1.0.0")
        place = made.getheader("Location")
        self.assertRegex(made.getheader("Upload-Expires"), r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
        head = self.ask("HEAD", place)
        self.assertEqual((head.status, head.getheader("Upload-Offset"), head.getheader("Upload-Length")), (200, "0", "10000"))
        self.assertEqual(head.getheader("Cache-Control"), "no-store")
        self.assertIn("filename " + base64.b64encode(b"a.png").decode(), head.getheader("Upload-Metadata"))
        first = self.patch(place, 0, content[:4_000])
        self.assertEqual((first.status, first.getheader("Upload-Offset")), (204, "4000"))
        self.assertTrue(first.getheader("Upload-Expires"))
        self.assertEqual(self.ask("HEAD", place).getheader("Upload-Offset"), "4000")
        wrong = self.patch(place, 3_999, content[3_999:])
        self.assertEqual((wrong.status, self.code_of(wrong)), (409, "offset"))
        self.assertEqual(self.ask("HEAD", place).getheader("Upload-Offset"), "4000")
        last = self.patch(place, 4_000, content[4_000:])
        self.assertEqual((last.status, last.getheader("Upload-Offset")), (204, "10000"))
        self.assertEqual(self.ask("HEAD", place).getheader("Upload-Offset"), "10000")
        self.assertEqual(self.blob(sha256(content)).read_bytes(), content)

    def test_an_upload_with_its_creation_and_one_that_is_only_begun_by_it(self):
        content = picture(5_000, 11)
        body_type = "application/offset+octet-stream"
        whole = self.create(content, content, content_type=body_type)
        self.assertEqual((whole.status, whole.getheader("Upload-Offset")), (201, "5000"))
        self.assertTrue(self.blob(sha256(content)).exists())
        content = picture(5_000, 12)
        begun = self.create(content, content[:1_000], content_type=body_type)
        self.assertEqual((begun.status, begun.getheader("Upload-Offset")), (201, "1000"))
        self.assertEqual(self.patch(begun.getheader("Location"), 1_000, content[1_000:]).status, 204)
        content = picture(5_000, 13)
        self.assertEqual(self.create(content, content, content_type="image/png").status, 415)

    def test_a_body_of_another_type_is_refused_with_415(self):
        content = picture(100, 14)
        place = self.create(content).getheader("Location")
        self.assertEqual(self.patch(place, 0, content, content_type="application/octet-stream").status, 415)
        self.assertEqual(self.ask("HEAD", place).getheader("Upload-Offset"), "0")

    def test_a_wrong_checksum_drops_the_piece_and_a_right_one_keeps_it(self):
        content = picture(3_000, 15)
        place = self.create(content).getheader("Location")

        def checksum(name, piece):
            return f"{name} {base64.b64encode(hashlib.new(name, piece).digest()).decode()}"

        for name in ("sha1", "sha256"):
            wrong = self.patch(place, 0, content[:1_000], upload_checksum=checksum(name, b"other"))
            self.assertEqual((wrong.status, self.code_of(wrong)), (460, "checksum"))
        self.assertEqual(self.ask("HEAD", place).getheader("Upload-Offset"), "0")
        for header in ("md5 XUFAKrxLKna5cZ2REBfFkg==", "sha1", "sha1 !!!"):
            self.assertEqual(self.patch(place, 0, content[:1_000], upload_checksum=header).status, 400)
        self.assertEqual(self.patch(place, 0, content[:1_000], upload_checksum=checksum("sha1", content[:1_000])).status, 204)
        self.assertEqual(self.patch(place, 1_000, content[1_000:], upload_checksum=checksum("sha256", content[1_000:])).status, 204)
        self.assertTrue(self.blob(sha256(content)).exists())

    def test_what_is_ended_is_gone(self):
        content = picture(3_000, 16)
        place = self.create(content).getheader("Location")
        self.patch(place, 0, content[:1_000])
        self.assertEqual(self.ask("DELETE", place).status, 204)
        head = self.ask("HEAD", place)
        self.assertIn(head.status, (404, 410))
        self.assertIsNone(head.getheader("Upload-Offset"))
        self.assertIn(self.patch(place, 1_000, content[1_000:]).status, (404, 410))
        self.assertEqual(list((self.world.desk_directory / "blobs" / "part").glob("*")), [])

    def test_the_method_may_be_said_in_a_header(self):
        content = picture(300, 17)
        place = self.create(content).getheader("Location")
        sent = self.ask("POST", place, content, x_http_method_override="PATCH", upload_offset=0,
                        content_type="application/offset+octet-stream")
        self.assertEqual(sent.status, 204)
        self.assertEqual(self.ask("POST", place, b"", x_http_method_override="DELETE").status, 204)

    def test_content_that_is_not_what_was_named_is_refused_and_removed(self):
        content = picture(3_000, 18)
        place = self.create(content).getheader("Location")
        wrong = self.patch(place, 0, PNG + bytes(2_992))
        self.assertEqual((wrong.status, self.code_of(wrong)), (460, "hash"))
        self.assertIn(self.ask("HEAD", place).status, (404, 410))
        self.assertFalse(self.blob(sha256(content)).exists())

    def test_more_bytes_than_were_announced_are_refused(self):
        content = picture(1_000, 19)
        place = self.create(content).getheader("Location")
        self.assertEqual(self.patch(place, 0, content + b"more").status, 413)
        chunked = self.ask("PATCH", place, iter([content, b"more"]), content_type="application/offset+octet-stream", upload_offset=0)
        self.assertEqual(chunked.status, 413)

    def test_what_a_creation_may_not_say(self):
        content = picture(100, 20)
        ticket = self.named(content)
        good = {"upload_length": 100, "upload_metadata": self.metadata(ticket, content)}
        elsewhere = self.ticket(self.per)["ticket"]
        cases = [(413, {"upload_length": LIMIT + 1}), (400, {"upload_length": 0}), (400, {"upload_length": -1}),
                 (400, {"upload_length": None}), (400, {"upload_length": None, "upload_defer_length": 1}),
                 (400, {"upload_length": 99}), (400, {"upload_metadata": None}), (400, {"upload_metadata": "sha256 !!"}),
                 (404, {"upload_metadata": self.metadata(elsewhere, content)}),
                 (404, {"upload_metadata": self.metadata(ticket, b"other")}), (401, {"authorization": "Bearer nonsense"})]
        for status, change in cases:
            answer = self.ask("POST", "/sync/v1/files", **{**good, **change})
            self.assertEqual(answer.status, status, change)
            self.assertTrue(json.loads(answer.content)["error"]["message"])
            self.assertEqual(answer.getheader("Walkin-Protocol"), "1")
        self.assertEqual(self.ask("POST", "/sync/v1/files", **good).status, 201)

    def test_an_upload_belongs_to_its_station(self):
        content = picture(100, 21)
        place = self.create(content).getheader("Location")
        self.assertEqual(self.ask("HEAD", place, station=self.per).status, 404)
        self.assertEqual(self.ask("DELETE", place, station=self.per).status, 404)

    def test_a_connection_that_breaks_keeps_what_arrived(self):
        content = picture(3_000_000, 22)
        place = self.create(content).getheader("Location")
        with socket.create_connection(("127.0.0.1", self.world.port)) as raw:
            raw.sendall((f"PATCH {place} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {self.token()}\r\n"
                         "Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n"
                         f"Content-Length: {len(content)}\r\n\r\n").encode() + content[:1_500_000])
        offset = wait_for("what arrived is kept", lambda: int(self.ask("HEAD", place).getheader("Upload-Offset")) == 1_500_000
                          and 1_500_000)
        answer = wait_for("the first request has let go", lambda: (
            lambda a: a if a.status != 423 else None)(self.patch(place, offset, content[offset:])))
        self.assertEqual(answer.status, 204)
        self.assertTrue(self.blob(sha256(content)).exists())

    def test_a_second_writer_is_told_to_wait(self):
        content = picture(200_000, 23)  # more than the desk waits for before it looks at a request
        place = self.create(content).getheader("Location")
        head = (f"PATCH {place} HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {self.token()}\r\n"
                "Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n"
                "Content-Length: 200000\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", self.world.port)) as raw:
            raw.sendall(head + content[:100_000])
            locked = wait_for("the first writer has begun", lambda: (
                lambda a: a if a.status == 423 else None)(self.patch(place, 5, b"x")))
            self.assertEqual(self.code_of(locked), "locked")
            raw.sendall(content[100_000:])
            self.assertTrue(raw.recv(1000).startswith(b"HTTP/1.1 204"))

    def test_other_methods_and_addresses_are_refused_in_words(self):
        self.assertEqual(self.ask("GET", "/sync/v1/files").status, 405)
        self.assertEqual(self.ask("PUT", "/sync/v1/files", b"x").getheader("Allow"), "OPTIONS, POST")
        for path in ("/sync/v1/files/", "/sync/v1/files/uploads/xyz", "/sync/v1/files/../files/abc", "/sync/v1/files/" + "g" * 64):
            self.assertEqual(self.ask("GET", path).status, 404)


class Ranges(FilesTest):
    @classmethod
    def prepare(cls, world):
        super().prepare(world)
        test = cls()
        ticket = test.ticket()
        cls.content = picture(1_000, 30)
        test.attach(ticket["code"], "ranges.png", cls.content)
        test.walkin("sync")
        cls.path = f"/sync/v1/files/{sha256(cls.content)}?ticket={ticket['ticket']}"

    def get(self, method="GET", **headers):
        return self.ask(method, self.path, tus_resumable=None, **headers)

    def test_the_whole_content_with_the_headers_that_keep_a_browser_from_running_it(self):
        answer = self.get()
        self.assertEqual((answer.status, answer.content), (200, self.content))
        self.assertEqual(answer.getheader("Content-Type"), "image/png")
        self.assertEqual(answer.getheader("ETag"), f'"{sha256(self.content)}"')
        self.assertEqual(answer.getheader("X-Content-Type-Options"), "nosniff")
        self.assertIn("sandbox", answer.getheader("Content-Security-Policy"))
        self.assertTrue(answer.getheader("Content-Disposition").startswith('attachment; filename="ranges.png"'))
        head = self.get("HEAD")
        self.assertEqual((head.status, head.getheader("Content-Length"), head.content), (200, "1000", b""))

    def test_first_middle_last_suffix_and_cut_ranges(self):
        for header, first, last in (("0-0", 0, 0), ("10-19", 10, 19), ("990-", 990, 999), ("-1", 999, 999),
                                    ("-5000", 0, 999), ("500-5000", 500, 999)):
            answer = self.get(range=f"bytes={header}")
            self.assertEqual(answer.status, 206, header)
            self.assertEqual(answer.content, self.content[first:last + 1])
            self.assertEqual(answer.getheader("Content-Range"), f"bytes {first}-{last}/1000")

    def test_a_range_beyond_the_end_is_refused_and_says_how_long_it_is(self):
        for header in ("1000-", "5000-6000"):
            answer = self.get(range=f"bytes={header}")
            self.assertEqual((answer.status, answer.getheader("Content-Range")), (416, "bytes */1000"))

    def test_a_range_of_another_content_gives_all_of_this_one(self):
        self.assertEqual(self.get(range="bytes=0-9", if_range=f'"{sha256(self.content)}"').status, 206)
        self.assertEqual(self.get(range="bytes=0-9", if_range='"other"').content, self.content)
        self.assertEqual(self.get(range="bytes=0-1,5-6").content, self.content)
        self.assertEqual(self.get(if_none_match=f'"{sha256(self.content)}"').status, 304)

    def test_only_stations_that_may_read_the_ticket_get_it(self):
        other = self.world.enroll("elsewhere", "technician", site="Annex")
        kiosk = self.world.enroll("kiosk", "kiosk")
        self.assertEqual(self.get(station=other).status, 404)
        self.assertEqual(self.get(station=kiosk).status, 403)
        self.assertEqual(self.get(authorization=None).status, 401)
        self.assertEqual(self.ask("GET", self.path.split("?")[0]).status, 400)

    def test_a_kiosk_takes_no_files_and_leaves_none_on_its_disk(self):
        kiosk = self.world.enroll("kiosk-attach", "kiosk")
        code = self.world.walkin("register", "--station", kiosk, "--json",
                                 input=json.dumps({"contact": {"email": "m@example.org"}})).json()["code"]
        file = self.world.directory / "private.txt"
        file.write_text("what a customer gave")
        outcome = self.world.walkin("attach", code, file, "--station", kiosk, ok=False)
        self.assertEqual(outcome.code, 1)
        self.assertIn("kiosk takes no files", outcome.err)
        self.assertEqual([path for path in kiosk.rglob("*") if path.is_file() and b"a customer gave" in path.read_bytes()],
                         [])


class Console(FilesTest):
    @classmethod
    def prepare(cls, world):
        super().prepare(world)
        cls.passwords = {"ingrid": "front_line", "petra": "manager"}
        for name, role in cls.passwords.items():
            world.add_user(name, role, "correct horse battery")

    def browser(self, name="ingrid"):
        browser = Browser(self.world.url)
        browser.sign_in(name, "correct horse battery")
        return browser

    def download(self, browser, path):
        try:
            with browser.opener.open(self.world.url + path, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def give(self, browser, code, name, content):
        browser.open(f"/console/tickets/{code}")
        fields = browser.form("file", "/attach")["fields"]
        mark, body = "----a-mark-between-the-parts", b""
        for field in ("token", "once"):
            body += f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{fields[field]}\r\n'.encode()
        body += (f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                 "Content-Type: application/x-whatever\r\n\r\n").encode() + content + f"\r\n--{mark}--\r\n".encode()
        request = urllib.request.Request(f"{self.world.url}/console/tickets/{code}/attach", data=body, headers={
            "Content-Type": f"multipart/form-data; boundary={mark}", "Origin": self.world.url})
        try:
            with browser.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def links(self, page):
        return re.findall(r'href="(/console/tickets/[^"]+/files/[^"]+)"', page)

    def test_a_file_shows_at_once_and_can_be_had_when_it_has_arrived(self):
        code = self.ticket()["code"]
        content = picture(700_000, 40)
        self.attach(code, "Bildschirm schwarz ä.png", content)
        self.walkin("sync")
        blob = self.blob(sha256(content))
        hidden = blob.rename(blob.with_suffix(".hidden"))
        browser = self.browser()
        page = browser.open(f"/console/tickets/{code}").text
        self.assertIn("Bildschirm schwarz ä.png , 684 KB, on its way", page)
        hidden.rename(blob)
        self.assertIn("684 KB, available", browser.open(f"/console/tickets/{code}").text)
        with browser.opener.open(f"{self.world.url}/console/tickets/{code}") as answer:
            link, = self.links(answer.read().decode())
        status, headers, got = self.download(browser, link)
        self.assertEqual((status, got), (200, content))
        self.assertTrue(headers["Content-Disposition"].startswith("attachment; "))
        self.assertIn("filename*=UTF-8''Bildschirm%20schwarz%20%C3%A4.png", headers["Content-Disposition"])
        self.assertEqual(headers.get_all("Content-Security-Policy"), ["sandbox; default-src 'none'"])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self.download(self.browser("petra"), link)[0], 200)
        self.assertIn("password", self.download(Browser(self.world.url), link)[2].decode())
        self.assertEqual(self.download(browser, link.replace(code, self.ticket()["code"]))[0], 404)

    def test_a_person_at_the_desk_attaches_by_the_form(self):
        code = self.ticket()["code"]
        self.walkin("sync")
        browser = self.browser()
        content = picture(3_000_000, 41)
        status, page = self.give(browser, code, "from the desk.png", content)
        self.assertEqual((status, len(self.links(page))), (200, 1))
        self.assertEqual(self.download(browser, self.links(page)[0])[2], content)
        self.walkin("sync")
        self.walkin("fetch", code, "from the desk.png", "--to", "desk.png")
        self.assertEqual((self.world.directory / "desk.png").read_bytes(), content)
        for name, wrong, words in (("a.png", b"MZ\x90\0", "cannot be attached"), ("a.png", b"", "empty"),
                                   ("a.png", picture(LIMIT + 1, 42), "25 MB"), ("", b"", "Choose a file")):
            status, page = self.give(browser, code, name, wrong)
            self.assertIn(status, (413, 422))
            self.assertIn(words, page)
        self.assertNotIn("Attach a file", self.browser("petra").open(f"/console/tickets/{code}").text)

    def test_a_file_damaged_on_the_desks_disk_is_found_by_a_check(self):
        code = self.ticket()["code"]
        content = picture(10_000, 43)
        self.attach(code, "a.png", content)
        self.walkin("sync")
        self.world.run("walkin-desk", "check", "--data", self.world.desk_directory)
        with open(self.blob(sha256(content)), "r+b") as blob:
            blob.seek(5_000)
            blob.write(b"!!!!")
        found = self.world.run("walkin-desk", "check", "--data", self.world.desk_directory, ok=False)
        self.assertEqual(found.code, 1)
        self.assertIn(sha256(content)[2:], found.err)
        self.blob(sha256(content)).write_bytes(content)


if __name__ == "__main__":
    unittest.main()
