"""The page behind a ticket's QR code, read and used without script as a customer's phone does."""

import contextlib
import json
import sqlite3
import unittest
import urllib.request

from harness import Browser, WorldTest, leaves

PASSWORD = "a long password of the desk"


class StatusPage(WorldTest):
    @classmethod
    def prepare(cls, world):
        world.make_desk()
        world.add_user("ana", "front_line", PASSWORD)
        world.start_desk()
        cls.laptop = world.enroll("laptop", "technician", "Library")
        world.run("walkin-desk", "site", "set", "--data", world.desk_directory, "--site", "Library",
                  "organisation=Town of Northwater", f"public_address={world.url}", "time_zone=Europe/Oslo")

    def ticket(self, kiosk="kiosk"):
        """A ticket from a kiosk, and its link as the kiosk makes it."""
        kiosk = self.world.directory / kiosk
        if not kiosk.exists():
            self.world.enroll(kiosk.name, "kiosk", "Library")
        made = self.world.walkin("register", "--station", kiosk, "--json", input=json.dumps(
            {"contact": {"name": "Maria Nilsen", "email": "maria@example.org"},
             "description": "The dock drops both screens"})).json()
        self.world.walkin("sync", "--station", kiosk)
        link = self.world.walkin("link", made["code"], "--station", kiosk, "--json").json()["link"]
        return made, link.removeprefix(self.world.url)

    def browser(self, language="en"):
        browser = Browser(self.world.url)
        browser.opener.addheaders = [("Accept-Language", language)]
        return browser

    def button(self, browser, action):
        for form in browser.page.forms:
            if ("do", action) in form["buttons"]:
                return form
        raise AssertionError(f"no button {action}: {browser.page.text}")

    def press(self, browser, action, **values):
        return browser.send(self.button(browser, action), do=action, **values)

    def technician(self, *arguments):
        self.world.walkin("sync", "--station", self.laptop)
        self.world.walkin(*arguments, "--station", self.laptop)
        self.world.walkin("sync", "--station", self.laptop)

    def history(self, code):
        self.world.walkin("sync", "--station", self.laptop)
        return self.world.walkin("show", code, "--station", self.laptop, "--json").json()["history"]

    def solve(self, code):
        self.technician("set", code, "status=solved")

    def test_it_says_how_the_ticket_stands_in_three_languages(self):
        made, link = self.ticket()
        page = self.browser().open(link)
        for words in ("We have your request", made["code"], made["queue_number"], "Town of Northwater", "Received",
                      "The dock drops both screens"):
            self.assertIn(words, page.text)
        self.assertIn("Tenemos su solicitud", self.browser("es-MX, en;q=0.5").open(link).text)
        self.assertIn("Vi har fått saken din", self.browser("fr, nb;q=0.9, en;q=0.8").open(link).text)
        self.assertIn("Tenemos su solicitud", self.browser("nb").open(link + "?lang=es").text)

    def test_a_customer_writes_and_staff_reads_it_as_theirs(self):
        made, link = self.ticket()
        browser = self.browser()
        browser.open(link)
        self.press(browser, "note", text="  It happens after lunch. ")
        self.assertEqual(browser.status, 200)
        self.assertIn("Sent.", browser.page.text)
        self.assertIn("It happens after lunch.", browser.page.text)
        note = self.history(made["code"])[-1]
        self.assertEqual((note["kind"], note["by"]), ("note", ""))
        self.assertIn("It happens after lunch.", leaves(note))

    def test_what_staff_writes_for_staff_is_never_there(self):
        made, link = self.ticket()
        self.technician("note", made["code"], "The customer is difficult")
        staff = Browser(self.world.url)
        staff.sign_in("ana", PASSWORD)
        staff.open(f"/console/tickets/{made['code']}")
        staff.send(staff.form("text", "/reply"), text="We swap the dock today")
        page = self.browser().open(link)
        self.assertIn("We swap the dock today", page.text)
        self.assertNotIn("difficult", page.text)
        self.assertNotIn("maria@example.org", page.text)

    def test_solved_is_confirmed_and_rated_in_one_form_and_opened_again_later(self):
        made, link = self.ticket()
        self.solve(made["code"])
        browser = self.browser()
        self.assertIn("Is it solved for you?", browser.open(link).text)
        self.press(browser, "yes", stars="4", word="Quick")
        self.assertIn("It is solved", browser.page.text)
        kinds = {e["kind"]: e for e in self.events(made["code"])}
        self.assertEqual(kinds["confirmed"]["body"]["solved"], True)
        self.assertEqual(kinds["rated"]["body"]["stars"], 4)
        self.press(browser, "reopen")
        self.assertIn("It is open again", browser.page.text)
        self.assertEqual(self.history(made["code"])[-1]["kind"], "reopened")

    def events(self, code):
        """From the desk's own file, for a closed ticket leaves technicians' stations."""
        with contextlib.closing(sqlite3.connect(f"file:{self.world.desk_directory / 'tickets.db'}?mode=ro", uri=True)) as db, db:
            rows = db.execute("SELECT e.kind, e.body FROM events e JOIN tickets t ON t.ticket = e.ticket "
                              "WHERE t.code = ? ORDER BY e.position", (code,)).fetchall()
        return [{"kind": kind, "body": json.loads(body)} for kind, body in rows]

    def test_not_solved_opens_it_again(self):
        made, link = self.ticket()
        self.solve(made["code"])
        browser = self.browser("nb")
        browser.open(link)
        self.press(browser, "no")
        self.assertIn("Saken er åpen igjen", browser.page.text)
        self.assertIn("Vi jobber med saken", browser.page.text)
        last = self.events(made["code"])[-1]
        self.assertEqual((last["kind"], last["body"]["solved"]), ("confirmed", False))

    def test_solved_already_closes_it(self):
        made, link = self.ticket()
        browser = self.browser()
        browser.open(link)
        self.press(browser, "already")
        self.assertIn("It is solved", browser.page.text)
        self.press(browser, "rate", stars="")
        self.assertEqual(browser.status, 422)
        self.assertIn("Choose a star first.", browser.page.text)

    def test_the_place_in_the_queue(self):
        world = self.world
        world.enroll("busy", "kiosk", "Museum")
        world.run("walkin-desk", "site", "set", "--data", world.desk_directory, "--site", "Museum",
                  f"public_address={world.url}")
        links = [self.ticket("busy")[1] for _ in range(3)]
        self.assertIn("You are next.", self.browser().open(links[0]).text)
        self.assertIn("2 people are ahead of you.", self.browser().open(links[2]).text)

    def test_a_link_that_is_none_says_how_to_get_a_new_one_in_the_same_words(self):
        made, link = self.ticket()
        pages = []
        wrong = link[:-1] + ("0" if link[-1] != "0" else "1")
        for path in (wrong, f"/t/{made['code']}", "/t/nonsense", "/t/"):
            browser = self.browser()
            pages.append(browser.open(path).text)
            self.assertEqual(browser.status, 404, path)
        self.assertIn("For a new one", pages[0])
        self.assertEqual(len(set(pages)), 1)

    def test_forms_of_others_and_without_a_token_change_nothing(self):
        made, link = self.ticket()
        before = len(self.history(made["code"]))
        browser = self.browser()
        browser.open(link)
        form = self.button(browser, "note")
        browser.send(form, do="note", text="x", token="0" * 96)
        self.assertEqual(browser.status, 403)
        stranger = self.browser()
        stranger.location = self.world.url
        stranger.send(form, do="note", text="x")
        self.assertEqual(stranger.status, 403)
        for action in ("yes", "no", "reopen", "rate", "", "delete"):
            browser.open(link)
            browser.send(self.button(browser, "note"), do=action, text="x", stars="5")
            self.assertEqual(browser.status, 409, action)
        for text, status in (("", 422), ("x" * 4001, 422), ("a\u202eb", 422)):
            browser.open(link)
            self.press(browser, "note", text=text)
            self.assertEqual(browser.status, status)
        self.assertEqual(len(self.history(made["code"])), before)

    def test_the_answer_keeps_script_caches_and_other_sites_out(self):
        _, link = self.ticket()
        with urllib.request.urlopen(self.world.url + link, timeout=30) as answer:
            headers, body = answer.headers, answer.read().decode()
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertNotIn("script-src", headers["Content-Security-Policy"])
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertRegex(headers["Set-Cookie"], r"HttpOnly; SameSite=Lax")
        self.assertNotRegex(body, r"<script|\sstyle=|\son\w+=")
        self.assertIn('<html lang="en">', body)

    def test_one_link_cannot_fill_a_ticket_and_one_address_cannot_try_many_links(self):
        _, link = self.ticket()
        browser = self.browser()
        for i in range(21):
            browser.open(link)
            self.press(browser, "note", text=f"note {i}")
        self.assertEqual(browser.status, 429)
        stranger = self.browser()
        stranger.opener.addheaders.append(("X-Forwarded-For", "192.0.2.7"))
        statuses = []
        for i in range(22):
            stranger.open(f"/t/LB-0001-7.{i:026}")
            statuses.append(stranger.status)
        self.assertEqual((statuses[0], statuses[-1]), (404, 429))


if __name__ == "__main__":
    unittest.main(verbosity=2)
