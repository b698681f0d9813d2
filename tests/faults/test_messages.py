"""The catalogue of bad messages: each gets its documented status and error, is counted, and changes nothing."""

import contextlib
import gzip
import itertools
import json
import socket
import struct
import threading
import unittest

from client import Client
from world import SITE, FaultWorld, harness

SECRETS = ("Wilhelmina", "wilhelmina@example.org", "+47 22 99 88 77")
ADMIN = ("root", "correct horse battery")


def nested(depth):
    return b"[" * depth + b"]" * depth


def cbor_head(major, value):
    return struct.pack(">BQ", major << 5 | 27, value)


def request(path="/sync/v1/pull", lines=(), body=b"", first=None):
    head = first if first is not None else f"POST {path} HTTP/1.1".encode()
    return b"\r\n".join([head, b"Host: desk", *lines, b"", b""]) + body


# Raw bytes -> the statuses that they may be answered with; None: the connection may just end.
WIRE = {
    "no HTTP, but TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), (400,)),
    "no HTTP, but JSON": (b'{"events": []}\r\n\r\n', (400,)),
    "a request line of one word": (b"PUSH\r\n\r\n", (400,)),
    "another version of HTTP": (request(first=b"POST /sync/v1/pull HTTP/2.0"), (400,)),
    "a space in the address": (request(first=b"POST /sync/v1/pull x HTTP/1.1"), (400,)),
    "a method that there is not": (request(first=b"CLOBBER /sync/v1/pull HTTP/1.1"), (400, 404)),
    "a header without a colon": (request(lines=[b"Walkin-Protocol 1-1"]), (400,)),
    "a header over two lines": (request(lines=[b"A: b", b" c"]), (400,)),
    "a zero byte in a header": (request(lines=[b"A: b\0c"]), (400,)),
    "a bare line feed in a header": (request(lines=[b"A: b\nContent-Length: 3"], body=b"{} "), (400,)),
    "a hundred headers too many": (request(lines=[b"A: b"] * 201), (431,)),
    "a header of 40 kB": (request(lines=[b"A: " + b"b" * 40_000]), (431,)),
    "headers without end": (b"POST /sync/v1/pull HTTP/1.1\r\n" + b"A: b\r\n" * 10_000, (431,)),
    "an address of 20 kB": (request("/sync/v1/" + "a" * 20_000), (414,)),
    "two lengths": (request(lines=[b"Content-Length: 2", b"Content-Length: 3"], body=b"{} "), (400,)),
    "a length and chunks": (request(lines=[b"Content-Length: 2", b"Transfer-Encoding: chunked"], body=b"{}"), (400,)),
    "a negative length": (request(lines=[b"Content-Length: -1"]), (400,)),
    "a length in hexadecimal": (request(lines=[b"Content-Length: 0x10"]), (400,)),
    "a length of 10^15": (request(lines=[b"Content-Length: 999999999999999"]), (413,)),
    "a length of 40 MB": (request(lines=[b"Content-Length: 41943040"]), (413,)),
    "two encodings of the transfer": (request(lines=[b"Transfer-Encoding: gzip, chunked"]), (400,)),
}

# Headers in place of the right ones -> status and code.
HEADERS = {
    "no version": ({"Walkin-Protocol": None}, 426, "version"),
    "a version to come": ({"Walkin-Protocol": "2-3"}, 426, "version"),
    "a version that is none": ({"Walkin-Protocol": "one"}, 426, "version"),
    "HTML": ({"Content-Type": "text/html"}, 415, "media_type"),
    "an answer in HTML": ({"Accept": "text/html"}, 406, "media_type"),
    "no token": ({"Authorization": None}, 401, "unauthorized"),
    "a token of nobody": ({"Authorization": "Bearer " + "0" * 64}, 401, "unauthorized"),
    "a token of 8 kB": ({"Authorization": "Bearer " + "f" * 7_000}, 401, "unauthorized"),
    "a name and a password": ({"Authorization": "Basic cm9vdDpyb290"}, 401, "unauthorized"),
    "a digest of another message": ({"Walkin-Digest": "0" * 64}, 400, "damaged"),
    "a digest that is none": ({"Walkin-Digest": "yes"}, 400, "damaged"),
}

MESSAGES = ("enroll", "push", "pull", "ranges", "events")
NO_MESSAGE = {
    "nothing": b"", "null": b"null", "a number": b"42", "a text": b'"push"', "a list": b"[]", "an open brace": b"{",
    "two documents": b"{}{}", "no JSON": b"events=1", "half a member": b'{"events": [{"id": "019',
    "a thousand lists deep": nested(1000), "a million lists deep": nested(1_000_000),
    "no UTF-8": b'{"cursor": "\xff\xfe"}', "CBOR": b"\xa1\x66cursor\x60",
}
NO_CBOR = {
    "nothing": b"", "JSON": b'{"cursor": ""}', "a map of indefinite length": b"\xbf\xff",
    "a text of indefinite length": b"\xa1\x66cursor\x7f\x60\xff", "a tag": b"\xc1\xa0",
    "bytes behind the message": b"\xa0\x00", "a map of 2^60 pairs": cbor_head(5, 1 << 60),
    "a text of 4 GB": b"\xa1\x66cursor" + cbor_head(3, 1 << 32), "a list of 2^63": b"\xa1\x66events" + cbor_head(4, 1 << 63),
    "a thousand maps deep": b"\xa1\x61a" * 1000 + b"\xa0", "a reserved length": b"\x1c",
}
WRONG = {
    "push": {"no events": {}, "events that are a text": {"events": "x"}, "events that are an object": {"events": {}},
             "1,001 events": {"events": [{}] * 1001}},
    "pull": {"a cursor that is a number": {"cursor": 7}, "a cursor that is a list": {"cursor": []},
             "a limit below zero": {"cursor": "", "limit": -1}, "a limit that is a text": {"cursor": "", "limit": "all"},
             "a cursor of 5 kB": {"cursor": "a" * 5000, "limit": 1}},
    "enroll": {"no code": {"program": "x"}, "a code that is a list": {"code": [], "program": "x"}},
    "ranges": {"no scope": {"ranges": []}, "ranges that are a text": {"scope": f"site:{SITE}", "ranges": "all"},
               "257 ranges": {"scope": f"site:{SITE}", "ranges": [{"prefix": "", "count": 0, "sum": "00" * 32}] * 257},
               "a prefix that is no digits": {"scope": f"site:{SITE}",
                                              "ranges": [{"prefix": "xyz", "count": 0, "sum": "00" * 32}]},
               "a count below zero": {"scope": f"site:{SITE}",
                                      "ranges": [{"prefix": "", "count": -5, "sum": "00" * 32}]}},
    "events": {"no hashes": {"scope": f"site:{SITE}"}, "501 hashes": {"scope": f"site:{SITE}", "hashes": ["00" * 32] * 501},
               "a hash that is too short": {"scope": f"site:{SITE}", "hashes": ["00"]}},
}


class Messages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world = FaultWorld()
        cls.addClassCleanup(world.close)
        world.open(stations=1)
        world.add_user(ADMIN[0], "administrator", ADMIN[1])
        for _ in range(3):
            world.register(world.stations[0])
        assert world.sync(world.stations[0]).code == 0
        cls.bad = Client(world.port, cls.code())
        cls.witness = Client(world.port, cls.code())
        cls.addresses = (f"10.0.{number // 250}.{number % 250 + 1}" for number in itertools.count())

    @classmethod
    def code(cls):
        return cls.world.run("walkin-desk", "station-code", "--data", cls.world.desk_directory, "--site", SITE, "--kind",
                             "technician", "--json").json()["code"]

    def setUp(self):
        self.before = self.state()

    def tearDown(self):
        self.assertEqual(self.state(), self.before, "a refused message has changed something")
        self.assertIsNone(self.world.desk_process.poll(), "the desk has ended")

    def state(self):
        """What any station is told of the feed."""
        page = self.witness.ask("pull", {"cursor": "", "limit": 2000}).json()
        return page["cursor"], page["digests"], [event["hash"] for event in page["events"]]

    def elsewhere(self):
        """As a proxy on this machine says for whom it asks: each message from an address of its own, so that the limit
        of refused requests by address, which has a test of its own, does not end this one."""
        return {"X-Forwarded-For": next(self.addresses)}

    def assert_refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code()), (status, code), answer)
        self.assertEqual(answer.header("Walkin-Protocol"), "1", answer)
        self.assertGreater(len(answer.json()["error"]["message"]), 10, answer)

    def test_what_is_no_proper_http(self):
        for name, (raw, statuses) in WIRE.items():
            with self.subTest(name):
                answer = self.bad.raw(raw)
                self.assertIsNotNone(answer, "the connection ended without an answer")
                self.assertIn(answer.status, statuses, answer)

    def test_a_message_whose_length_is_a_lie(self):
        lines = [f"{name}: {value}".encode() for name, value in self.bad.headers().items()]
        body = b'{"cursor": "", "limit": 1}'
        for name, extra, sent in (
                ("longer than what comes", b"Content-Length: 5000", body),
                ("shorter than what comes", b"Content-Length: 3", body),
                ("a chunk of no length", b"Transfer-Encoding: chunked", b"zz\r\n" + body),
                ("a chunk of 2^70", b"Transfer-Encoding: chunked", b"400000000000000000\r\n" + body),
                ("a chunk below zero", b"Transfer-Encoding: chunked", b"-1\r\n" + body),
                ("chunks without an end", b"Transfer-Encoding: chunked", b"5\r\n{\"cur\r\n")):
            with self.subTest(name):
                answer = self.bad.raw(request(lines=[*lines, extra], body=sent), half_close=True)
                if answer is not None:
                    self.assertEqual(answer.status, 400, answer)

    def test_compressed_lies(self):
        zipped = {"Content-Encoding": "gzip"}
        bomb = gzip.compress(bytes(200 << 20), 6)
        self.assertLess(len(bomb), 1 << 20)
        self.assert_refused(self.bad.ask("push", bomb, zipped), 413, "too_large")
        whole = gzip.compress(b'{"cursor": "", "limit": 1}' + b" " * 100)
        self.assertEqual(self.bad.ask("pull", whole, zipped).status, 200)
        self.assert_refused(self.bad.ask("pull", whole[:20], zipped), 400, "malformed")
        self.assert_refused(self.bad.ask("pull", b"\x1f\x8b" + b"\xff" * 50, zipped), 400, "damaged")
        self.assert_refused(self.bad.ask("pull", b'{"cursor": ""}', zipped), 400, "damaged")

    def test_headers_that_do_not_fit(self):
        for message, (name, (headers, status, code)) in itertools.product(MESSAGES[1:], HEADERS.items()):
            with self.subTest(f"{message}: {name}"):
                answer = self.bad.ask(message, {}, {**self.elsewhere(), **headers})
                self.assert_refused(answer, status, code)

    def test_other_methods_and_addresses(self):
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            answer = self.bad.ask("push", b"", method=method)
            self.assert_refused(answer, 405, "method")
            self.assertEqual(answer.header("Allow"), "POST")
        self.assert_refused(self.bad.ask("pushes", {}), 404, "unknown")
        self.assert_refused(self.bad.ask("../v2/push", {}), 404, "unknown")

    def test_what_is_no_message(self):
        for message, (name, raw) in itertools.product(MESSAGES, NO_MESSAGE.items()):
            with self.subTest(f"{message}: {name}"):
                self.assert_refused(self.bad.ask(message, raw, self.elsewhere()), 400, "malformed")
        for message, (name, raw) in itertools.product(MESSAGES, NO_CBOR.items()):
            with self.subTest(f"{message} in CBOR: {name}"):
                answer = self.bad.ask(message, raw, {"Content-Type": "application/cbor", **self.elsewhere()})
                self.assert_refused(answer, 400, "malformed")

    def test_members_that_do_not_fit(self):
        for message, cases in WRONG.items():
            for name, document in cases.items():
                with self.subTest(f"{message}: {name}"):
                    self.assert_refused(self.bad.ask(message, document, self.elsewhere()), 400, "malformed")

    def test_what_is_too_large(self):
        long = b'{"cursor": "' + b"a" * (9 << 20) + b'"}'
        self.assert_refused(self.bad.ask("pull", long), 413, "too_large")

    def test_questions_about_what_is_not_ones_own(self):
        for cursor in ("0" * 32 + ".1", "not a cursor", "a" * 500, self.before[0].rsplit(".", 1)[0] + ".999999999"):
            self.assert_refused(self.bad.ask("pull", {"cursor": cursor, "limit": 10}), 409, "cursor")
        for scope in ("site:Elsewhere", "", "site:" + "x" * 500):
            self.assert_refused(self.bad.ask("ranges", {"scope": scope, "ranges": []}), 403, "scope")
            self.assert_refused(self.bad.ask("events", {"scope": scope, "hashes": []}), 403, "scope")

    def test_events_that_lie_are_in_no_feed(self):
        other = self.witness.identity["replica"]
        contact = {"contact.name": SECRETS[0], "contact.email": SECRETS[1]}
        for name, event, verdicts in (
                ("another station's", self.bad.event(replica=other), {"rejected"}),
                ("a hash that does not fit", self.bad.event(hash="11" * 32), {"quarantined", "rejected"}),
                ("a body that was changed", self.bad.event(body='{"code": "ZZ-0001-1"}'), {"quarantined", "rejected"}),
                ("a contact part that was changed",
                 {**self.bad.event(contact=contact), "contact": json.dumps(contact)}, {"quarantined", "rejected"}),
                ("a number that skips", self.bad.event(seq=99), {"retry", "quarantined"})):
            with self.subTest(name):
                client = Client(self.world.port, self.code())  # what is set aside ends its station's chain
                event = {**event, "replica": client.identity["replica"] if event["replica"] != other else other}
                answer = client.ask("push", {"events": [event]})
                if answer.status == 200:
                    self.assertIn(answer.json()["verdicts"][0]["verdict"], verdicts, answer)
                else:
                    self.assert_refused(answer, 409, "fork")

    def test_single_events_that_cannot_be_read_are_told_apart(self):
        for name, event in (("nothing", {}), ("a number", 5), ("null", None), ("a list", []),
                            ("an id that is none", {"id": "x"}), ("a seq of zero", self.bad.event(seq=0)),
                            ("a seq of 2^70", self.bad.event(seq=1 << 70)), ("a seq that is a text", self.bad.event(seq="1")),
                            ("a body that is an object", {**self.bad.event(), "body": {}}),
                            ("a body of 300 kB", {**self.bad.event(), "body": "x" * 300_000}),
                            ("a kind of 1,000 letters", self.bad.event(kind="k" * 1000))):
            with self.subTest(name):
                client = Client(self.world.port, self.code())
                answer = client.ask("push", {"events": [event]})
                if answer.status == 200:
                    self.assertIn(answer.json()["verdicts"][0]["verdict"], ("quarantined", "rejected", "retry"), answer)
                else:
                    self.assert_refused(answer, 400, "malformed")

    def test_a_revoked_token_is_refused_from_the_next_request(self):
        client = Client(self.world.port, self.code())
        self.assertEqual(client.ask("pull", {"cursor": "", "limit": 10}).status, 200)
        browser = harness.Browser(self.world.url.replace(str(self.world.proxy.port), str(self.world.port)))
        browser.sign_in(*ADMIN)
        browser.open("/console/stations")
        prefix = client.identity["prefix"]
        browser.send(browser.form("typed", f"/{prefix}/revoke"), typed=prefix)
        for message in MESSAGES[1:]:
            self.assert_refused(client.ask(message, {}, self.elsewhere()), 401, "unauthorized")


class Floods(unittest.TestCase):
    """Many at once, and too often: the good are served meanwhile."""

    def setUp(self):
        self.world = FaultWorld()
        self.addCleanup(self.world.close)
        self.world.open(stations=2)
        self.world.add_user(ADMIN[0], "administrator", ADMIN[1])
        self.port = self.world.port

    def serves_the_good(self):
        self.world.register(self.world.stations[0])
        outcome = self.world.sync(self.world.stations[0], "--timeout", "5")
        self.assertEqual(outcome.code, 0, outcome)

    def code(self):
        return Messages.code.__func__(self)

    def test_hundreds_of_connections_that_never_end_their_headers_keep_nobody_waiting(self):
        with contextlib.ExitStack() as held:
            lines = [held.enter_context(socket.create_connection(("127.0.0.1", self.port))) for _ in range(400)]
            for number, line in enumerate(lines):
                line.sendall((b"POST /sync/v1/push HTTP/1.1\r\nHost: de", b"GET /cons", b"")[number % 3])
            self.serves_the_good()
            browser = harness.Browser(f"http://127.0.0.1:{self.port}")
            browser.sign_in(*ADMIN)
            # They are ended one after the other, not kept for good.
            harness.wait_for("the desk gives them up", lambda: all(map(self.has_ended, lines)), 30)

    def has_ended(self, line):
        line.setblocking(False)
        try:
            while line.recv(4096):
                pass
            return True
        except BlockingIOError:
            return False
        except OSError:
            return True

    def test_bodies_that_never_come_keep_nobody_waiting(self):
        head = b"POST /sync/v1/push HTTP/1.1\r\nHost: d\r\nContent-Length: %d\r\n\r\n{"
        form = b"POST /console/sign-in HTTP/1.1\r\nHost: d\r\nContent-Length: %d\r\n\r\nname="
        with contextlib.ExitStack() as held:
            for number in range(200):
                line = held.enter_context(socket.create_connection(("127.0.0.1", self.port)))
                line.sendall((head % (1 << 20), head % 500, form % 500)[number % 3])
            self.serves_the_good()
            harness.Browser(f"http://127.0.0.1:{self.port}").sign_in(*ADMIN)

    def test_a_guessed_token_is_soon_told_to_wait_and_a_good_one_is_not(self):
        good, stranger = Client(self.port, self.code()), Client(self.port)
        stranger.token = "0" * 64
        answers = [stranger.ask("pull", {"cursor": "", "limit": 10}) for _ in range(60)]
        self.assertEqual(answers[0].status, 401)
        self.assertEqual((answers[-1].status, answers[-1].code()), (429, "rate"))
        self.assertGreaterEqual(int(answers[-1].header("Retry-After")), 1)
        self.assertEqual(good.ask("pull", {"cursor": "", "limit": 10}).status, 200)
        self.serves_the_good()

    def test_codes_cannot_be_tried_without_end(self):
        stranger = Client(self.port)
        statuses = [stranger.ask("enroll", {"code": f"AAAA-{number:04}", "program": "x"}).status for number in range(15)]
        self.assertEqual(statuses[0], 403)
        self.assertEqual(statuses[-1], 429)
        # From elsewhere a good code is good.
        answer = Client(self.port).ask("enroll", {"code": self.code(), "program": "x"}, {"X-Forwarded-For": "10.9.9.9"})
        self.assertEqual(answer.status, 200, answer)

    def test_a_station_in_a_loop_is_slowed_down_and_the_others_are_not(self):
        mad, good = Client(self.port, self.code()), Client(self.port, self.code())
        count, body = 2000, b'{"cursor": "", "limit": 10}'
        lines = [f"{name}: {value}".encode() for name, value in mad.headers().items()] + [b"Content-Length: %d" % len(body)]
        asked = request(lines=lines, body=body) * (count - 1) + request(lines=[*lines, b"Connection: close"], body=body)
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            # One behind the other without waiting for answers: the machine's slowness is no limit.
            asking = threading.Thread(target=line.sendall, args=(asked,))
            asking.start()
            answers = b"".join(iter(lambda: line.recv(1 << 16), b""))
            asking.join()
        self.assertEqual(answers.count(b"HTTP/1.1 "), count)
        self.assertGreater(answers.count(b"HTTP/1.1 200"), 299)
        slowed = answers[answers.index(b"HTTP/1.1 429"):]
        self.assertRegex(slowed[:500], rb"Retry-After: [1-9]")
        self.assertIn(b'"code":"rate"', slowed[:800])
        self.assertEqual(good.ask("pull", {"cursor": "", "limit": 10}).status, 200)
        self.serves_the_good()

    def test_refusals_are_counted_and_logged_in_few_lines_without_what_was_in_them(self):
        bad = Client(self.port, self.code())
        for _ in range(50):
            bad.ask("push", {"events": SECRETS[0], "contact": list(SECRETS)})
        for secret in SECRETS:
            bad.raw(f"POST /{secret} HTTP/9\r\n\r\n".encode())
        browser = harness.Browser(f"http://127.0.0.1:{self.port}")
        browser.sign_in(*ADMIN)
        text = browser.open("/console/stations").text
        self.assertIn("50 requests refused", text)
        self.assertIn("3 requests refused", text)
        log = (self.world.logs / "desk.log").read_text()
        lines = [line for line in log.splitlines() if "refused" in line]
        self.assertTrue(any(f"station {bad.identity['prefix']}" in line and "malformed" in line for line in lines), log)
        self.assertLess(len(lines), 10, "a line for each")
        for secret in (*SECRETS, bad.token):
            self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main()
