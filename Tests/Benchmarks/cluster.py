"""A PostgreSQL server of the bench's own."""
import glob
import os
import re
import shutil
import subprocess
import time

from rig import children, cpu_us, eventually

# What differs from what PostgreSQL ships; commits wait for the disk, as they do there.
SETTINGS = {"shared_buffers": "256MB", "shared_preload_libraries": "pg_stat_statements"}
COUNTED = """
    SELECT xact_commit, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), (SELECT sum(calls) FROM pg_stat_statements)
    FROM pg_stat_database WHERE datname = current_database()"""


class Cluster:
    """On a socket in its folder, which is the rig's; whoever ends the rig's processes ends it. `missing`
    tells why there is none."""

    def __init__(self, rig):
        self.folder, self.missing = f"{rig.folder}/postgresql", None
        self.programs = max(
            glob.glob("/usr/lib/postgresql/*/bin"), default=None,
            key=lambda path: [int(digits) for digits in re.findall(r"\d+", path)])
        if not self.programs:
            self.missing = "PostgreSQL is not installed"
            return
        user = []
        os.makedirs(self.folder)
        if os.getuid() == 0:
            # It serves no root, and its own user has a way through the folder above.
            user = ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
            shutil.chown(self.folder, "postgres", "postgres")
            os.chmod(rig.folder, 0o711)
        made = subprocess.run(
            ["setpriv", *user, f"{self.programs}/initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A",
             "trust", "-E", "UTF8", "--locale=C"], cwd="/", capture_output=True, text=True)
        if made.returncode:
            self.missing = (made.stderr.strip().splitlines() or ["initdb failed"])[-1]
            return
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        # SIGQUIT ends all of its processes; a change of user takes back what the rig has set.
        self.process = rig.start(
            ["setpriv", *user, "--pdeathsig", "QUIT", f"{self.programs}/postgres", "-D", f"{self.folder}/data",
             "-k", self.folder, "--listen_addresses=", *settings])
        eventually(lambda: self.ask("SELECT true"))
        self.ask("CREATE EXTENSION pg_stat_statements SCHEMA public")
        rig.cluster = self

    def ask(self, *statements):
        """The last row's columns; ValueError where the server does not answer so."""
        asked = subprocess.run(
            [f"{self.programs}/psql", "-X", "-q", "-A", "-t", "-F", " ", "-v", "ON_ERROR_STOP=1", "-h", self.folder,
             "-U", "postgres", *(part for statement in statements for part in ("-c", statement))],
            capture_output=True, text=True)
        if asked.returncode:
            raise ValueError(asked.stderr)
        return (asked.stdout.strip().splitlines() or [""])[-1].split()

    def counts(self):
        """Since its start; the server's own are up to a second old."""
        transactions, wal, statements = (int(column) for column in self.ask(COUNTED))
        took = cpu_us(self.process.pid, ended=True)
        for child in children(self.process.pid):
            try:
                took += cpu_us(child)
            except OSError:  # It has just ended.
                pass
        return {"server_us": took, "transactions": transactions, "wal": wal, "statements": statements}

    def clear(self):
        """Drops every store; what was written is on the disk then."""
        schemas = self.ask("SELECT string_agg(nspname, ', ') FROM pg_namespace WHERE nspname LIKE 'gateways%'")
        if schemas:
            self.ask(f"DROP SCHEMA {' '.join(schemas)} CASCADE")
        self.ask("CHECKPOINT")

    def store(self, schema):
        """The address of an empty one."""
        self.ask(f"CREATE SCHEMA {schema}")
        return f"postgresql:host={self.folder} user=postgres dbname=postgres options='-c search_path={schema},public'"

    def due_in(self, schema, seconds, account):
        """As `Rig.due_in`."""
        due = time.time() + seconds
        count, = self.ask(
            f"WITH moved AS (UPDATE {schema}.jobs SET due_ms = {int(due * 1000)}, lease = NULL, lease_ms = NULL "
            f"WHERE account = '{account}' RETURNING 1) SELECT count(*) FROM moved")
        self.ask(f"VACUUM {schema}.jobs")
        return int(count), due

    def due_at(self, schema, account, due):
        count, = self.ask(
            f"SELECT count(*) FROM {schema}.jobs WHERE account = '{account}' AND due_ms = {int(due * 1000)}")
        return int(count)
