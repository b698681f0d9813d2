"""A client of the sync protocol written from sync/PROTOCOL.md alone, and able to lie."""

import hashlib
import http.client
import json
import os
import socket
import struct
import time
import uuid

LIMIT_S = 30


def blake(raw):
    return hashlib.blake2b(raw, digest_size=32).digest()


def new_id():
    raw = bytearray(struct.pack(">Q", int(time.time() * 1000))[2:] + os.urandom(10))
    raw[6], raw[8] = 0x70 | raw[6] & 0x0F, 0x80 | raw[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(raw)))


def event_hash(event):
    def text(value):
        raw = value.encode()
        return struct.pack(">I", len(raw)) + raw
    seen = event.get("seen", {})
    parts = [b"walkin-event-1\0", *(uuid.UUID(event[key]).bytes for key in ("id", "ticket", "replica")),
             struct.pack(">Q", event["seq"]), bytes.fromhex(event.get("prev", "00" * 32)),
             struct.pack(">Q", int(event["hlc"])), struct.pack(">I", event.get("v", 1)), text(event["kind"]),
             struct.pack(">I", event.get("kv", 1)), struct.pack(">I", len(seen))]
    for field in sorted(seen, key=str.encode):
        parts += [text(field), uuid.UUID(seen[field]).bytes]
    parts += [text(event["body"]), bytes.fromhex(event.get("contact_hash", "00" * 32))]
    return blake(b"".join(parts)).hex()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return self.headers.get(name.lower(), "")

    def json(self):
        return json.loads(self.body)

    def code(self):
        """Of an error, as the table of errors names it."""
        try:
            return self.json()["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return None

    def __str__(self):
        return f"{self.status} {self.headers} {self.body[:300]!r}"


def read_answer(connected):
    """What came back on a raw socket until its end; None when nothing did."""
    reply = http.client.HTTPResponse(connected)
    try:
        reply.begin()
        body = reply.read()
    except (http.client.HTTPException, OSError):
        return None
    return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, body)


class Client:
    """One enrolled station, without a store."""

    def __init__(self, port, code=None):
        self.port, self.token, self.seq, self.prev = port, None, 0, None
        if code:
            answer = self.ask("enroll", {"code": code, "program": "client.py"})
            assert answer.status == 200, answer
            self.identity = answer.json()
            self.token = self.identity["token"]

    def headers(self):
        own = {"Walkin-Protocol": "1-1", "Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            own["Authorization"] = f"Bearer {self.token}"
        return own

    def ask(self, message, body, headers=(), method="POST"):
        """`body`: bytes as they are, or a document for JSON. A header of None is left out."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        chosen = {**self.headers(), **dict(headers)}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        try:
            line.request(method, f"/sync/v1/{message}", raw,
                         {name: value for name, value in chosen.items() if value is not None})
            reply = line.getresponse()
            return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
        finally:
            line.close()

    def raw(self, request, half_close=False):
        """Bytes as they are on a connection of their own."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT_S) as line:
            try:
                line.sendall(request)
                if half_close:
                    line.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the desk may have ended it before all was said
            return read_answer(line)

    def event(self, kind="registered", body=None, contact=None, **changes):
        """A sound event of this station, next in its chain; `changes` come after its hash was taken."""
        if body is None:
            body = {"code": f"{self.identity['prefix']}-0001-7", "site": self.identity["site"], "category": "other"}
        event = {"id": new_id(), "ticket": new_id(), "replica": self.identity["replica"], "seq": self.seq + 1,
                 "hlc": str(int(time.time() * 1000) << 16), "kind": kind, "body": json.dumps(body)}
        if self.prev:
            event["prev"] = self.prev
        if contact is not None:
            event["contact"] = json.dumps({"salt": os.urandom(16).hex(), **contact})
            event["contact_hash"] = blake(event["contact"].encode()).hex()
        event["hash"] = event_hash(event)
        event.update(changes)
        return event

    def verdict(self, event):
        answer = self.ask("push", {"events": [event]})
        assert answer.status == 200, answer
        return answer.json()["verdicts"][0]["verdict"]
