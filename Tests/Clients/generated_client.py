"""Calls the gateway with the client that openapi-python-client made of openapi/pasarela.json.

Arguments: the folder above the generated package `pasarela_client`, the gateway's URL, an API key.
"""

import sys

folder, gateway, key = sys.argv[1:]
sys.path.insert(0, folder)

from pasarela_client import AuthenticatedClient
from pasarela_client.api.pay_ins import create_payin, get_payin, list_payins
from pasarela_client.models import PayinRequest

client = AuthenticatedClient(base_url=gateway, token=key)
request = PayinRequest.from_dict({
    "merchant_reference": "generated-client", "amount": 15000, "currency": "MXN",
    "method": "spei", "description": "Two tickets",
    "payer": {"name": "Ana Prueba", "email": "ana@example.mx", "phone": "+525500000000"},
})
made = create_payin.sync_detailed(client=client, body=request, idempotency_key="generated-client")
assert made.status_code == 201, made
assert made.parsed.amount == 15000 and made.parsed.status == "pending", made.parsed
again = create_payin.sync_detailed(client=client, body=request, idempotency_key="generated-client")
assert again.parsed == made.parsed
read = get_payin.sync(made.parsed.id, client=client)
assert read.instructions == made.parsed.instructions, read
assert made.parsed.id in [each.id for each in list_payins.sync(client=client).data]
missing = get_payin.sync_detailed("payin_00000000000000000000000000", client=client)
assert missing.status_code == 404 and missing.parsed.code == "not_found", missing
