"""sync/openapi.json against the running desk: what it names is served, what is served it names, its examples get the
answers that it documents, and every error that it documents can be had.

The client here is written from sync/PROTOCOL.md alone, in another language than the programs."""

import base64
import contextlib
import hashlib
import http.client
import ipaddress
import json
import os
import pathlib
import re
import socket
import sqlite3
import threading
import time
import unittest
import uuid

import jsonschema

from harness import BIN, WorldTest, wait_for

DOCUMENT = json.loads((pathlib.Path(__file__).parents[2] / "sync" / "openapi.json").read_text())
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
NOT_PROVOKED = {"408": "takes two minutes", "503": "takes a crowd, which tests/unit/test_desk_requests.cpp makes"}
OFFSET_BODY = "application/offset+octet-stream"


def resolved(part):
    while "$ref" in part:
        at = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            at = at[name]
        part = at
    return part


def validate(value, schema):
    """References within the document resolve, whatever the version of the library."""
    whole = {"$schema": DOCUMENT["jsonSchemaDialect"], "allOf": [schema], "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def b64(value):
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def blake2b(content):
    return hashlib.blake2b(content, digest_size=32).hexdigest()


def event_hash(event):
    def text(value):
        return len(value.encode()).to_bytes(4, "big") + value.encode()

    seen = b"".join(text(name) + uuid.UUID(value).bytes for name, value in sorted(event.get("seen", {}).items()))
    return blake2b(b"".join([
        b"walkin-event-1\0", *(uuid.UUID(event[name]).bytes for name in ("id", "ticket", "replica")),
        event["seq"].to_bytes(8, "big"), bytes.fromhex(event.get("prev", "00" * 32)), int(event["hlc"]).to_bytes(8, "big"),
        (1).to_bytes(4, "big"), text(event["kind"]), (1).to_bytes(4, "big"), len(event.get("seen", {})).to_bytes(4, "big"),
        seen, text(event["body"]), bytes.fromhex(event.get("contact_hash", "00" * 32))]))


def ticket_code(prefix, number):
    """ISO/IEC 7064, MOD 37-2; numbers whose check character would be * are passed over."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
    while True:
        payload, p = f"{prefix}{number:04}", 0
        for character in payload:
            p = (p + alphabet.index(character)) * 2 % 37
        check = alphabet[(38 - p) % 37]
        if check != "*":
            return number, f"{prefix}-{number:04}-{check}"
        number += 1


def uuid7():
    value = int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10)
    return str(uuid.UUID(bytes=value[:6] + bytes([0x70 | value[6] & 0x0F, value[7], 0x80 | value[8] & 0x3F]) + value[9:]))


class Client:
    """A station written from the protocol's page."""

    def __init__(self, test, kind="technician", site="Library", like=None):
        self.test, self.site = test, site
        reply = like or self.enroll(test, kind, site)
        self.token, self.replica, self.prefix = reply["token"], reply["replica"], reply["prefix"]
        self.scope, self.seq, self.prev, self.number = f"site:{site}", 0, None, 0

    def enroll(self, test, kind, site):
        code = test.world.run("walkin-desk", "station-code", "--data", test.world.desk_directory, "--site", site,
                              "--kind", kind, "--json").json()["code"]
        return test.call("post", "/sync/v1/enroll", 200, {"code": code, "program": "test 1"}, token=None)

    def event(self, ticket, kind, body, contact=None, seen=None):
        self.seq += 1
        event = {"id": uuid7(), "ticket": ticket, "replica": self.replica, "seq": self.seq,
                 "hlc": str((int(time.time() * 1000) << 16) + self.seq), "kind": kind, "body": json.dumps(body)}
        if self.prev:
            event["prev"] = self.prev
        if seen:
            event["seen"] = seen
        if contact is not None:
            event["contact"] = json.dumps({**contact, "salt": os.urandom(16).hex()})
            event["contact_hash"] = blake2b(event["contact"].encode())
        event["hash"] = self.prev = event_hash(event)
        return event

    def registration(self):
        self.number, code = ticket_code(self.prefix, self.number + 1)
        return self.event(uuid7(), "registered", {"code": code, "site": self.site, "channel": "field"},
                          {"contact.email": "maria@example.org"})

    def attachment(self, ticket, content):
        return self.event(ticket, "attachment_named", {"sha256": hashlib.sha256(content).hexdigest(),
                                                       "size": len(content), "media_type": "text/plain"},
                          {"name": "log.txt"})

    def push(self, *events):
        reply = self.test.call("post", "/sync/v1/push", 200, {"events": list(events)}, token=self.token)
        self.test.assertEqual([v["verdict"] for v in reply["verdicts"]], ["applied"] * len(events), reply)

    def new_ticket(self, *contents):
        """A ticket at the desk that names these files; its id."""
        first = self.registration()
        self.push(first, *(self.attachment(first["ticket"], content) for content in contents))
        return first["ticket"]

    def call(self, method, path, status, body=None, **options):
        return self.test.call(method, path, status, body, token=self.token, **options)

    def create(self, ticket, content, status=201, body=None, **headers):
        metadata = f"ticket {b64(ticket)},sha256 {b64(hashlib.sha256(content).hexdigest())}"
        return self.call("post", "/sync/v1/files", status, body,
                         **{"upload_length": len(content), "upload_metadata": metadata, **headers})

    def patch(self, place, status, body, offset=0, **headers):
        return self.call("patch", place, status, body,
                         **{"content_type": OFFSET_BODY, "upload_offset": offset, **headers})


class OpenApi(WorldTest):
    provoked = set()
    callers = 0

    @classmethod
    def prepare(cls, world):
        world.make_desk()
        world.start_desk()

    # --- one exchange, held against the document ---
    def operation(self, method, path):
        path = path.split("?")[0]
        for pattern, item in DOCUMENT["paths"].items():
            if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", pattern), path) and method in item:
                return pattern, item[method]
        raise AssertionError(f"{method} {path} is not in the document")

    def call(self, method, path, status, body=None, token=None, port=None, **headers):
        """Sends, wants this status, and holds the answer against what is documented for it; the answer's document, or
        for uploads its headers."""
        pattern, operation = self.operation(method, path)
        # The desk counts refusals by address, and believes a proxy on its own machine who asks: each call is another's.
        type(self).callers += 1
        sent = {"X-Forwarded-For": str(ipaddress.IPv4Address(0x0A000000 + self.callers))}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if pattern.startswith("/sync/v1/files"):
            sent["Tus-Resumable"] = "1.0.0"
        else:
            sent.update({"Walkin-Protocol": "1-1", "Content-Type": "application/json", "Accept": "application/json"})
        for name, value in headers.items():
            name = "-".join(part.capitalize() for part in name.split("_"))
            sent.pop(name, None)
            if value is not None:
                sent[name] = str(value)
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", port or self.world.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method.upper(), path, body=body, headers=sent)
            answer = connection.getresponse()
            content = answer.read()
        self.assertEqual(answer.status, status, f"{method} {path}: {content[:300]}")
        self.hold(pattern, method, operation, answer, content)
        if content and answer.getheader("Content-Type", "").startswith("application/json"):
            return json.loads(content)
        return answer.headers if not content else content

    def hold(self, pattern, method, operation, answer, content):
        self.assertIn(str(answer.status), operation["responses"], f"{method} {pattern} is not documented to answer so")
        response = resolved(operation["responses"][str(answer.status)])
        for name, header in response.get("headers", {}).items():
            value = answer.getheader(name)
            if value is None and name == "Upload-Expires":
                continue  # of unfinished uploads only
            self.assertIsNotNone(value, f"{method} {pattern} {answer.status}: no {name}")
            validate(value, resolved(header)["schema"])
        documented = response.get("content", {})
        if method == "head" or not documented:
            self.assertEqual(content, b"")
        elif "application/json" in documented:
            validate(json.loads(content), documented["application/json"]["schema"])
        type(self).provoked.add((method, pattern, str(answer.status)))

    @contextlib.contextmanager
    def held(self, count, path, token, method="POST", extra=lambda i: {}):
        """So many requests that the desk is in the middle of: their bodies have begun and do not end."""
        with contextlib.ExitStack() as stack:
            for i in range(count):
                raw = stack.enter_context(socket.create_connection(("127.0.0.1", self.world.port)))
                place = path(i) if callable(path) else path
                headers = {"Host": "desk", "Authorization": f"Bearer {token}", "Content-Length": "100000", **extra(i)}
                raw.sendall((f"{method} {place} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
                             + "\r\n").encode() + b" " * 70_000)
            yield

    # --- the document itself ---
    def test_every_schema_and_every_example_is_valid(self):
        for schema in DOCUMENT["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)
        for item in DOCUMENT["paths"].values():
            for operation in (item[method] for method in METHODS if method in item):
                bodies = [operation.get("requestBody", {})]
                bodies += [resolved(response) for response in operation["responses"].values()]
                for media in (body.get("content", {}).get("application/json", {}) for body in bodies):
                    if "example" in media:
                        validate(media["example"], media["schema"])

    def test_what_is_served_is_documented_and_what_is_documented_is_served(self):
        served = set(self.world.run("walkin-desk", "routes", "--json").json())
        documented = {f"{method.upper()} {path}" for path, item in DOCUMENT["paths"].items()
                      for method in METHODS if method in item}
        self.assertEqual(served, documented)
        for path in ("/sync/v1/nothing", "/sync/v1/push/more", "/sync/v2/push"):
            connection = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=30)
            with contextlib.closing(connection):
                connection.request("POST", path, body=b"{}", headers={"Walkin-Protocol": "1-1"})
                self.assertIn(connection.getresponse().status, (401, 404))

    # --- messages ---
    def message(self, path):
        return DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"]

    def test_a_client_written_from_the_protocol_enrols_pushes_pulls_and_compares(self):
        ana = Client(self)
        event = ana.registration()
        sent = self.message("/sync/v1/push")
        sent["events"] = [{**sent["events"][0], **event}]
        self.assertEqual(set(sent["events"][0]), set(event), "the example shows what a registration has")
        reply = ana.call("post", "/sync/v1/push", 200, sent)
        self.assertEqual(reply["verdicts"][0]["verdict"], "applied", reply)
        again = ana.call("post", "/sync/v1/push", 200, sent)["verdicts"][0]
        self.assertTrue(again["duplicate"])
        page = ana.call("post", "/sync/v1/pull", 200, self.message("/sync/v1/pull"))
        while page["more"]:  # the other tests have filled the desk
            after = ana.call("post", "/sync/v1/pull", 200, {"cursor": page["cursor"], "limit": 2000})
            page = {**after, "events": page["events"] + after["events"]}
        own = next(e for e in page["events"] if e["id"] == event["id"])
        self.assertEqual(event_hash(own), event["hash"])
        total = sum(int(e["hash"], 16) for e in page["events"]) % 2**256
        self.assertEqual(page["digests"], [{"scope": ana.scope, "count": len(page["events"]), "hash": f"{total:064x}"}])
        ranges = ana.call("post", "/sync/v1/ranges", 200, {**self.message("/sync/v1/ranges"), "scope": ana.scope})
        self.assertTrue(ranges["differences"])
        got = ana.call("post", "/sync/v1/events", 200, {"scope": ana.scope, "hashes": [event["hash"]]})
        self.assertEqual(got["events"][0]["id"], event["id"])
        missing = ana.call("post", "/sync/v1/missing", 200, {"held": [{"id": event["id"], "hash": event["hash"]},
                                                                      {"id": uuid7(), "hash": "ab" * 32}],
                                                             "documents": [{"kind": "article", "id": "gone.en",
                                                                            "version": 9, "hash": "cd" * 32}]})
        self.assertEqual(len(missing["missing"]), 1)
        self.assertEqual(missing["documents"], ["cd" * 32])
        self.call("post", "/sync/v1/pull", 409, {"cursor": "", "limit": 10, "epoch": "before"}, token=ana.token)
        given = ana.call("post", "/sync/v1/recover", 200, {"events": [own, {**own, "effective": "1"}]})
        self.assertEqual([o["outcome"] for o in given["outcomes"]], ["held", "refused"])

    def test_a_client_pulls_documents_and_comes_to_the_desks_digest(self):
        def text(value):
            return len(value.encode()).to_bytes(4, "big") + value.encode()

        for number in range(3):
            self.world.run("walkin-desk", "bulletin", "open", f"b-{number}", "--title", "Mail is slow", "--data",
                           self.world.desk_directory)
        self.world.run("walkin-desk", "site", "set", "--site", "Library", "phone=2000", "--data",
                       self.world.desk_directory)
        ana, kiosk = Client(self), Client(self, kind="kiosk")
        page = ana.call("post", "/sync/v1/documents", 200, {"cursor": "", "limit": 2})
        documents = page["documents"]
        while page["more"]:
            page = ana.call("post", "/sync/v1/documents", 200, {"cursor": page["cursor"], "limit": 2})
            documents += page["documents"]
        hashes = [blake2b(text("walkin-document-1") + text(d["kind"]) + text(d["id"]) + d["version"].to_bytes(8, "big")
                          + text(d["body"])) for d in documents]
        total = sum(int(value, 16) for value in hashes) % 2**256
        self.assertEqual(page["digests"], [{"scope": "documents", "count": len(documents), "hash": f"{total:064x}"}])
        self.assertEqual(ana.call("post", "/sync/v1/pull", 200, self.message("/sync/v1/pull"))["documents"], page["tag"])
        self.assertNotIn("keys", page)
        pulled = kiosk.call("post", "/sync/v1/pull", 200, {"cursor": "", "limit": 10})
        self.assertEqual(pulled["queue"]["site"], "Library")
        again = kiosk.call("post", "/sync/v1/pull", 200, {"cursor": "", "limit": 10, "queue": pulled["queue"]["tag"]})
        self.assertNotIn("queue", again)
        keys = kiosk.call("post", "/sync/v1/documents", 200, self.message("/sync/v1/documents"))["keys"]
        self.assertEqual(keys["link_prefix"], kiosk.prefix)
        kiosk.call("post", "/sync/v1/documents", 409, {"cursor": page["cursor"], "limit": 2})

    def test_every_error_of_the_messages(self):
        ana = Client(self)
        self.call("post", "/sync/v1/enroll", 403, self.message("/sync/v1/enroll"))
        self.call("post", "/sync/v1/pull", 409, {"cursor": "5be1.1", "limit": 10}, token=ana.token)
        ana.push(ana.registration())
        first, other = ana.registration(), "bb" * 32
        self.call("post", "/sync/v1/push", 409, {"events": [first], "head": {"seq": 1, "hash": other}}, token=ana.token)
        key = {"key": os.urandom(32).hex()}
        again = self.call("post", "/sync/v1/rehome", 200, key, token=ana.token)
        self.assertNotEqual(again["replica"], ana.replica)
        self.assertEqual(again["token"], self.call("post", "/sync/v1/rehome", 200, key, token=ana.token)["token"])
        copy = Client(self, like=again)
        copy.new_ticket()
        self.call("post", "/sync/v1/rehome", 409, key, token=ana.token)
        self.call("post", "/sync/v1/ranges", 403, self.message("/sync/v1/ranges") | {"scope": "site:Elsewhere"},
                  token=ana.token)
        self.call("post", "/sync/v1/events", 403, self.message("/sync/v1/events") | {"scope": "site:Elsewhere"},
                  token=ana.token)
        for path in self.messages():
            body = self.message(path)
            token = None if path.endswith("/enroll") else ana.token
            self.call("post", path, 400, b"{", token=token)
            self.call("post", path, 406, body, token=token, accept="text/html")
            self.call("post", path, 413, b" " * (8 * 1024 * 1024 + 1), token=token)
            self.call("post", path, 415, body, token=token, content_type="text/plain")
            self.call("post", path, 426, body, token=token, walkin_protocol="7-9")
            if token:
                self.call("post", path, 401, body, token="f" * 64)

    def test_who_asks_too_often_is_told_when_to_come_back(self):
        ana = Client(self)
        for path in self.messages():
            token = None if path.endswith("/enroll") else ana.token
            if token:  # one that is served, until it has asked too often
                self.assertTrue(self.storm(path, token))
            else:
                for _ in range(31):
                    self.had("post", path, 415, b"{", content_type="text/plain", x_forwarded_for="192.0.2.1")
                self.call("post", path, 429, b"{", content_type="text/plain", x_forwarded_for="192.0.2.1")

    def storm(self, path, token):
        """Whether a station that asks as fast as it can was told to ask less often."""
        done = threading.Event()

        def ask():
            for _ in range(300):
                if done.is_set() or self.had("post", path, 429, b"{", token=token):
                    done.set()
                    return

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return done.is_set()

    def had(self, *arguments, **options):
        return http_status(lambda: self.call(*arguments, **options))

    def messages(self):
        return [path for path, item in DOCUMENT["paths"].items() if "post" in item and "/files" not in path]

    # --- files ---
    def test_an_upload_and_a_download_as_documented(self):
        ana = Client(self)
        content = b"What the log said. " * 5_000
        ticket = ana.new_ticket(content)
        for path in ("/sync/v1/files", "/sync/v1/files/uploads/" + "0" * 32):
            self.call("options", path, 204)
        place = ana.create(ticket, content)["Location"]
        self.assertEqual(ana.call("head", place, 200)["Upload-Offset"], "0")
        ana.patch(place, 204, content[:50_000], upload_checksum="sha1 " + b64(hashlib.sha1(content[:50_000]).digest()))
        self.assertEqual(ana.patch(place, 204, content[50_000:], offset=50_000)["Upload-Offset"], str(len(content)))
        path = f"/sync/v1/files/{hashlib.sha256(content).hexdigest()}?ticket={ticket}"
        ana.call("head", path, 200)
        self.assertEqual(ana.call("get", path, 200), content)
        self.assertEqual(ana.call("get", path, 206, range="bytes=5-9"), content[5:10])
        ana.call("get", path, 304, if_none_match=f'"{hashlib.sha256(content).hexdigest()}"')
        ana.call("get", path, 416, range="bytes=999999-")
        ana.call("delete", place, 204)

    def test_every_error_of_uploads(self):
        ana = Client(self)
        content, other = b"one file" * 20_000, b"another one" * 20_000
        ticket = ana.new_ticket(content, other, b"MZ\0")
        nowhere = "/sync/v1/files/uploads/" + "0" * 32
        ana.create(ticket, content, 400, upload_length="x")
        ana.create(ticket, b"", 400)
        ana.create(ticket, b"unnamed", 404)
        ana.create(ticket, content, 412, tus_resumable="0.2")
        ana.create(ticket, content, 413, upload_length=26_214_401)
        ana.create(ticket, content, 415, body=content, content_type="text/plain")
        ana.create(ticket, content, 460, body=content, content_type=OFFSET_BODY, upload_checksum="sha1 " + b64(b"0" * 20))
        self.call("post", "/sync/v1/files", 401, token="f" * 64)
        place = ana.create(ticket, content)["Location"]
        for method in ("head", "patch", "delete"):
            more = {"content_type": OFFSET_BODY, "upload_offset": 0} if method == "patch" else {}
            self.call(method, place, 401, token="f" * 64)
            ana.call(method, nowhere, 404, **more)
            ana.call(method, place, 412, tus_resumable=None)
        ana.patch(place, 400, b"x", offset="x")
        ana.patch(place, 409, b"x", offset=5)
        ana.patch(place, 413, content + b"more")
        ana.patch(place, 415, b"x", content_type="text/plain")
        ana.patch(place, 460, b"x", upload_checksum="sha256 " + b64(b"0" * 32))
        ana.patch(place, 460, b"y" * len(content))  # all of it, and another content
        place = ana.create(ticket, b"MZ\0")["Location"]
        ana.patch(place, 415, b"MZ\0")
        self.held_uploads(ana, ticket, content, other)

    def held_uploads(self, ana, ticket, content, other):
        speak = {"Tus-Resumable": "1.0.0", "Content-Type": OFFSET_BODY, "Upload-Offset": "0"}
        place = ana.create(ticket, content)["Location"]
        with self.held(1, place, ana.token, "PATCH", extra=lambda i: speak):
            wait_for("the first writer has begun", lambda: self.is_locked(ana, place))
            ana.call("delete", place, 423)
        contents = [os.urandom(60_000).hex().encode() for _ in range(33)]
        tickets = [ana.new_ticket(*contents[:20]), ana.new_ticket(*contents[20:])]
        wanted = [(tickets[i // 20], content) for i, content in enumerate(contents)]
        places = []
        for ticket_of, each in wanted:
            made = http_status(lambda: places.append(ana.create(ticket_of, each)["Location"]))
            if not made:
                break
        ana.create(*wanted[len(places)], 429)
        for each in places:
            wait_for("it is let go", lambda: http_status(lambda: ana.call("delete", each, 204)))

    def is_locked(self, ana, place):
        return http_status(lambda: ana.patch(place, 423, b"x", offset=0))

    def test_every_error_of_downloads(self):
        ana, kiosk = Client(self), Client(self, "kiosk")
        content = b"on its way"
        ticket = ana.new_ticket(content)
        path = f"/sync/v1/files/{hashlib.sha256(content).hexdigest()}"
        for method in ("get", "head"):
            ana.call(method, path, 400)
            self.call(method, f"{path}?ticket={ticket}", 401)
            kiosk.call(method, f"{path}?ticket={ticket}", 403)
            ana.call(method, f"{path}?ticket={ticket}", 404)
            ana.call(method, f"{path}?ticket={uuid7()}", 404)

    def test_what_was_erased_is_gone_and_not_taken_again(self):
        ana = Client(self)
        sent, half, unsent = b"erased " * 100, b"half of it " * 100, b"never sent " * 100
        ticket = ana.new_ticket(sent, half, unsent)
        ana.patch(ana.create(ticket, sent)["Location"], 204, sent)
        place = ana.create(ticket, half)["Location"]
        self.world.stop_desk()
        with contextlib.closing(sqlite3.connect(self.world.desk_directory / "tickets.db")) as db, db:
            # As erasing leaves them: the contact part gone, its hash still there.
            db.execute("UPDATE events SET contact_state = 3, contact = x'' WHERE ticket = ? AND kind = 'attachment_named'",
                       (uuid.UUID(ticket).bytes,))
        self.world.start_desk()
        name = hashlib.sha256(sent).hexdigest()
        self.assertFalse((self.world.desk_directory / "blobs" / name[:2] / name[2:]).exists())
        for method in ("get", "head"):
            ana.call(method, f"/sync/v1/files/{name}?ticket={ticket}", 410)
        ana.create(ticket, unsent, 410)
        ana.patch(place, 410, half)

    # --- a full disk ---
    def test_the_desk_says_so_when_its_disk_is_full(self):
        ana = Client(self)
        content = b"will not fit" * 10_000
        ticket = ana.new_ticket(content)
        place = ana.create(ticket, content)["Location"]
        events = [ana.registration() for _ in range(100)]
        codes = [self.world.run("walkin-desk", "station-code", "--data", self.world.desk_directory, "--site", "Library",
                                "--kind", "technician", "--json").json()["code"] for _ in range(12)]
        self.world.stop_desk()
        # No file may grow beyond 32 KB: SQLite's index of its log still fits, the log soon does not.
        limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh", BIN / "walkin-desk", "serve", "--data",
                   self.world.desk_directory, "--listen", f"127.0.0.1:{self.world.port}"]
        self.world.desk_process = self.world.start("full", limited)
        try:
            wait_for("the desk answers", self.world.desk_answers)
            ana.call("post", "/sync/v1/push", 507, {"events": events})
            ana.patch(place, 507, content)
            self.assertTrue(any([self.had("post", "/sync/v1/enroll", 507, {"code": code}) for code in codes]))
            keys = [{"key": os.urandom(32).hex()} for _ in range(12)]
            self.assertTrue(any([self.had("post", "/sync/v1/rehome", 507, key, token=ana.token) for key in keys]))
            self.assertTrue(any([http_status(lambda: ana.create(ticket, content, 507)) for _ in range(12)]))
        finally:
            self.world.stop_desk()
            self.world.start_desk()
        ana.push(*events)
        place = ana.create(ticket, content)["Location"]
        ana.patch(place, 204, content)

    @classmethod
    def tearDownClass(cls):
        documented = {(method, path, status) for path, item in DOCUMENT["paths"].items() for method in METHODS
                      if method in item for status in item[method]["responses"]
                      if status != "default" and status not in NOT_PROVOKED}
        missing = sorted(documented - cls.provoked)
        if missing:
            raise AssertionError(f"documented and never had: {missing}")


def http_status(attempt):
    """Whether the attempt had the status that it wanted."""
    try:
        attempt()
        return True
    except AssertionError:
        return False


if __name__ == "__main__":
    unittest.main()
