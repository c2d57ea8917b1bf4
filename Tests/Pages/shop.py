"""A gateway with the simulated providers, and beside them a provider that says what it is told to."""
import hashlib
import http.server
import json
import os
import struct
import sys
import threading
import zlib

sys.path.insert(0, f"{os.path.dirname(os.path.abspath(__file__))}/../Python")
from installation import Installation, ask

KEY = "pk_pages"
SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 40" width="96" height="40">
<style>.a{fill:#b5123e}</style><circle class="a" cx="20" cy="20" r="18"/><text x="44" y="28" font-family="serif"
 font-size="24" fill="#222">Ana</text><script>parent.document.title='run'</script></svg>"""
# Every special sign with a sign that joins from before and one that joins from behind.
SIGNS = "".join(f"\u0600{sign}\u0301" for sign in "<>&\"'")
HOSTILE = f"<evil-x onclick=alert(1)>\u0600<evil-x>\u0301</script><img src=//evil.example/x onerror=alert(1)>{SIGNS}"


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    row = b"\0" + b"\x1d\x6b\x5c" * 32
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(row * 32)) + chunk(b"IEND", b""))


class Stub:
    """Speaks Openpay; `method` is the next charge's payment_method, `mode` how it behaves."""

    def __init__(self):
        stub = self
        self.method, self.mode, self.charges = {}, "fine", {}
        self.reached, self.release = threading.Event(), threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                mode = stub.mode
                if mode == "silent":
                    stub.reached.set()
                    stub.release.wait(110)
                if mode != "fine":
                    return self.answer(500, {})
                charge = {"id": f"tr{len(stub.charges):018}", "amount": order["amount"], "currency": "MXN",
                          "method": order["method"], "status": "in_progress", "order_id": order["order_id"],
                          "payment_method": stub.method, "authorization": None}
                stub.charges[charge["id"]] = charge
                self.answer(200, charge)

            def do_GET(self):
                self.answer(500, {})

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Shop(Installation):
    def __init__(self, program, folder):
        super().__init__(program, folder)
        self.stub, self.made, self.tokens = Stub(), 0, set()

    def prepare(self):
        accounts = self.start_sandbox()
        for name in ("stub", "slow"):
            accounts.append({
                "id": name, "provider": "openpay", "base_url": self.stub.url, "merchant_id": "mstub",
                "private_key": "sk_stub", "timeout_seconds": 120,
                "callback": {"user": "stub", "password": "a password of the stub"}})
        targets = [f"{a['id']}/{m}" for a in accounts if a["provider"] != "paynet" for m in ("spei", "store")]
        rules = [{
            "name": target.replace("/", "-"),
            "when": f"'target' in payin.metadata && payin.metadata['target'] == '{target}'",
            "route": {"priority": [target]}} for target in targets if target != "smilepayz-main/store"]
        for name, data in (("ana.svg", SVG), ("logo.png", png())):
            with open(f"{self.folder}/{name}", "wb") as file:
                file.write(data)

        def merchant(name, display):
            digest = hashlib.sha256(f"{KEY}_{name}".encode()).hexdigest()
            return {"id": name, "name": name, "display": display, "api_keys": [
                {"id": "k", "sha256": digest, "scopes": ["payins:write", "payins:read", "admin"]}]}

        self.start_gateway(
            {"rules": rules, "otherwise": {"priority": ["openpay-main/spei"]}}, accounts,
            limits={"request_seconds": 1},
            merchants=[
                merchant("ana", {"name": "Tienda Ana", "logo": "ana.svg", "colour": "#b5123e",
                                 "beneficiary": "Comercializadora Ana SA de CV"}),
                merchant("lima", {"name": "Limonería", "logo": "logo.png", "colour": "#c6e03a"}),
                merchant("evil", {"name": HOSTILE[:60], "beneficiary": HOSTILE[:80]})])

    def stop(self):
        self.stub.release.set()
        super().stop()

    def call(self, path, body=None, merchant="ana", headers={}):
        status, _, data = ask(self.url + path, body, {"Authorization": f"Bearer {KEY}_{merchant}", **headers})
        assert status in (200, 201, 202), (path, status, data)
        return json.loads(data)

    def make(self, target, merchant="ana", **members):
        self.made += 1
        body = {"merchant_reference": f"A-{1000 + self.made}", "amount": 1234567, "currency": "MXN",
                "method": target.split("/")[1], "description": "2 boletos para el concierto del sábado",
                "payer": {"name": "Ana Prueba", "email": "ana@example.mx", "phone": "+525500000000"},
                "return_url": "https://shop.example/done?a=1&b=2", "metadata": {"target": target}, **members}
        made = self.call("/v1/payins", body, merchant, {"Idempotency-Key": f"k{self.made}"})
        self.tokens.add(made["hosted_url"].rsplit("/", 1)[1])
        return made

    def stubbed(self, target="stub/store", merchant="ana", mode="fine", method={}, **members):
        self.stub.method, self.stub.mode = method, mode
        self.stub.reached.clear()
        made = self.make(target, merchant, **members)
        if mode == "silent" and not self.stub.reached.wait(30):
            raise TimeoutError("the silent provider was not asked")
        self.stub.mode = "fine"
        return made

    def stored(self, reference, **members):
        return self.stubbed(method={"type": "store", "reference": reference}, **members)

    def settle(self, payin, merchant="ana"):
        return self.call(f"/v1/payins/{payin['id']}/sync", {}, merchant)

    def control(self, path, body={}):
        status, _, data = ask(self.sandbox_url + "/_sandbox/" + path, body)
        assert status == 200, (path, status, data)

    def order(self, payin, action, body={}):
        self.control(f"orders/{payin['provider_order_id']}/{action}", body)
        return self.settle(payin)
