"""Stations and a desk, real programs over real HTTP, with a line between them that loses, cuts, delays and lies."""

import os
import unittest

import proxy
from world import FaultWorld

# Between two bytes at which a connection is cut. WALKIN_FAULTS_STRIDE=1 cuts at every one, which takes minutes.
STRIDE = int(os.environ.get("WALKIN_FAULTS_STRIDE", "0"))


class Network(unittest.TestCase):
    def setUp(self):
        self.world = FaultWorld()
        self.addCleanup(self.world.close)
        self.world.open()
        self.station, self.other = self.world.stations
        self.proxy = self.world.proxy

    def fails(self, *faults, options=(), path=None):
        """One try to sync that must not get through; returns what the station said."""
        self.proxy.next(*faults, path=path)
        outcome = self.world.sync(self.station, *options)
        self.assertEqual(outcome.code, 1, outcome)
        self.assertEqual(self.proxy.left(), 0, "the fault was not met")
        self.assertFalse(outcome.json()["in_sync"], outcome)
        self.assertNotIn("terminate", outcome.err)
        return outcome

    def waits(self):
        return self.world.status(self.station)["outbox"]

    def test_a_reply_lost_after_the_desk_committed_leaves_nothing_twice(self):
        for _ in range(3):
            self.world.register(self.station)
            self.fails(proxy.reply_lost, path="/sync/v1/push")
        self.assertEqual(self.waits(), 3)
        self.fails(proxy.reply_lost, path="/sync/v1/pull")
        self.assertEqual(self.waits(), 0)
        self.world.settle()

    def sweep(self, cut, path, size, every_byte_of):
        """Cuts at one place after another; every few cuts one exchange gets through."""
        stride = STRIDE or every_byte_of
        for number, at in enumerate(range(0, size, stride)):
            if number % 8 == 0:
                self.world.sync(self.station)
                self.world.register(self.station)
            self.proxy.next(cut(at), path=path)
            self.world.sync(self.station)
            self.assertEqual(self.proxy.left(), 0)
        self.world.settle()

    def sizes(self, path):
        """Of a request and a reply, with one customer waiting."""
        seen = []

        def measure(x):
            reply = x.ask()
            seen.append((len(x.request), len(reply)))
            x.answer(reply)
        self.world.register(self.station)
        self.proxy.next(measure, path=path)
        self.world.sync(self.station)
        return seen[0]

    def test_a_push_cut_after_every_nth_byte_of_its_request(self):
        self.sweep(proxy.request_cut, "/sync/v1/push", self.sizes("/sync/v1/push")[0], 23)

    def test_a_push_cut_after_every_nth_byte_of_its_reply(self):
        self.sweep(proxy.reply_cut, "/sync/v1/push", self.sizes("/sync/v1/push")[1], 11)

    def test_a_pull_cut_after_every_nth_byte_of_its_request(self):
        self.sweep(proxy.request_cut, "/sync/v1/pull", self.sizes("/sync/v1/pull")[0], 17)

    def test_a_pull_cut_after_every_nth_byte_of_its_reply(self):
        self.sweep(proxy.reply_cut, "/sync/v1/pull", self.sizes("/sync/v1/pull")[1], 29)

    def test_a_slow_line_is_no_fault(self):
        self.world.register(self.station)
        self.proxy.next(proxy.delayed(0.5), proxy.trickled(16, 0.01), proxy.delayed(0.2))
        outcome = self.world.sync(self.station)
        self.assertEqual(outcome.code, 0, outcome)
        self.proxy.always = proxy.trickled(16, 0.003)
        for _ in range(3):
            self.world.register(self.station)
            self.assertEqual(self.world.sync(self.station).code, 0)
        self.world.settle()

    def test_a_half_open_line_is_given_up_and_tried_again(self):
        self.world.register(self.station)
        for fault in (proxy.never_answered, proxy.half_answered, proxy.endless):
            outcome = self.fails(fault, options=("--timeout", "1"))
            self.assertIn("tried again", outcome.err)
        self.assertEqual(self.waits(), 1)
        self.world.settle()

    def test_a_captive_portal_is_offline_and_no_answer(self):
        self.world.register(self.station)
        for fault in (proxy.portal, proxy.redirected, proxy.bad_gateway):
            outcome = self.fails(fault)
            self.assertIn("not a Walkin desk", outcome.err)
        self.fails(proxy.portal_in_disguise)
        self.assertEqual(self.waits(), 1)
        self.fails(proxy.portal, path="/sync/v1/pull")
        self.world.settle()

    def test_bytes_changed_on_the_way_are_noticed(self):
        for fault in (proxy.gzip_truncated, proxy.gzip_corrupted, proxy.reply_corrupted):
            self.world.register(self.station)
            self.fails(fault, path="/sync/v1/push")
            self.fails(fault, path="/sync/v1/pull")
        self.world.settle()

    def test_a_request_changed_on_the_way_writes_nothing_wrong(self):
        for _ in range(8):
            code = self.world.register(self.station)
            self.world.note(self.station, code, "A note beside it.")
            self.proxy.next(proxy.request_corrupted, path="/sync/v1/push")
            self.world.sync(self.station)
        self.world.settle()

    def test_a_request_that_arrives_twice_is_done_once(self):
        self.proxy.always = proxy.doubled
        for _ in range(5):
            self.world.register(self.station)
            self.assertEqual(self.world.sync(self.station).code, 0)
        self.world.settle()

    def test_requests_that_arrive_late_and_in_another_order_change_nothing(self):
        for _ in range(4):
            code = self.world.register(self.station)
            self.fails(proxy.late, path="/sync/v1/push")
            self.world.note(self.station, code, "Written while the first try was on its way.")
        self.assertEqual(self.world.sync(self.station).code, 0)
        self.world.register(self.station)
        self.proxy.deliver_late()
        self.world.settle()

    def test_a_line_that_breaks_at_random_delivers_everything_in_the_end(self):
        faults = [proxy.reply_lost, proxy.portal, proxy.bad_gateway, proxy.doubled, proxy.gzip_corrupted,
                  proxy.delayed(0.05), proxy.late, proxy.passes, proxy.passes]
        random = self.world.random

        def any_fault(x):
            chosen = random.choice(faults + [proxy.request_cut(random.randrange(len(x.request))),
                                             proxy.reply_cut(random.randrange(400))])
            chosen(x)
        self.proxy.always = any_fault
        for number in range(24):
            station = self.world.stations[number % 2]
            self.world.register(station)
            self.world.sync(station)
            if number % 6 == 5:
                self.proxy.deliver_late()
        self.world.settle()


if __name__ == "__main__":
    unittest.main()
