"""What was measured, as tables, with the targets beside."""
import os
from statistics import median

DAY = 86_400
# What the gateway's jitter makes a delay longer by, on average.
JITTER = 1.05


def delay(age, left):
    """Seconds until an unpaid pay-in's order is asked for again, as Sources/Payins/PollSchedule.swift has it
    before the jitter: of one that is so old and expires in so long."""
    return min(max(int(age) // 4, 5), 1800, max(int(left) // 3, 15), int(left) + 5)


def polls(until, expires, dies=0):
    """How often an order that stays unpaid is asked for in so many seconds: of a pay-in that expires, and
    then, where its instrument lives longer, more seldom."""
    age, count = 0.0, 0
    while True:
        if age < expires:
            age += delay(age, expires - age) * JITTER
        elif age < dies:
            age += min(max(int(age) // 2, 3600), DAY) * JITTER
        else:
            return count
        if age > until:
            return count
        count += 1


def spread(values, form="{:,.0f}"):
    """The median, and between what it lies."""
    texts = [form.format(value) for value in (median(values), min(values), max(values))]
    return texts[0] if texts[1] == texts[2] else f"{texts[0]} ({texts[1]}–{texts[2]})"


def table(head, rows):
    cells = [head] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = ["| " + " | ".join(
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths))) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print("\n".join(lines) + "\n")


class Targets:
    """What was measured beside what is wanted."""

    def __init__(self):
        self.rows = []

    def _row(self, what, value, form, target, holds):
        self.rows.append([what, form.format(value), target, "yes" if holds else "no"])

    def at_most(self, what, value, form, most):
        self._row(what, value, form, "≤ " + form.format(most), value <= most)

    def at_least(self, what, value, form, least):
        self._row(what, value, form, "≥ " + form.format(least), value >= least)

    def print(self):
        table(["target", "measured", "", "held"], self.rows)


class Report:
    def __init__(self, seconds, rounds, sync_us):
        self.seconds, self.rounds, self.sync_us, self.loads, self.rates = seconds, rounds, sync_us, {}, {}

    def add(self, name, clients, row, proxy):
        """A load's figures beside those of nginx in the same round."""
        row["share"] = row["rate"] / proxy["rate"] * 100
        row["requests"] = row["cpu"] / proxy["cpu"]
        self.loads.setdefault((clients, name), []).append(row)

    def of(self, name, figure, clients=64):
        return [row[figure] for row in self.loads[clients, name]]

    def print(self):
        print(f"\nOn {os.cpu_count()} cores that load, provider and whatever is measured share; "
              f"{self.rounds} interleaved rounds of {self.seconds} s with 64 clients and of "
              f"{max(3, self.seconds // 3)} s with one:\nthe median (and between what it lies). "
              f"A 4 KB write and fdatasync took {self.sync_us:.0f} µs before.\n")
        self._loads()
        print("CPU is the measured process's own, per pay-in, and in nginx requests what nginx's takes for "
              "one that it proxies. CPU and KB are those\nfrom the first second on until polls begin; "
              "\"in all\" is the whole run's, polls included. Due and late: jobs at its end.\n")
        if self.peer_missing:
            print(f"FastAPI + httpx + SQLite: skipped: {self.peer_missing}\n")
        self._watched()
        self._parts()
        self._lives()
        self._targets()

    def _loads(self):
        rows = []
        for (clients, name), runs in sorted(self.loads.items(), key=lambda entry: -entry[0][0]):
            def of(figure, form="{:,.0f}"):
                return form.format(median([row[figure] for row in runs]))
            jobs = "due" in runs[0]
            rows.append([
                name, clients, spread([row["rate"] for row in runs]),
                spread([row["share"] for row in runs], "{:.1f}"),
                of("cpu"), of("requests", "{:.1f}"), of("kb", "{:.1f}"), of("cpu_all"), of("kb_all", "{:.1f}"),
                of("polls", "{:.2f}"), spread([row["p50"] for row in runs], "{:.2f}"),
                spread([row["p99"] for row in runs], "{:.1f}"),
                of("due") if jobs else "", max(row["late"] for row in runs) if jobs else ""])
        table(["", "clients", "a second", "% of nginx", "CPU µs", "in nginx requests", "KB", "CPU µs in all",
               "KB in all", "polls each", "p50 ms", "p99 ms", "due", "late s"], rows)

    def _watched(self):
        syncs = ("not given here" if self.syncs is None else f"{self.syncs:.3f}") + " (perf)"
        instructions = "not given here" if not self.instructions else f"{self.instructions:,.0f}"
        print(f"{2 * self.seconds} s with 64 clients, polls included, per pay-in: fsync and fdatasync {syncs}; "
              f"commits {self.commits:.3f} (pasarela_store_commits_total);\ninstructions in user mode "
              f"{instructions} (perf); polls {self.long_polls:.2f}. At its end {self.due:,} jobs are due, "
              f"the oldest for {self.late} s.\n")

    def _parts(self):
        rows = [[name, f"{part['rate']:,.0f}", f"{part['cpu']:.0f}", f"{part['kb']:.2f}"] for name, part in (
            (f"polls that learn nothing ({self.questions:.0f} questions each)", self.poll),
            ("callbacks that pay", self.callback), ("deliveries to a fast receiver", self.delivery))]
        rows += [[f"{name}, 64 clients", spread(values), "", ""] for name, values in self.rates.items()]
        table(["", "a second", "CPU µs", "KB"], rows)
        print("One client while another provider hangs 64 others: p50 "
              + spread([row["p50"] / 1000 for row in self.hanging], "{:.2f}") + " ms, p99 "
              + spread([row["p99"] / 1000 for row in self.hanging], "{:.1f}") + " ms.\n")

    def _lives(self):
        """Products: what was measured of the parts, times how often each comes in such a life."""
        making = {figure: median(self.of("pay-ins, random keys", figure)) for figure in ("cpu", "kb")}
        hour, unpaid = polls(3600, 3 * DAY), polls(3 * DAY + 60, 3 * DAY)
        after = polls(183 * DAY, 3 * DAY, 180 * DAY) - unpaid
        rows = []
        for name, count, paid in (("made, asked for during an hour, paid by callback, told", hour, 1),
                                  ("made, unpaid until it expires after three days", unpaid, 0)):
            def whole(figure):
                return (making[figure] + count * self.poll[figure]
                        + paid * (self.callback[figure] + self.delivery[figure]))
            rows.append([name, count, f"{whole('cpu') / 1000:.2f}", f"{whole('kb'):.0f}"])
        table(["a life", "polls", "CPU ms", "KB"], rows)
        self.unpaid_ms = unpaid * self.poll["cpu"] / 1000
        print(f"These are products of the parts above and of how often PollSchedule asks. About {after} more polls "
              "follow either in the 180 days that its CLABE lives.")
        if not self.schedule_fits:
            print("The stored due times are other than that schedule's: report.py counts what is no longer so.")
        print()

    def _targets(self):
        name, peer = "pay-ins, random keys", "FastAPI + httpx + SQLite"
        targets = Targets()
        share, cpu, one = (median(self.of(name, "share")), median(self.of(name, "cpu")),
                           median(self.of(name, "p50", 1)))
        targets.at_least("pay-ins, 64 clients, of nginx's proxying", share, "{:.1f} %", 20)
        if not self.peer_missing:
            ratios = [ours / theirs for ours, theirs in zip(self.of(name, "rate"), self.of(peer, "rate"))]
            targets.at_least("pay-ins, 64 clients, times FastAPI's", median(ratios), "{:.1f}", 13)
            targets.at_most("one client's p50, of FastAPI's", one / median(self.of(peer, "p50", 1)), "{:.2f}", 0.5)
        targets.at_most("one client's p99", median(self.of(name, "p99", 1)), "{:.1f} ms", 5)
        targets.at_most("CPU per pay-in", cpu, "{:.0f} µs", 150)
        targets.at_most("CPU per pay-in, in proxied requests", median(self.of(name, "requests")), "{:.1f}", 11)
        targets.at_most("written per pay-in, 64 clients, random keys", median(self.of(name, "kb")), "{:.1f} KB", 32)
        targets.at_most("the same, whole run with its polls", median(self.of(name, "kb_all")), "{:.1f} KB", 32)
        targets.at_most("written per pay-in, one client", median(self.of(name, "kb", 1)), "{:.1f} KB", 80)
        targets.at_most("CPU of a poll that learns nothing", self.poll["cpu"], "{:.0f} µs", 50)
        targets.at_most("written by it", self.poll["kb"], "{:.2f} KB", 2)
        targets.at_least("polls a second", self.poll["rate"], "{:,.0f}", 15_000)
        targets.at_most(f"oldest due job after {2 * self.seconds} s of full load", self.late, "{:.0f} s late", 5)
        targets.at_most("polls of an unpaid pay-in's three days, CPU", self.unpaid_ms, "{:.2f} ms", 3)
        targets.at_least("reads by id a second", median(self.rates["reads by id"]), "{:,.0f}", 30_000)
        targets.at_least("evaluate over 20 rules a second", median(self.rates["evaluate over 20 rules"]), "{:,.0f}",
                 20_000)
        if self.decision:
            targets.at_most("a decision over 1,000 rules", self.decision[0], "{:.0f} µs", 300)
            targets.at_most("for each of those rules", self.decision[1], "{:,.0f} ns", 1000)
        targets.at_least("deliveries a second", self.delivery["rate"], "{:,.0f}", 6_000)
        targets.print()
