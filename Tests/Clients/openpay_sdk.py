"""Openpay's official Python SDK (PyPI: openpay) against the sandbox, whose URL is the argument.

Where a file is the second argument, what the SDK sends is written to it.
"""

import datetime
import os
import sys

os.environ["NO_PROXY"] = "*"

import openpay
import openpay_recording

base = sys.argv[1]
openpay.api_key = "sk_e568c42a6c384b7ab02cd47d2e407cab"
openpay.merchant_id = "mzdtln0bmtms6o3kck8f"
openpay.verify_ssl_certs = False
openpay.get_api_base = lambda: base

today = datetime.date.today()
due = (today + datetime.timedelta(days=3)).isoformat() + "T13:45:00"
since = (today - datetime.timedelta(days=2)).isoformat()
if len(sys.argv) > 2:
    openpay_recording.start(sys.argv[2], base, {due: "{due}", since: "{since}"})

# Customers: create, retrieve, update, list.
customer = openpay.Customer.create(
    name="Juan", last_name="Perez", email="juan@example.mx", phone_number="4423456723",
    address={
        "line1": "Calle 10", "line2": "col. san pablo", "line3": "entre la 1 y la 2",
        "state": "Queretaro", "city": "Queretaro", "postal_code": "76000", "country_code": "MX",
    },
)
assert customer.id and customer.status == "active", customer
again = openpay.Customer.retrieve(customer.id)
assert again.email == "juan@example.mx", again
again.name = "Juana"
again.save()
assert openpay.Customer.retrieve(customer.id).name == "Juana"
assert [each.id for each in openpay.Customer.all().data] == [customer.id]

# Charges of a customer: store and bank account.
store = customer.charges.create(
    method="store", amount=100.00, description="Cargo con tienda", order_id="sdk-0001",
    due_date=due)
assert store.status == "in_progress" and store.method == "store", store
assert store.payment_method.reference and store.payment_method.barcode_url, store
bank = openpay.Charge.create(
    customer=customer.id, method="bank_account", amount=150.50, description="Cargo con banco",
    order_id="sdk-0002")
assert bank.payment_method.clabe and bank.payment_method.type == "bank_transfer", bank
assert customer.charges.retrieve(store.id).order_id == "sdk-0001"
bank.refresh()
assert bank.amount == 150.50 and bank.customer_id == customer.id, bank
assert [each.order_id for each in customer.charges.all().data] == ["sdk-0002", "sdk-0001"]
assert [each.order_id for each in openpay.Charge.all(customer=customer.id, limit=1).data] == [
    "sdk-0002"]
recent = customer.charges.all(creation={"gte": since}, limit=5)
assert len(recent.data) == 2, recent

# Charges of the merchant.
person = {"name": "Ana", "last_name": "Prueba", "email": "ana@example.mx"}
merchant = openpay.Charge.create_as_merchant(
    method="store", amount=200, description="Cargo", order_id="sdk-0003", customer=person)
assert openpay.Charge.retrieve_as_merchant(merchant.id).order_id == "sdk-0003"
transfer = openpay.Charge.create_as_merchant(
    method="bank_account", amount=300, description="Cargo", order_id="sdk-0004", customer=person)
assert [each.order_id for each in openpay.Charge.as_merchant()] == ["sdk-0004", "sdk-0003"]

# What is refused is raised.
try:
    openpay.Charge.create_as_merchant(
        method="bank_account", amount=300, description="Cargo", order_id="sdk-0004")
except openpay.error.APIError as error:
    assert "error code: 1006" in str(error), error
else:
    raise AssertionError("a repeated order_id was taken")
try:
    openpay.Charge.retrieve_as_merchant("nothing")
except openpay.error.InvalidRequestError as error:
    assert "error code: 1005" in str(error), error
else:
    raise AssertionError("a charge was found that is not there")
try:
    transfer.refund(merchant=True)
except openpay.error.APIError as error:
    assert "error code: 1013" in str(error), error
else:
    raise AssertionError("a bank charge was refunded")
openpay.api_key = "sk_wrong"
try:
    openpay.Customer.all()
except openpay.error.AuthenticationError:
    pass
else:
    raise AssertionError("a wrong key was taken")
openpay.api_key = "sk_e568c42a6c384b7ab02cd47d2e407cab"

customer.delete()
assert openpay.Customer.all().data == []
print("all well")
