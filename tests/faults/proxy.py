"""A line between stations and a desk that breaks in every way that lines break.

Works on whole HTTP messages: it reads a request, asks its fault what to do with it, and goes on with the next. A
fault is a function of an Exchange; without one the exchange passes. Everything is on loopback, and close() ends all.
"""

import collections
import gzip
import select
import socket
import threading
import time

SIGN_IN_PAGE = b"<!doctype html><title>Welcome to our guest network</title><form>Accept the terms</form>"


def header_of(message, name):
    """The value of a header in a raw message, or ''."""
    for line in message.split(b"\r\n\r\n", 1)[0].split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name.lower().encode():
            return value.strip().decode("latin-1")
    return ""


def with_body(message, body):
    """The message with another body, and a length that fits it."""
    head = message.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    kept = [line for line in head if not line.lower().startswith((b"content-length:", b"transfer-encoding:"))]
    return b"\r\n".join(kept + [b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body


def body_of(message):
    return message.split(b"\r\n\r\n", 1)[1]


def page(status, body, *headers):
    return (f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
            + "".join(f"{header}\r\n" for header in headers) + "\r\n").encode() + body


class Line:
    """A socket that whole messages are read from."""

    def __init__(self, connected):
        self.socket, self.rest = connected, b""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def message(self):
        """The next message, or what came of it before the end; None when nothing came."""
        raw = self.rest
        while b"\r\n\r\n" not in raw:
            more = self.receive()
            if not more:
                return raw or None
            raw += more
        size = raw.index(b"\r\n\r\n") + 4 + int(header_of(raw, "Content-Length") or 0)
        while len(raw) < size:
            more = self.receive()
            if not more:
                return raw
            raw += more
        self.rest = raw[size:]
        return raw[:size]

    def receive(self):
        try:
            return self.socket.recv(65536)
        except OSError:
            return b""

    def send(self, raw):
        try:
            self.socket.sendall(raw)
            return True
        except OSError:
            return False

    def close(self):
        for end in (lambda: self.socket.shutdown(socket.SHUT_RDWR), self.socket.close):
            try:
                end()
            except OSError:
                pass


class Exchange:
    """One request of a station, in the hands of a fault."""

    def __init__(self, proxy, station, request):
        self.proxy, self.station, self.request = proxy, station, request
        self.path = request.split(b" ", 2)[1].decode("latin-1")
        self.is_cut = False

    def ask(self, request=None):
        """Sends the request on and returns the desk's whole reply; None when there is none."""
        desk = self.proxy.dial()
        if not desk:
            return None
        try:
            return desk.message() if desk.send(self.request if request is None else request) else None
        finally:
            self.proxy.hang_up(desk)

    def answer(self, raw):
        if raw is None or not self.station.send(raw):
            self.cut()

    def cut(self):
        self.is_cut = True
        self.station.close()

    def hold(self):
        """Says nothing more until the other end gives up."""
        while not self.proxy.is_closed:
            if select.select([self.station.socket], [], [], 0.05)[0] and not self.station.receive():
                break
        self.cut()


# --- the faults ---
def passes(x):
    x.answer(x.ask())


def reply_lost(x):
    x.ask()
    x.cut()


def request_cut(count):
    def fault(x):
        desk = x.proxy.dial()
        if desk:
            desk.send(x.request[:count])
            x.proxy.hang_up(desk)
        x.cut()
    return fault


def reply_cut(count):
    def fault(x):
        x.answer((x.ask() or b"")[:count])
        x.cut()
    return fault


def delayed(seconds):
    def fault(x):
        time.sleep(seconds)
        x.answer(x.ask())
    return fault


def trickled(bytes_at_once, seconds):
    """Both ways in small pieces, each after a while."""
    def pieces(raw, line):
        for at in range(0, len(raw), bytes_at_once):
            if not line.send(raw[at:at + bytes_at_once]):
                return False
            time.sleep(seconds)
        return True

    def fault(x):
        desk = x.proxy.dial()
        reply = desk.message() if desk and pieces(x.request, desk) else None
        if desk:
            x.proxy.hang_up(desk)
        if reply is None or not pieces(reply, x.station):
            x.cut()
    return fault


def never_answered(x):
    x.hold()


def half_answered(x):
    reply = x.ask() or b""
    x.answer(reply[:len(reply) // 2])
    x.hold()


def endless(x):
    """A reply whose bytes keep coming, and never end."""
    x.answer(b"HTTP/1.1 200 OK\r\nWalkin-Protocol: 1\r\nContent-Type: application/cbor\r\nContent-Length: 1000000\r\n\r\n")
    while not x.is_cut and not x.proxy.is_closed:
        x.answer(b" ")
        time.sleep(0.1)


def answered(raw):
    """As a captive portal or a proxy on the way answers, without asking the desk."""
    return lambda x: x.answer(raw)


portal = answered(page("200 OK", SIGN_IN_PAGE))
redirected = answered(page("302 Found", b"", "Location: http://127.0.0.1:9/login"))
bad_gateway = answered(page("502 Bad Gateway", b"<h1>502 Bad Gateway</h1>"))


def portal_in_disguise(x):
    """The protocol's header, and a page all the same."""
    x.answer(page("200 OK", SIGN_IN_PAGE, "Walkin-Protocol: 1"))


def zipped(reply):
    """The reply as a proxy that compresses would pass it on."""
    if header_of(reply, "Content-Encoding") == "gzip":
        return reply
    return with_body(reply.replace(b"\r\n", b"\r\nContent-Encoding: gzip\r\n", 1), gzip.compress(body_of(reply)))


def gzip_truncated(x):
    reply = zipped(x.ask())
    x.answer(with_body(reply, body_of(reply)[:-30]))


def gzip_corrupted(x):
    reply = zipped(x.ask())
    body = bytearray(body_of(reply))
    for at in range(12, len(body) - 8):
        body[at] ^= 0x55
    x.answer(with_body(reply, bytes(body)))


def request_corrupted(x):
    """A byte of the body flips on the way to the desk."""
    body = bytearray(body_of(x.request))
    body[len(body) // 2] ^= 0x40
    x.answer(x.ask(with_body(x.request, bytes(body))))


def reply_corrupted(x):
    reply = x.ask()
    body = bytearray(body_of(reply))
    body[len(body) // 2] ^= 0x40
    x.answer(with_body(reply, bytes(body)))


def doubled(x):
    """The desk gets it twice at the same time; the station hears the second reply."""
    first = threading.Thread(target=x.ask)
    first.start()
    reply = x.ask()
    first.join()
    x.answer(reply)


def late(x):
    """Lost to the station now, and delivered to the desk only after other requests: see Proxy.deliver_late()."""
    x.proxy.kept.append(x)
    x.cut()


class Proxy:
    def __init__(self, desk_port):
        self.desk_port = desk_port
        self.always = None  # the fault of every exchange that has none of its own
        self.kept, self.passed = [], collections.Counter()
        self.is_closed = False
        self._next = collections.deque()
        self._lock, self._lines, self._threads = threading.Lock(), set(), []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._start(self._accept)

    def next(self, *faults, path=None):
        """These faults, one for each of the next exchanges (with `path`: of the next to that address)."""
        with self._lock:
            self._next.extend((fault, path) for fault in faults)

    def left(self):
        """Faults that no exchange has met yet."""
        with self._lock:
            return len(self._next)

    def heal(self):
        with self._lock:
            self._next.clear()
        self.always = None

    def deliver_late(self):
        """What late() has held back reaches the desk now, the last first; nobody hears the replies."""
        while self.kept:
            self.kept.pop().ask()

    def dial(self):
        try:
            return self._keep(Line(socket.create_connection(("127.0.0.1", self.desk_port), timeout=30)))
        except OSError:
            return None

    def hang_up(self, line):
        with self._lock:
            self._lines.discard(line)
        line.close()

    def close(self):
        self.is_closed = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            line.close()
        for thread in self._threads:
            thread.join(20)

    def _start(self, action, *arguments):
        thread = threading.Thread(target=action, args=arguments, daemon=True)
        self._threads = [other for other in self._threads if other.is_alive()] + [thread]
        thread.start()

    def _keep(self, line):
        with self._lock:
            self._lines.add(line)
        return line

    def _accept(self):
        while not self.is_closed:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._serve, self._keep(Line(connected)))

    def _fault_for(self, path):
        with self._lock:
            if self._next and self._next[0][1] in (None, path):
                return self._next.popleft()[0]
        return self.always or passes

    def _serve(self, station):
        try:
            while not self.is_closed and (request := station.message()):
                exchange = Exchange(self, station, request)
                fault = self._fault_for(exchange.path)
                self.passed[exchange.path] += 1
                fault(exchange)
                if exchange.is_cut:
                    return
        finally:
            self.hang_up(station)
