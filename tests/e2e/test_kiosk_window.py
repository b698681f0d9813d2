"""A customer at the kiosk's window, from the greeting to the answer: with the desk away, and the power cut after."""

import re
import unittest

from harness import Browser, Display, World, leaves, wait_for
from screen import Screen

NAME, MAIL, WORDS, TAG, MODEL = ("Quillfeather", "quillfeather@example.org", "Flickerbulb hums", "LT-0815",
                                 "Thinkslab")
PASSWORD = "correct horse battery staple"


class Customer(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)

    def register_at(self, screen):
        """A guest with a computer, all fields given; returns the ticket's code and the number of the day."""
        screen.turn("Get help.*", "Who are you\\?")
        screen.turn("I’m a guest", "How can we reach you\\?")
        screen.fill("Your name", NAME)
        screen.fill("E-mail", MAIL)
        screen.turn("Continue", "What is it about\\?")
        screen.turn("Computer", "Which computer\\?")
        for label, text in (("Number on the label", TAG), ("Make and model", MODEL)):
            screen.fill(label, text)
            screen.touch_until("Done", lambda: not screen.find(".*", ("key",)))
        for chip in ("Windows", "16.GB"):
            screen.touch_until(chip, lambda chip=chip: "selected" in screen.find(chip).states)
        screen.turn("Continue", "What is happening\\?")
        screen.fill("What is happening\\?", WORDS)
        screen.turn("Continue", "How much does it stop you\\?")
        for choice in ("I can work, but it’s hard", "My team"):
            screen.touch_until(choice, lambda choice=choice: "selected" in screen.find(choice).states)
        screen.turn("Continue", "And if it waits until tomorrow\\?")
        screen.turn("It gets harder for us", "Is everything right\\?")
        shown = " ".join(screen.words())
        for text in (NAME, MAIL, WORDS, TAG, MODEL, "16\u00a0GB"):
            self.assertIn(text, shown)
        screen.turn("Send, get my number", "You are in the queue")
        words = screen.words()
        code = next(word for word in words if word.count("-") == 2 and word[-2] == "-")
        number = next(word for word in words if re.fullmatch("[A-Z] [0-9]+", word))  # as it is spoken
        return code, number.replace(" ", "")

    def assert_keeps_nothing_readable(self, kiosk):
        files = [path for path in kiosk.rglob("*") if path.is_file()]
        self.assertTrue(files)
        for path in files:
            content = path.read_bytes().lower()
            for text in (NAME, MAIL, *WORDS.split(), TAG, MODEL):
                for form in (text.lower().encode(), text.lower().encode("utf-16-le")):
                    self.assertNotIn(form, content, f"{text} stands in the kiosk's {path.name}")

    def test_registered_offline_survives_a_power_cut_and_is_answered(self):
        world = self.world
        world.make_desk()
        world.add_user("ana", "front_line", PASSWORD)
        world.start_desk()
        kiosk = world.enroll("kiosk-station", "kiosk")
        technician = world.enroll("technician-station", "technician")
        world.stop_desk()

        display = Display(world)
        screen = Screen(world, display, kiosk)
        screen.wait("Get help.*")
        code, number = self.register_at(screen)
        self.assert_keeps_nothing_readable(kiosk)
        world.kill(screen.process)
        self.assert_keeps_nothing_readable(kiosk)

        status = ["status", "--station", kiosk, "--json"]
        self.assertEqual(world.walkin(*status).json()["outbox"], 1)
        screen = Screen(world, display, kiosk, "kiosk-again")
        screen.wait("Get help.*")
        self.assertNotIn(NAME, " ".join(screen.words()))
        world.start_desk()
        wait_for("the kiosk has sent the ticket", lambda: world.walkin(*status).json()["outbox"] == 0, 90)

        browser = Browser(world.url)
        browser.sign_in("ana", PASSWORD)
        page = browser.open(f"/console/tickets/{code}")
        self.assertEqual(browser.status, 200)
        for text in (code, number, NAME, MAIL, WORDS, TAG, MODEL, "Windows"):
            self.assertIn(text, page.text)
        self.assertRegex(page.text, r"16 ?GB|16[ ,.]?384")

        browser.send(browser.form("text", "/reply"), text="Turn the Flickerbulb off and on again.")
        self.assertEqual(browser.status, 200)
        world.walkin("sync", "--station", technician)
        shown = leaves(world.walkin("show", code, "--station", technician, "--json").json())
        for text in ("Turn the Flickerbulb off and on again.", NAME, MAIL, WORDS, TAG, MODEL, 16384, "computer",
                     "medium", "team", number):
            self.assertIn(text, shown)

        self.assertEqual(world.stop(screen.process), 0, "the kiosk stops when it is told to")
        self.assert_keeps_nothing_readable(kiosk)
        world.stop_desk()
        for log in world.logs.iterdir():
            content = log.read_bytes().lower()
            for text in (NAME, MAIL, WORDS, TAG, PASSWORD):
                self.assertNotIn(text.lower().encode(), content, f"{text} stands in {log.name}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
