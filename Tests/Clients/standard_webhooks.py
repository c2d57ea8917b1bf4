"""Verifies a delivery with the public Standard Webhooks library (PyPI: standardwebhooks).

Arguments: the secret, webhook-id, webhook-timestamp, webhook-signature, and a file with the body.
"""

import sys

from standardwebhooks.webhooks import Webhook

secret, identifier, timestamp, signature, path = sys.argv[1:]
with open(path, "rb") as file:
    body = file.read()
message = Webhook(secret).verify(
    body.decode(), {
        "webhook-id": identifier, "webhook-timestamp": timestamp, "webhook-signature": signature,
    })
print(message["type"])
