"""Each request comes from an address of its own: after ten failed authentications one is answered 429."""
import itertools

from requests.adapters import HTTPAdapter

numbers, send = itertools.count(1), HTTPAdapter.send


def from_elsewhere(self, *arguments, **options):
    number = next(numbers)
    address = f"127.{1 + number // 62500 % 250}.{number // 250 % 250}.{1 + number % 250}"
    self.poolmanager.connection_pool_kw["source_address"] = (address, 0)
    return send(self, *arguments, **options)


HTTPAdapter.send = from_elsewhere
