"""Verifies deliveries with the public Standard Webhooks library (PyPI: standardwebhooks).

Arguments: the URLs of gateway and sandbox, and an API key.
"""

import http.server
import json
import queue
import sys
import threading
import urllib.request

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

gateway, sandbox, key = sys.argv[1:]
received = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received.put((body, dict(self.headers)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def post(url, body, **headers):
    request = urllib.request.Request(
        url, json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {key}", **headers})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def is_genuine(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = post(
    f"{gateway}/v1/webhook_endpoints", {"url": f"http://127.0.0.1:{server.server_port}/hooks"})
payin = post(
    f"{gateway}/v1/payins", {
        "merchant_reference": "standard-webhooks", "amount": 15000, "currency": "MXN",
        "method": "spei", "description": "Dos boletos, ¿sí?",
        "payer": {"name": "Ana Prueba", "email": "ana@example.mx", "phone": "+525500000000"},
    }, **{"Idempotency-Key": "standard-webhooks"})
post(f"{sandbox}/_sandbox/orders/{payin['provider_order_id']}/pay", {})
for expected in ["payin.pending", "payin.succeeded"]:
    body, headers = received.get(timeout=30)
    message = Webhook(endpoint["secret"]).verify(body, headers)
    assert (message["type"], message["data"]["id"]) == (expected, payin["id"]), message
    assert not is_genuine(endpoint["secret"], body + b" ", headers)
    assert not is_genuine("whsec_" + "A" * 32, body, headers)
