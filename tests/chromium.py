"""A real browser for tests: headless Chromium, spoken to over two pipes by its own protocol, with nothing in between.

The protocol is that of its developer tools, https://chromedevtools.github.io/devtools-protocol: JSON messages, each
ended by a zero byte.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
PATIENCE = 60.0  # seconds for one answer
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--hide-scrollbars", "--disable-dev-shm-usage",
    "--remote-debugging-pipe", "--allow-file-access-from-files",
)  # fmt: skip


class Browser:
    """A running Chromium; `open` shows a page in a tab of its own."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing, self._buffer, self._number = reading, writing, b"", 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; events that arrive in the meantime are kept."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reading], [], [], max(0.0, end - time.monotonic()))
            piece = os.read(self._reading, 1 << 20) if ready else b""
            if not piece:
                raise RuntimeError("the browser does not answer")
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def open(self, path: Path, width: int = 1100, height: int = 900, dark: bool = False, touch: bool = False) -> Tab:
        """Show a file in a window of this size, in CSS pixels, and wait until it is loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.call(f"{domain}.enable")
        tab.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        tab.call("Emulation.setTouchEmulationEnabled", enabled=touch)
        tab.media(dark=dark)
        tab.call("Page.navigate", url=path.resolve().as_uri())
        while not any(each["method"] == "Page.loadEventFired" for each in tab.events()):
            self.events.append(self._next())
        return tab


class Tab:
    """A page in the browser."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command to this page."""
        return self._browser.call(method, self._session, **parameters)

    def events(self) -> list[dict[str, Any]]:
        """Return what has happened on this page."""
        return [each for each in self._browser.events if each.get("sessionId") == self._session]

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression. Errors: RuntimeError with what it throws."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def media(self, dark: bool = False, kind: str = "") -> None:
        """Prefer dark or light; kind: "print" lays the page out as for paper."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=kind, features=[scheme])

    def centre(self, selector: str) -> tuple[float, float]:
        """Scroll an element into view and return where its centre is."""
        script = """(() => {
            const each = document.querySelector(%s);
            each.scrollIntoView({ block: "center", inline: "center" });
            const box = each.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        })()"""
        x, y = self.evaluate(script % json.dumps(selector))
        return x, y

    def hover(self, selector: str) -> None:
        """Move the mouse onto an element."""
        x, y = self.centre(selector)
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def leave(self) -> None:
        """Move the mouse into the corner of the window."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=0, y=0)

    def tap(self, selector: str) -> None:
        """Tap an element with a finger."""
        x, y = self.centre(selector)
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def press(self, key: str) -> None:
        """Press and release a key, named as in KeyboardEvent.key."""
        code = {"Tab": 9, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowDown": 40}.get(
            key, 39
        )
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def screenshot(self, path: Path, whole: bool = True) -> None:
        """Write a picture of the page as PNG."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))

    def pdf(self) -> bytes:
        """Return the page as it is printed, with its backgrounds."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def complaints(self) -> list[str]:
        """Return the errors and warnings of the console, and exceptions that nobody caught."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))")
        found = []
        for each in self.events():
            kind, told = each["method"], each["params"]
            if kind == "Runtime.exceptionThrown" or (
                kind == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert")
            ):
                found.append(str(told))
            elif kind == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
                found.append(str(told["entry"]))
        return found

    def requests(self) -> list[str]:
        """Return the addresses of all requests, the page's own first."""
        return [
            each["params"]["request"]["url"] for each in self.events() if each["method"] == "Network.requestWillBeSent"
        ]


@contextmanager
def running() -> Iterator[Browser]:
    """Start a browser with a profile of its own, and end it."""
    assert CHROMIUM is not None
    commands, answers = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory() as profile:
        process = subprocess.Popen(
            [
                "bash",  # which knows pipes by numbers of two digits
                "-c",
                f'exec "$0" "$@" 3<&{commands[0]} 4>&{answers[1]}',
                CHROMIUM,
                *OPTIONS,
                f"--user-data-dir={profile}",
            ],
            pass_fds=(commands[0], answers[1]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands[0])
        os.close(answers[1])
        try:
            browser = Browser(answers[0], commands[1])
            yield browser
            browser.call("Browser.close")
        finally:
            os.close(commands[1])
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(answers[0])
