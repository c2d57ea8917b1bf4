"""A gateway beside the simulated providers, as the campaigns against the executable use it."""
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, body=None, headers={}, method=None):
    """Status, headers, bytes."""
    request = urllib.request.Request(
        url, None if body is None else json.dumps(body).encode(),
        {**({"Content-Type": "application/json"} if body is not None else {}), **headers}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def eventually(condition, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            if found := condition():
                return found
        except (OSError, ValueError):
            pass
        if time.monotonic() > end:
            raise TimeoutError("it did not come to pass")
        time.sleep(0.05)


def tied(*command):
    """A command whose process ends with the one that started it."""
    return ["setpriv", "--pdeathsig", "KILL", *command]


class Installation:
    """Starts nothing by itself, so that whatever was started is stopped, also where a start fails:

    with Installation(program, folder) as installation: …
    """

    def __init__(self, program, folder):
        self.program, self.folder, self.processes = program, folder, []
        self.port, self.sandbox_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def log(self):
        try:
            with open(f"{self.folder}/log") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def start(self, *arguments):
        with open(f"{self.folder}/log", "ab") as log:
            process = subprocess.Popen(
                tied(self.program, *arguments), cwd=self.folder, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def wait_for(self, look):
        try:
            return eventually(look)
        except TimeoutError:
            raise SystemExit(self.log()) from None

    def start_sandbox(self):
        """The accounts that the simulated providers have, as a configuration names them."""
        self.start("sandbox", "--port", str(self.sandbox_port), "--callbacks", self.url)
        accounts = self.wait_for(lambda: ask(f"{self.sandbox_url}/_sandbox/accounts")[2])
        return json.loads(accounts)["provider_accounts"]

    def start_gateway(self, rules, accounts, **members):
        os.makedirs(f"{self.folder}/rules")
        with open(f"{self.folder}/rules/rules.json5", "w") as file:
            json.dump(rules, file)
        with open(f"{self.folder}/pasarela.json5", "w") as file:
            json.dump({
                "listen": {"port": self.port}, "public_url": self.url,
                "store": "sqlite:pasarela.db", "rules": "rules", "provider_accounts": accounts,
                **members}, file)
        self.gateway = self.start("serve")
        self.wait_for(lambda: ask(f"{self.url}/health/ready")[0] == 200)

    def stop(self):
        """In the reverse order of their starts; one that does not end is killed, and a failure."""
        stuck = []
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                stuck.append(process.args)
        self.processes = []
        if stuck:
            raise RuntimeError(f"did not end within a minute: {stuck}")
