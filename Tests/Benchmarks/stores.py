"""One gateway and several on PostgreSQL beside one on SQLite: what is measured of them, and its tables."""
import os
import time
from statistics import median

from cluster import SETTINGS, Cluster
from loads import each, load, make, middle
from report import Targets, spread, table
from rig import wait

FILE = "one gateway, SQLite"
SHARED = {"one gateway, PostgreSQL": 1, "two gateways, PostgreSQL": 2, "three gateways, PostgreSQL": 3}
CLIENTS = 64


class Stores:
    def __init__(self, rig, seconds, rounds):
        self.rig, self.seconds, self.rounds = rig, seconds, rounds
        self.loads, self.polls = {}, {}

    def measure(self, many, age):
        """So many pay-ins, so old, are asked for together."""
        self.cluster = Cluster(self.rig)
        if self.cluster.missing:
            return
        for number in range(self.rounds):
            print(f"round {number + 1} of {self.rounds}: stores", flush=True)
            for name in (FILE, *SHARED):
                self.rig.stop()
                self.cluster.clear()
                self.loads.setdefault(name, []).append(
                    load(self.rig.fresh(**self._store(name)), CLIENTS, self.seconds))
        self._poll(many, age)

    def _schema(self, name):
        return f"gateways{SHARED[name]}"

    def _store(self, name):
        """An empty one, and how many gateways serve it."""
        if name == FILE:
            return {}
        return {"store": self.cluster.store(self._schema(name)), "gateways": SHARED[name]}

    def _poll(self, many, age):
        print("polls that learn nothing, of each store", flush=True)
        self.rig.stop()
        self.cluster.clear()
        made = {}
        for name in (FILE, *SHARED):
            made[name] = self._store(name)
            make(self.rig, many, **made[name])
            self.rig.stop()
        time.sleep(age)
        for name, store in made.items():
            zero = self.rig.counts()["queries"]
            if name == FILE:
                due, at = self.rig.due_in(8, "fast-main")
            else:
                due, at = self.cluster.due_in(self._schema(name), 8, "fast-main")
            spent = middle(self.rig.serve(**store), "queries", due)
            wait(lambda: self._waiting(name, at) == 0, 0.2)
            again = self.rig.counts()["queries"] - zero - due
            # Later some are asked for again as they should be.
            self.polls[name] = {
                **each(spent, "queries"), "server": spent.counts["server_us"] / spent.counts["queries"],
                "twice": again if time.time() - at < age / 4 else None}
            self.rig.stop()

    def _waiting(self, name, at):
        """How many jobs are still due at that time."""
        if name == FILE:
            return self.rig.due_at("fast-main", at)
        return self.cluster.due_at(self._schema(name), "fast-main", at)

    def print(self):
        if self.cluster.missing:
            return print(f"Gateways on PostgreSQL: skipped: {self.cluster.missing}\n")
        settings = ", ".join(f"{name} = {value}" for name, value in SETTINGS.items())
        print(f"The same pay-ins with PostgreSQL on the same {os.cpu_count()} cores ({settings}; else as it is "
              f"shipped): {self.rounds} interleaved rounds of {self.seconds} s,\n{CLIENTS} clients spread over the "
              "gateways, their keys random; each run in empty tables.\n")
        rows = []
        for name, runs in self.loads.items():
            def of(figure, form):
                return form.format(median([row[figure] for row in runs]))

            def server(figure, form, unit=1):
                return form.format(median([row["each"][figure] / unit for row in runs])) if name in SHARED else ""
            poll = self.polls[name]
            rows.append([
                name, spread([row["rate"] for row in runs]), of("cpu", "{:.0f}"), server("server_us", "{:.0f}"),
                server("transactions", "{:.2f}"), server("statements", "{:.2f}"), server("wal", "{:.1f}", 1024),
                of("p50", "{:.1f}"), of("p99", "{:.1f}"), of("polls", "{:.2f}"), f"{poll['rate']:,.0f}",
                f"{poll['cpu']:.0f}", f"{poll['server']:.0f}" if name in SHARED else ""])
        table(["", "a second", "CPU µs", "server's µs", "transactions", "statements", "KB of WAL", "p50 ms",
               "p99 ms", "polls each", "polls a second", "CPU µs", "server's µs"], rows)
        print("For each pay-in from the first second on until polls begin: CPU of all gateways and of all of the "
              "server's processes, transactions\n(pg_stat_database), statements (pg_stat_statements), WAL. Polls each: "
              "of the whole run. Polls a second: those that learn nothing and\nfall due together, with the CPU of each. "
              "Every pay-in that was answered had one order at the provider.\n")
        self._targets()

    def _ratio(self, name, other, figure):
        """Of rounds, the median."""
        return median(
            [ours[figure] / theirs[figure] for ours, theirs in zip(self.loads[name], self.loads[other])])

    def _targets(self):
        one, two, three = SHARED
        targets = Targets()
        targets.at_least("PostgreSQL, one gateway, of SQLite's rate", self._ratio(one, FILE, "rate"), "{:.2f}", 0.7)
        targets.at_most("its CPU per pay-in, of SQLite's", self._ratio(one, FILE, "cpu"), "{:.2f}", 1)
        targets.at_least("two gateways, of one's rate", self._ratio(two, one, "rate"), "{:.2f}", 0.9)
        targets.at_least("three gateways, of one's rate", self._ratio(three, one, "rate"), "{:.2f}", 0.9)
        twice = [poll["twice"] for poll in self.polls.values()]
        if None in twice:
            print("They took so long that nobody can tell whether a poll was done twice.\n")
        else:
            targets.at_most("polls done twice", sum(twice), "{:,}", 0)
        targets.print()
