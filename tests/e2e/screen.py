"""What the kiosk's window shows, read from the same tree that is spoken and walked by keypad, and touched with a
finger of xdotool's. The kiosk writes the tree to the file named by WALKIN_SEMANTICS_FILE."""

import re
import time

from harness import BIN, wait_for


class Node:
    """One thing on the screen."""

    def __init__(self, line):
        place, self.role, states, self.id, self.name = line.split("\t")
        x, y, self.width, self.height = map(float, place.split())
        self.states = set(states.split())
        self.x, self.y = x + self.width / 2, y + self.height / 2


class Screen:
    """The kiosk's window on a display."""

    ECHO_S = 0.6  # the kiosk takes a touch within half a second of a page's turn for an echo of the one before
    PRESSABLE = ("button", "choice", "chip", "toggle", "field")

    def __init__(self, world, display, station, name="kiosk"):
        self.display, self.file = display, world.directory / f"{name}.tree"
        self.file.unlink(missing_ok=True)
        self.title, self.turned = None, time.monotonic()
        environment = {**display.environment, "WALKIN_SEMANTICS_FILE": str(self.file), "LC_ALL": "C.UTF-8"}
        self.process = world.start(name, [BIN / "walkin-kiosk", "--station", station], environment)
        self.log = world.logs / f"{name}.log"

    def nodes(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the kiosk has ended ({self.process.returncode}): {self.log.read_text()}")
        try:
            lines = self.file.read_text().splitlines()
        except FileNotFoundError:
            return []
        nodes = [Node(line) for line in lines if line]
        title = next((node.name for node in nodes if node.role == "heading"), None)
        if title != self.title:
            self.title, self.turned = title, time.monotonic()
        return nodes

    def find(self, name, roles=PRESSABLE):
        fits = re.compile(name) if isinstance(name, str) else name
        for node in self.nodes():
            if node.role in roles and fits.fullmatch(node.name) and "behind" not in node.states:
                return node
        return None

    def words(self):
        return [node.name for node in self.nodes()]

    def wait(self, name, roles=PRESSABLE, seconds=20):
        try:
            return wait_for(f"{name} on the kiosk's screen", lambda: self.find(name, roles), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; there is: {self.words()}") from None

    def touch(self, name, roles=PRESSABLE):
        """Touches what has this name (a regular expression), once it is there and a touch counts."""
        self.wait(name, roles)
        wait_for("a touch counts again", lambda: time.monotonic() > self.turned + self.ECHO_S)
        node = self.wait(name, roles)
        self.display.touch(node.x, node.y)

    def touch_until(self, name, then, roles=PRESSABLE):
        """Touches, and waits for what it has to lead to."""
        self.touch(name, roles)
        return wait_for(f"what touching {name} leads to; there is: {self.words()}", then)

    def turn(self, name, title):
        """Touches what leads to the page with this title."""
        self.touch_until(name, lambda: self.find(title, ("heading",)))

    def fill(self, label, text):
        """Types into the field with this label, with the keyboard on the screen."""
        def is_typed_into():
            field = self.find(label, ("field",))
            return field and "selected" in field.states and self.find(".*", ("key",))

        if not is_typed_into():
            self.touch_until(label, is_typed_into, ("field",))
        for letter in text:
            self.touch(re.escape(self.key(letter)), ("key",))

    def key(self, letter):
        """The name of the key for this letter; shows the keys that it is among."""
        def is_shown():
            return self.find(re.escape(letter), ("key",))

        if letter == " ":
            return "space"
        try:
            wait_for("the keys that the last touch leads to", is_shown, 1)
        except AssertionError:
            is_other_case = letter.isalpha() and self.find(re.escape(letter.swapcase()), ("key",))
            self.touch_until("Capital letters" if is_other_case else "123|ABC", is_shown, ("key",))
        return letter
