"""Chromium without a window, spoken to over a pipe (the DevTools protocol)."""
import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time

from installation import tied

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


class Browser:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        inbound, self.commands = self.pipe()
        self.answers, outbound = self.pipe()
        arguments = [
            *tied(next(filter(shutil.which, PROGRAMS))), "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb",
            "--no-first-run", "--disable-extensions", "--disable-component-update",
            "--disable-background-networking", f"--user-data-dir={self.folder.name}", "about:blank"]
        # The browser reads commands from descriptor 3 and writes answers to 4.
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{inbound} 4>&{outbound} {inbound}<&- {outbound}>&-', "-", *arguments],
            pass_fds=(inbound, outbound), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(inbound)
        os.close(outbound)
        self.unread, self.last, self.events = b"", 0, []

    @staticmethod
    def pipe():
        """Both ends above the descriptors that the browser uses."""
        ends = os.pipe()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
        for end in ends:
            os.close(end)
        return high

    def read(self):
        while b"\0" not in self.unread:
            piece = os.read(self.answers, 1 << 20)
            if not piece:
                raise EOFError("the browser has ended")
            self.unread += piece
        message, _, self.unread = self.unread.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def close(self):
        try:
            self.call("Browser.close")
        except (EOFError, OSError):
            pass
        self.process.wait(30)
        self.folder.cleanup()


class Tab:
    """A page that is looked at: what it asked for and what it complained of is kept."""

    def __init__(self, browser, width, density=1, height=800, dark=False, language="es-MX", scripts=True):
        self.browser = browser
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]
        self.target = browser.call(
            "Target.createTarget", url="about:blank", browserContextId=self.context)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=density, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", value=True)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def kept(self, method):
        return [event["params"] for event in self.browser.events
                if event["method"] == method and event.get("sessionId") == self.session]

    def open(self, url):
        self.browser.events.clear()
        self.call("Page.navigate", url=url)
        self.wait(lambda: self.kept("Page.loadEventFired"))

    def wait(self, condition, seconds=40):
        end = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() > end:
                raise TimeoutError("the page did not get so far")
            self.call("Runtime.evaluate", expression="0")
            time.sleep(0.02)
        return found

    def run(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression[:80]}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def requests(self):
        return [event["request"]["url"] for event in self.kept("Network.requestWillBeSent")]

    def complaints(self):
        found = [event["entry"]["text"] for event in self.kept("Log.entryAdded")
                 if event["entry"]["level"] in ("error", "warning")]
        return found + [event["exceptionDetails"]["text"] for event in self.kept("Runtime.exceptionThrown")]

    def picture(self, path, part="html"):
        """Of an element, or of all that there is to scroll to."""
        box = self.run(f"""(() => {{ const box = document.querySelector('{part}').getBoundingClientRect();
            return {{ x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height, scale: 1 }} }})()""")
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=box)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def printed(self, path):
        paper = self.call("Page.printToPDF", paperWidth=8.5, paperHeight=11, preferCSSPageSize=False)
        with open(path, "wb") as file:
            file.write(base64.b64decode(paper["data"]))

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)
