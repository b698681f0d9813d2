"""Real programs in a scratch directory: a desk, stations, a display with the kiosk's window, a person's browser.

World stops whatever it started, by process id. Nothing here sleeps for a length of time that is hoped to be enough:
wait_for() asks for a condition until it holds or the deadline has passed.
"""

import contextlib
import html.parser
import http.cookiejar
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

BIN = pathlib.Path(os.environ["WALKIN_BIN"])


def wait_for(what, condition, seconds=30):
    """The first true value of condition(); fails naming what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.05)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Outcome:
    """What a command said and how it ended."""

    def __init__(self, arguments, done):
        self.arguments, self.code = arguments, done.returncode
        self.out, self.err = done.stdout.decode(), done.stderr.decode()

    def json(self):
        """Standard output as the one JSON document that it has to be."""
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise AssertionError(f"{self}: standard output is not one JSON document: {error}") from error

    def __str__(self):
        return f"{' '.join(map(str, self.arguments))} -> {self.code}\nout: {self.out}\nerr: {self.err}"


def leaves(document):
    """Every text and number in a JSON document, wherever it stands."""
    if isinstance(document, dict):
        return [leaf for value in document.values() for leaf in leaves(value)]
    if isinstance(document, list):
        return [leaf for value in document for leaf in leaves(value)]
    return [document]


class World:
    """One scratch directory and all that runs in it."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="walkin-e2e-"))
        self.logs = self.directory / "logs"
        self.logs.mkdir()
        self.running = []
        self.desk_process = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    # --- commands ---
    def run(self, program, *arguments, input=b"", ok=True, seconds=60, prefix=()):
        """Runs a program to its end. With ok, any exit but 0 fails the test."""
        if isinstance(input, str):
            input = input.encode()
        command = [*prefix, BIN / program, *arguments]
        done = subprocess.run(command, input=input, capture_output=True, timeout=seconds, cwd=self.directory)
        outcome = Outcome([program, *arguments], done)
        with open(self.logs / "commands.log", "ab") as log:
            log.write(done.stderr)
        if ok and outcome.code != 0:
            raise AssertionError(str(outcome))
        return outcome

    def walkin(self, *arguments, **options):
        return self.run("walkin", *arguments, **options)

    def start(self, name, command, environment=None):
        """A process in the background, its output in logs/<name>.log."""
        with open(self.logs / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=log, cwd=self.directory, env=environment)
        self.running.append(process)
        return process

    def stop(self, process):
        if process in self.running:
            self.running.remove(process)
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)
        return process.returncode

    def kill(self, process):
        """As a power cut ends it."""
        self.running.remove(process)
        process.kill()
        process.wait(20)

    def close(self):
        for process in reversed(list(self.running)):
            self.stop(process)
        shutil.rmtree(self.directory, ignore_errors=True)

    # --- the desk ---
    @property
    def desk_directory(self):
        return self.directory / "desk"

    def make_desk(self):
        return self.run("walkin-desk", "init", "--data", self.desk_directory)

    def add_user(self, name, role, password):
        return self.run("walkin-desk", "user", "add", "--data", self.desk_directory, "--name", name, "--role", role,
                        "--password-stdin", input=password + "\n")

    def start_desk(self, *options):
        self.desk_process = self.start("desk", [BIN / "walkin-desk", "serve", "--data", self.desk_directory,
                                                "--listen", f"127.0.0.1:{self.port}", *options])
        wait_for("the desk answers", self.desk_answers)

    def desk_answers(self):
        if self.desk_process.poll() is not None:
            raise AssertionError(f"the desk has ended: {(self.logs / 'desk.log').read_text()}")
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        return False

    def stop_desk(self):
        return self.stop(self.desk_process)

    def station_code(self, kind, site="Reception"):
        return self.run("walkin-desk", "station-code", "--data", self.desk_directory, "--site", site, "--kind", kind,
                        "--json").json()["code"]

    def enroll(self, name, kind, site="Reception"):
        """A new station of this kind; returns its directory."""
        code = self.station_code(kind, site)
        station = self.directory / name
        self.walkin("enroll", "--station", station, "--desk", self.url, "--code", code)
        return station


class WorldTest(unittest.TestCase):
    """A test with a world of its own for the whole class."""

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.prepare(cls.world)

    @classmethod
    def prepare(cls, world):
        """What every test of the class finds there."""


class Display:
    """A virtual screen, and a finger on it."""

    def __init__(self, world, width=1080, height=1920):
        reader, writer = os.pipe()
        with open(world.logs / "display.log", "ab") as log:
            process = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24",
                                        "-dpi", "102", "-nolisten", "tcp", "-noreset"],
                                       pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        world.running.append(process)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            self.name = ":" + pipe.readline().strip()  # ends at once when Xvfb does
        if self.name == ":":
            raise AssertionError("Xvfb has not started: " + (world.logs / "display.log").read_text())
        self.environment = {**os.environ, "DISPLAY": self.name}
        self.environment.pop("WAYLAND_DISPLAY", None)

    def touch(self, x, y):
        subprocess.run(["xdotool", "mousemove", str(round(x)), str(round(y)), "click", "1"], env=self.environment,
                       check=True, timeout=20)

    def picture(self, path):
        subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=True, timeout=20)


class _Page(html.parser.HTMLParser):
    """The forms of a page, and its text without the marks."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.words, self._hidden, self._textarea = [], [], 0, None
        self.feed(text)
        self.text = re.sub(r"\s+", " ", " ".join(self.words))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("script", "style"):
            self._hidden += 1
        if tag == "form":
            self.forms.append({"action": attributes.get("action", ""), "method": attributes.get("method", "get"),
                               "fields": {}, "buttons": []})
        elif tag in ("input", "select", "textarea", "button") and self.forms and attributes.get("name"):
            form, name = self.forms[-1], attributes["name"]
            if tag == "button" or attributes.get("type") == "submit":
                form["buttons"].append((name, attributes.get("value", "")))
            elif attributes.get("type") not in ("checkbox", "radio") or "checked" in attributes:
                form["fields"][name] = attributes.get("value") or ""
            if tag == "textarea":
                self._textarea = name

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._hidden -= 1
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data):
        if self._textarea and self.forms:
            self.forms[-1]["fields"][self._textarea] += data
        if not self._hidden:
            self.words.append(data)


class Browser:
    """Reads the console's pages and sends its forms, without script, as a person does."""

    def __init__(self, url):
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open(self, path, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(urllib.parse.urljoin(self.url, path), data=data)
        if data is not None:
            request.add_header("Origin", self.url)
        try:
            with self.opener.open(request, timeout=30) as response:
                self.status, body = response.status, response.read().decode()
                self.location = response.url
        except urllib.error.HTTPError as error:
            self.status, body, self.location = error.code, error.read().decode(), error.url
        self.page = _Page(body)
        return self.page

    def form(self, field, action=""):
        """The form of this page that has a field of this name and goes to an address with this ending."""
        for form in self.page.forms:
            if field in form["fields"] and form["action"].endswith(action):
                return form
        raise AssertionError(f"no form with the field {field} at {self.location}: {self.page.text[:2000]}")

    def send(self, form, **values):
        action = form["action"] or self.location
        return self.open(urllib.parse.urljoin(self.location, action), {**form["fields"], **values})

    def sign_in(self, name, password):
        self.open("/console/sign-in")
        self.send(self.form("password"), name=name, password=password)
        if self.status != 200 or any("password" in form["fields"] for form in self.page.forms):
            raise AssertionError(f"signing in failed ({self.status}): {self.page.text[:500]}")
