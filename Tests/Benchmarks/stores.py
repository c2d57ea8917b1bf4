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
            gateways = self.rig.serve(**store)
            self.polls[name] = each(middle(gateways, "queries", due), "queries")
            wait(lambda: self._waiting(name, at) == 0, 0.2)
            self.polls[name]["twice"] = self.rig.counts()["queries"] - zero - due
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
                f"{poll['cpu']:.0f}"])
        table(["", "a second", "CPU µs", "server's", "transactions", "statements", "KB of WAL", "p50 ms", "p99 ms",
               "polls each", "polls a second", "CPU µs"], rows)
        print("For each pay-in from the first second on until polls begin: CPU of all gateways and of all of the "
              "server's processes, transactions (pg_stat_database), statements\n(pg_stat_statements), WAL. Polls each: "
              "of the whole run; polls a second: those that learn nothing and fall due together, with the gateways' "
              "CPU.\nEvery pay-in that was answered had one order at the provider.\n")
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
        targets.at_most("polls done twice", sum(poll["twice"] for poll in self.polls.values()), "{:,}", 0)
        targets.print()
