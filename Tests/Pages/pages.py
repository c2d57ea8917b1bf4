#!/usr/bin/env python3
"""Measures the payer's page, and looks at the operator's, in a real browser.

Every state at three widths and printed, in both languages: the state it should show, nothing wider
than the screen, nothing asked of elsewhere, no complaint of the browser, no finding of axe-core, one
sheet of paper, few bytes. Bar codes are read off the pictures. What others wrote stays text.

Usage: pages.py PASARELA AXE FOLDER [short]

The short form looks at each state on a phone, in both languages, and at a few lengths of bar codes.
"""
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time

from shop import HOSTILE, KEY, Shop
from browser import Browser, Tab
from installation import ask, eventually

SHORT = sys.argv[4:] == ["short"]
SIZES = [(320, 2), (390, 3), (1280, 1)]
LENGTHS = (16, 33, 40) if SHORT else range(16, 41)
MOST_BYTES = 15 * 1024
passed, faults, figures = 0, [], {"pages": 0, "axe": 0, "bars": 0, "bytes": 0, "raw": 0, "requests": 0}


def check(name, condition, detail=""):
    global passed
    if condition:
        passed += 1
    else:
        faults.append(f"{name}: {detail}")
        print(f"failed: {name}: {detail}", flush=True)


def read_bars(picture):
    found = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Scode128.enable", picture],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return found.stdout.split()


def read_squares(picture):
    found = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return found.stdout.split()


def cases(shop):
    """Name, state, address and store reference of every page that there is to see."""
    past = shop.stubbed(method={"type": "store", "reference": "1010101234567890"}, expires_in=60)
    out = []

    def add(name, state, payin, reference=None):
        out.append((name, state, payin["hosted_url"], reference))

    shop.control("settings", {"openpay_shape": "current"})
    add("waiting-bbva", "waiting", shop.make("openpay-main/spei"))
    shop.control("settings", {"openpay_shape": "seed"})
    add("waiting-older-openpay", "waiting", shop.make("openpay-main/spei", amount=50))
    shop.control("settings", {"cashypay_mode": "centralised"})
    add("waiting-centralised", "waiting", shop.make("cashypay-main/spei", amount=50000))
    shop.control("settings", {"cashypay_mode": "per_order"})
    add("waiting-clabe", "waiting", shop.make("cashypay-main/spei", amount=50000, expires_in=7000))
    add("waiting-lima", "waiting", shop.make("smilepayz-main/spei", "lima", amount=1500000))
    paynet = shop.make("openpay-main/store")
    add("waiting-paynet", "waiting", paynet, paynet["instructions"]["reference"])
    oxxo = shop.make("cashypay-main/store", amount=50000)
    add("waiting-oxxo", "waiting", oxxo, oxxo["instructions"]["reference"])
    partly = shop.make("cashypay-main/spei", amount=15000)
    add("partly-paid", "partly_paid", shop.order(partly, "pay", {"amount": 2000}))
    paid = shop.make("cashypay-main/spei", amount=15000)
    add("paid", "paid", shop.order(paid, "pay"))
    over = shop.order(shop.make("cashypay-main/spei", amount=15000), "pay", {"amount": 2000})
    add("paid-over", "paid", shop.order(over, "pay", {"amount": 20000}))
    add("paid-store", "paid", shop.order(shop.make("openpay-main/store", amount=2500000), "pay"))
    add("expired", "expired", shop.order(shop.make("smilepayz-main/spei"), "expire"))
    add("ended", "ended", shop.order(shop.make("smilepayz-main/spei"), "fail"))
    shop.stub.method = {}
    cancelled = shop.make("cashypay-main/spei", amount=15000)
    add("cancelled", "cancelled", shop.call(f"/v1/payins/{cancelled['id']}/cancel", {}))
    add("in-doubt", "in_doubt", shop.stubbed(mode="broken"))
    add("past-time", "past_time", past)
    # Nobody answers for two minutes: seen first.
    add("preparing", "preparing", shop.stubbed("slow/spei", mode="silent"))
    return out[-1:] + out[:-1]


def look(browser, axe, folder, name, state, url, reference, language):
    for width, density in [(390, 3)] if SHORT else SIZES:
        place = f"{name} {language} {width}"
        tab = Tab(browser, width, density, language="en-US,en;q=0.9,es;q=0.5" if language == "en" else "es-MX")
        tab.open(url)
        shown = tab.run("document.querySelector('main').dataset.state || 'none'")
        check(f"{place} state", shown == state, shown)
        check(f"{place} language", tab.run("document.documentElement.lang") == language)
        wide = tab.run("document.documentElement.scrollWidth")
        check(f"{place} width", wide <= width, wide)
        path = f"{folder}/{name}-{language}-{width}.png"
        tab.picture(path)
        if reference:
            figures["bars"] += 1
            check(f"{place} bars", read_bars(path) == [reference], read_bars(path))
        if width == 1280 and state in ("waiting", "partly_paid"):
            check(f"{place} square", url in read_squares(path), read_squares(path))
        for dark in (False, True) if width == 390 else (False,):
            if dark:
                tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
                tab.picture(f"{folder}/{name}-{language}-{width}-dark.png")
            tab.run(axe + ";0")
            found = tab.run("""axe.run(document, { resultTypes: ['violations', 'incomplete'] }).then(result =>
                result.violations.concat(result.incomplete).map(rule =>
                  rule.id + ' (' + rule.impact + '): ' + rule.nodes.map(node => node.html.slice(0, 90)).join(' | ')))""")
            figures["axe"] += 1
            check(f"{place} axe{' dark' if dark else ''}", not found, found)
        asked = tab.requests()
        figures["requests"] += len(asked)
        origin = url.split("/pay/")[0] + "/"
        check(f"{place} origin", all(address.startswith(origin) for address in asked), asked)
        expected = 1 if state == "none" else 0
        complaints = tab.complaints()
        check(f"{place} complaints", len(complaints) == expected, complaints)
        tab.close()
        figures["pages"] += 1
    if not SHORT:
        on_paper(browser, folder, name, state, url, reference, language)
    _, headers, body = ask(url + f"?lang={language}", headers={"Accept-Encoding": "gzip"})
    check(f"{name} {language} gzip", headers["Content-Encoding"] == "gzip")
    figures["bytes"], figures["raw"] = max(figures["bytes"], len(body)), max(figures["raw"], len(gzip.decompress(body)))
    check(f"{name} {language} bytes", len(body) <= MOST_BYTES, len(body))


def on_paper(browser, folder, name, state, url, reference, language):
    tab = Tab(browser, 1280, language="es-MX")
    tab.open(url + f"?lang={language}")
    check(f"{name} {language} by link", tab.run("document.documentElement.lang") == language)
    paper = f"{folder}/{name}-{language}.pdf"
    tab.printed(paper)
    tab.close()
    subprocess.run(["pdftoppm", "-r", "300", "-png", paper, paper[:-4] + "-printed"], check=True)
    sheets = glob.glob(paper[:-4] + "-printed-*.png")
    check(f"{name} {language} paper", len(sheets) == 1, f"{len(sheets)} sheets")
    if reference:
        figures["bars"] += 1
        check(f"{name} {language} printed bars", read_bars(sheets[0]) == [reference], read_bars(sheets[0]))
    if state in ("waiting", "partly_paid"):
        check(f"{name} {language} printed square", url in read_squares(sheets[0]), read_squares(sheets[0]))
    for sheet in sheets:
        os.remove(sheet)
    subprocess.run(["pdftoppm", "-r", "90", "-png", paper, paper[:-4] + "-printed"], check=True)
    os.remove(paper)


def all_lengths(browser, folder, shop):
    """Bar codes of every length that a reference may have, as digits and as letters and digits."""
    alphabet = "A7B2C90D345E6FGH81JKLMN0PQRSTUVWXYZ12345"
    tabs = {width: Tab(browser, width, density, height=640) for width, density in SIZES}
    path = f"{folder}/bars.png"
    for length in LENGTHS:
        references = [("10" * 20)[:length - 1] + "7", alphabet[:length]]
        if length == 33:
            references.append("000020TRNIRKIYOBO5QFEX55EF0100009")
        for reference in references:
            url = shop.stored(reference)["hosted_url"]
            for width, tab in tabs.items():
                tab.open(url)
                tab.picture(path, ".bars")
                figures["bars"] += 1
                check(f"bars of {reference} at {width}", read_bars(path) == [reference], read_bars(path))
                dots = tab.run("""(() => { const svg = [...document.querySelectorAll('.bars svg')].find(s => s.clientWidth);
                    const box = svg.getBoundingClientRect(), long = Math.max(box.width, box.height);
                    return [long, box.left + scrollX, box.top + scrollY].map((v, i) => v * devicePixelRatio / (i ? 1 : svg.dataset.modules)) })()""")
                check(f"whole dots of {reference} at {width}", all(abs(dot - round(dot)) < 0.05 for dot in dots), dots)
                if width == 1280:
                    tab.printed(f"{folder}/bars.pdf")
                    subprocess.run(["pdftoppm", "-r", "300", "-png", "-singlefile", f"{folder}/bars.pdf", f"{folder}/bars"], check=True)
                    figures["bars"] += 1
                    check(f"printed bars of {reference}", read_bars(path) == [reference], read_bars(path))
    for tab in tabs.values():
        tab.close()
    # Screens between whole densities.
    url = shop.stored("1010101234567890")["hosted_url"]
    for width, density in [(412, 2.625), (360, 1.5), (1280, 1.25)]:
        tab = Tab(browser, width, density)
        tab.open(url)
        tab.picture(path, ".bars")
        figures["bars"] += 1
        check(f"bars at {density}", read_bars(path) == ["1010101234567890"], read_bars(path))
        tab.close()
    for left in ("bars.png", "bars.pdf"):
        os.remove(f"{folder}/{left}")


def hostile(browser, folder, shop):
    """What merchants, payers and providers write is text, here and for the operator."""
    method = {"type": "bank_transfer", "bank": HOSTILE, "clabe": "999180109400135621", "name": HOSTILE[:40],
              "agreement": HOSTILE[:20]}
    payin = shop.stubbed("stub/spei", "evil", method=method, description=HOSTILE)
    store = shop.stubbed("stub/store", "evil", method={"type": "store", "reference": "<b>\"'&amp;</b>"},
                         description=HOSTILE, amount=100)
    for made in (payin, store):
        tab = Tab(browser, 390)
        tab.open(made["hosted_url"])
        text = tab.run("document.body.textContent")
        check("hostile text is shown", HOSTILE in text, text[:300])
        check("hostile markup is none", tab.run(
            "document.querySelectorAll('evil-x, img, [onclick], [onerror], b b, script:not(:last-child)').length") == 0)
        check("hostile page runs", tab.run("document.title.includes('evil-x')") and not tab.complaints(), tab.complaints())
        tab.picture(f"{folder}/hostile.png")
        tab.close()
    tab = Tab(browser, 1280)
    tab.open(shop.url + "/dashboard")
    tab.run(f"document.getElementById('key').value = '{KEY}_evil'; document.querySelector('#login button').click()")
    tab.wait(lambda: tab.run("document.querySelectorAll('#payins tr.choice').length") == 2)
    tab.run("document.querySelector('#payins tr.choice:last-child').click()")
    tab.wait(lambda: tab.run("!document.getElementById('detail').hidden"))
    check("operator's markup is none", tab.run(
        "document.querySelectorAll('evil-x, img, [onclick], [onerror], b, script:not(body > script)').length") == 0)
    asked = tab.requests()
    check("operator's origin", all(address.startswith(shop.url) for address in asked), asked)
    check("operator's complaints", not tab.complaints(), tab.complaints())
    tab.picture(f"{folder}/operator.png")
    tab.close()


def lively(browser, folder, shop):
    """Money shows without anybody reloading; buttons copy; without scripts the page says how."""
    payin = shop.make("cashypay-main/spei", amount=15000)
    tab = Tab(browser, 390)
    browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
                 browserContextId=tab.context)
    tab.call("Page.bringToFront")
    tab.open(payin["hosted_url"])
    tab.run("window.mark = 1; document.querySelector('[data-copy]').focus(); document.querySelector('[data-copy]').click()")
    tab.wait(lambda: tab.run("document.querySelector('[data-copy]').classList.contains('done')"))
    check("a button copies", tab.run("navigator.clipboard.readText()") == payin["instructions"]["clabe"])
    began = time.monotonic()
    shop.order(payin, "pay")
    tab.wait(lambda: tab.run("document.querySelector('main').dataset.state") == "paid")
    figures["live"] = time.monotonic() - began
    check("it is the same page", tab.run("window.mark") == 1)
    check("it is told", "150.00" in tab.run("document.getElementById('say').textContent"))
    tab.close()
    other = shop.make("cashypay-main/spei", amount=15000)
    tab = Tab(browser, 390, scripts=False)
    tab.open(other["hosted_url"])
    tab.picture(f"{folder}/without-scripts.png")
    tab.close()
    html = ask(other["hosted_url"])[2].decode()
    check("it says how without scripts", "<noscript>" in html and "vuelve a cargar" in html)


def logos(shop):
    for merchant, kind in (("ana", "image/svg+xml"), ("lima", "image/png")):
        url = shop.make("cashypay-main/spei", merchant, amount=15000)["hosted_url"] + "/logo"
        status, headers, _ = ask(url)
        check(f"{merchant} logo", status == 200 and headers["Content-Type"] == kind
              and headers["X-Content-Type-Options"] == "nosniff"
              and "default-src 'none'" in headers["Content-Security-Policy"]
              and "sandbox" in headers["Content-Security-Policy"] and "script-src" not in headers["Content-Security-Policy"])


def main():
    program, axe, folder = sys.argv[1:4]
    with open(axe) as file:
        axe = file.read()
    for old in glob.glob(f"{folder}/*.png") + glob.glob(f"{folder}/*.pdf"):
        os.remove(old)
    with tempfile.TemporaryDirectory() as place:
        with Shop(program, place) as shop, Browser() as browser:
            shop.prepare()
            pages = cases(shop) + [("unknown", "none", f"{shop.url}/pay/0123456789", None)]
            states = {state for _, state, _, _ in pages}
            for page in pages:
                if page[0] == "past-time":
                    eventually(lambda: b"past_time" in ask(page[2] + "/state")[2], 70)
                for language in ("es", "en"):
                    look(browser, axe, folder, *page, language)
            check("every state", len(states) == 10, states)
            lively(browser, folder, shop)
            hostile(browser, folder, shop)
            logos(shop)
            all_lengths(browser, folder, shop)
        log = shop.log()
    logged = [token for token in shop.tokens if token in log]
    check("no token is logged", log and len(shop.tokens) > 25 and not logged,
          f"{len(logged)} of {len(shop.tokens)}")
    print(f"{figures['pages']} screens of {len(pages)} pages in {len(states)} states, {figures['axe']} looks of"
          f" axe-core, {figures['bars']} bar codes read, {figures['requests']} requests; largest page"
          f" {figures['bytes']} bytes gzipped, {figures['raw']} plain; money shown after {figures['live']:.1f} s")
    print(f"{passed} passed, {len(faults)} failed")
    sys.exit(1 if faults else 0)


main()
