"""Writes down what Openpay's SDK sends, as Tests/Fixtures/openpay-sdk.jsonl holds it.

Each line has one request as the HTTP library was given it, and the members of the answer that say
something: `{any}` is text that differs each time, `{id1}` the first id that an answer brought.
"""

import json

import requests

VARIABLE = {"reference", "barcode_url", "clabe"}
TELLING = VARIABLE | {
    "amount", "customer_id", "email", "error_code", "method", "name", "order_id",
    "payment_method", "status", "store", "type",
}


def start(path, base, words):
    """Records from now on. `words` maps text that depends on the day to its placeholder."""
    words = {base: "{base}", **words}
    send = requests.Session.send
    file = open(path, "w", encoding="utf-8")

    def masked(text):
        for word, placeholder in words.items():
            text = text.replace(word, placeholder)
        return text

    def telling(value):
        if isinstance(value, list):
            return [telling(each) for each in value]
        if isinstance(value, dict):
            kept = {
                name: "{any}" if name in VARIABLE or (name, "bank" in value) == ("name", True)
                else telling(each)
                for name, each in value.items() if name in TELLING and each is not None
            }
            return {**({"id": words[value["id"]]} if "id" in value else {}), **kept}
        return masked(value) if isinstance(value, str) else value

    def recording(session, request, **options):
        line = {
            "method": request.method, "path": masked(request.url.removeprefix(base)),
            "headers": {
                name: value for name, value in sorted(request.headers.items())
                # The first names the machine that recorded; the others belong to the transport.
                if name not in (
                    "X-Openpay-Client-User-Agent", "Accept-Encoding", "Connection",
                    "Content-Length")
            },
        }
        if request.body is not None:
            line["body"] = masked(request.body)
        response = send(session, request, **options)
        line["status"] = response.status_code
        if response.content:
            answer = response.json()
            if isinstance(answer, dict) and "id" in answer and answer["id"] not in words:
                words[answer["id"]] = "{id%d}" % (1 + sum("{id" in each for each in words.values()))
            line["answer"] = telling(answer)
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        file.flush()
        return response

    requests.Session.send = recording
