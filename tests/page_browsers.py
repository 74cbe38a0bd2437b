"""Browsers that open the page from disk: any Chromium by its own protocol, Firefox by Marionette; nothing else in between."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

import websocket

SECONDS = 120
"""So long a browser may take for one thing, on a machine with much to do."""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
_CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--window-size=1280,1500",
    "--force-prefers-reduced-motion",  # nothing turns, which would be drawn anew sixty times a second
    "--disable-features=IsolateSandboxedIframes",  # so that the frame is asked as the page is
    "--remote-debugging-port=0", "--remote-allow-origins=*",
)  # fmt: skip


class Browser:
    """A page in a browser: opened, told and asked by scripts, given files."""

    def __init__(
        self, command: list[str], folder: Path, environment: dict[str, str] | None
    ) -> None:
        self.folder = folder
        self.socket: Any = None
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )

    def open(self, page: Path) -> None:
        raise NotImplementedError

    def run(self, body: str, *arguments: object) -> Any:
        """What the body of an asynchronous function gives, called with arguments ``given``."""
        raise NotImplementedError

    def give(self, css: str, *paths: Path) -> None:
        """Choose files in a file input."""
        raise NotImplementedError

    def picture(self, path: Path) -> None:
        """What is seen now, as a picture."""
        raise NotImplementedError

    def until(self, condition: str, seconds: float = SECONDS) -> None:
        """Wait for an expression to become true."""
        end = time.monotonic() + seconds
        while not self.run(f"return Boolean({condition})"):
            assert time.monotonic() < end, f"never: {condition}; {self.run(_STATE)}"
            time.sleep(0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


_STATE = "return document.body ? document.body.innerText.slice(-300) : ''"


_KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), "Space": (32, " ")}


class Chromium(Browser):
    """Chromium of any version; ``asked`` are the addresses that it asked for, ``said`` what it complained of."""

    def __init__(self, binary: str, *more: str, environment: dict[str, str] | None = None) -> None:
        folder = Path(tempfile.mkdtemp(prefix="xlbudget-browser-"))
        command = [binary, *_CHROMIUM, *more, f"--user-data-dir={folder}", "about:blank"]
        super().__init__(command, folder, environment)
        self.asked: list[str] = []
        self.said: list[str] = []
        self._choosers: list[int] = []
        self._traced: list[dict[str, Any]] = []
        self._traced_all = False
        self._last = 0
        address = _awaited(lambda: _address(folder / "DevToolsActivePort"))
        self.socket = websocket.create_connection(address, timeout=SECONDS, suppress_origin=True)
        for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
            self.tell(f"{domain}.enable")

    def tell(self, method: str, **params: object) -> Any:
        """One command of the protocol; events that come in between are noted."""
        self._last += 1
        self.socket.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self._last:
                assert "error" not in message, message["error"]
                return message["result"]
            self._note(message.get("method"), message.get("params", {}))

    def _note(self, method: str | None, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.said.append(params["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.said.append(json.dumps(params["exceptionDetails"]))
        elif method == "Page.javascriptDialogOpening":  # the page asks before it is left
            self.socket.send(
                json.dumps(
                    {"id": 0, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
                )
            )
        elif method == "Page.fileChooserOpened":
            self._choosers.append(params["backendNodeId"])
        elif method == "Tracing.dataCollected":
            self._traced += params["value"]
        elif method == "Tracing.tracingComplete":
            self._traced_all = True

    def open(self, page: Path) -> None:
        self.asked.clear()
        self.said.clear()
        self.tell("Page.navigate", url=page.as_uri())
        self.until(
            f"location.href === {json.dumps(page.as_uri())} && document.readyState !== 'loading'"
        )

    def run(self, body: str, *arguments: object) -> Any:
        call = f"(async (given) => {{ {body} }})({json.dumps(list(arguments))})"
        done = self.tell("Runtime.evaluate", expression=call, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def give(self, css: str, *paths: Path) -> None:
        root = self.tell("DOM.getDocument")["root"]["nodeId"]
        node = self.tell("DOM.querySelector", nodeId=root, selector=css)["nodeId"]
        self.tell("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.tell("Page.captureScreenshot")["data"]))

    def drop(self, css: str, *paths: Path) -> None:
        """Drag files from the desktop with the mouse, and let them go over an element."""
        x, y = self.run(
            "const one = document.querySelector(given[0]); one.scrollIntoView({ block: 'center' });"
            "const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]",
            css,
        )
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.tell("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)

    def key(self, name: str, *, shift: bool = False) -> None:
        """Press a key: Tab, Enter, Escape, Space, or a letter."""
        if name not in _KEYS:
            self.tell("Input.dispatchKeyEvent", type="char", text=name)
            return
        code, text = _KEYS[name]
        key = {
            "key": " " if name == "Space" else name,
            "code": name,
            "windowsVirtualKeyCode": code,
            "modifiers": 8 * shift,
        }
        self.tell("Input.dispatchKeyEvent", type="keyDown", text=text, **key)
        self.tell("Input.dispatchKeyEvent", type="keyUp", **key)

    def choose_by_key(self, *paths: Path) -> None:
        """Press Enter on the file input that has the focus, and choose files in the dialog that opens."""
        self.tell("Page.setInterceptFileChooserDialog", enabled=True)
        self.key("Enter")
        end = time.monotonic() + SECONDS
        while not self._choosers:
            assert time.monotonic() < end, "no dialog opened"
            self.run("return 0")
        self.tell("Page.setInterceptFileChooserDialog", enabled=False)
        files = [str(path) for path in paths]
        self.tell("DOM.setFileInputFiles", backendNodeId=self._choosers.pop(), files=files)

    def heard(self) -> list[tuple[str, str]]:
        """Role and name of everything that a screen reader finds."""
        nodes = self.tell("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"]
        ]

    def watch(self) -> None:
        """Begin to note what the page's thread does."""
        self._traced, self._traced_all = [], False
        self.tell("Tracing.start", traceConfig={"includedCategories": ["toplevel", "__metadata"]})

    def longest(self) -> float:
        """Since ``watch``: the longest time for which a page's thread stood still, in milliseconds of processor time."""
        self.tell("Tracing.end")
        while not self._traced_all:
            self.run("return 0")
        names = {
            (one["pid"], one["tid"]): one["args"]["name"]
            for one in self._traced
            if one["name"] == "thread_name"
        }
        tasks = [
            one.get("tdur", 0) / 1000
            for one in self._traced
            if names.get((one["pid"], one["tid"])) == "CrRendererMain" and one["ph"] == "X"
        ]
        assert len(tasks) > 10
        return max(tasks)

    def frame(self, body: str) -> Any:
        """The same as ``run``, in the frame of the page."""
        tree = self.tell("Page.getFrameTree")["frameTree"]
        inner = tree["childFrames"][0]["frame"]["id"]
        world = self.tell("Page.createIsolatedWorld", frameId=inner)["executionContextId"]
        done = self.tell(
            "Runtime.evaluate", expression=f"(async () => {{ {body} }})()", contextId=world,
            awaitPromise=True, returnByValue=True,
        )  # fmt: skip
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")


def _address(active: Path) -> str:
    """Where the one page of a Chromium listens, once it does."""
    port = active.read_text().split()[0]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
        pages = [one for one in json.load(answer) if one["type"] == "page"]
    return str(pages[0]["webSocketDebuggerUrl"])


class Firefox(Browser):
    """Firefox by Marionette, which it speaks itself."""

    def __init__(self, binary: str) -> None:
        folder = Path(tempfile.mkdtemp(prefix="xlbudget-browser-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
        command = [binary, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
        super().__init__(command, folder, None)
        self._last = 0
        self.socket = _awaited(lambda: socket.create_connection(("127.0.0.1", port), SECONDS))
        self._received()
        self._tell("WebDriver:NewSession", timeouts={"script": SECONDS * 1000})

    def _received(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self.socket.recv(1)
        left, data = int(length[:-1]), b""
        while len(data) < left:
            data += self.socket.recv(left - len(data))
        return json.loads(data)

    def _tell(self, command: str, **params: object) -> Any:
        self._last += 1
        data = json.dumps([0, self._last, command, params]).encode()
        self.socket.sendall(b"%d:%b" % (len(data), data))
        while True:
            _, number, error, result = self._received()
            if number == self._last:
                assert error is None, error
                return result

    def open(self, page: Path) -> None:
        self._tell("WebDriver:Navigate", url=page.as_uri())

    def run(self, body: str, *arguments: object) -> Any:
        script = (
            f"const done = arguments[1]; (async (given) => {{ {body} }})(arguments[0])"
            ".then((value) => done([value]), (error) => done({ error: String(error) }))"
        )
        made = self._tell(
            "WebDriver:ExecuteAsyncScript", script=script, args=[list(arguments)], sandbox=None
        )["value"]
        assert isinstance(made, list), made
        return made[0]

    def give(self, css: str, *paths: Path) -> None:
        found = self._tell("WebDriver:FindElement", using="css selector", value=css)["value"]
        element = next(iter(found.values()))
        self._tell("WebDriver:ElementSendKeys", id=element, text="\n".join(map(str, paths)))

    def picture(self, path: Path) -> None:
        made = self._tell("WebDriver:TakeScreenshot", full=False)["value"]
        path.write_bytes(base64.b64decode(made))


def _awaited(ask: Any) -> Any:
    """What is given as soon as a browser is up."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return ask()
        except (OSError, IndexError):
            assert time.monotonic() < end
            time.sleep(0.05)


# ------------------------------------------------------------------ the page itself


def idle(browser: Browser) -> None:
    """Until the page has done what it was asked for."""
    browser.until("document.getElementById('bar').className === ''")


def press(browser: Browser, title: str) -> None:
    """Press the first button that says so, and wait for what it does."""
    body = "[...document.querySelectorAll('button')].find((one) => one.textContent === given[0] && one.offsetParent).click()"
    browser.run(body, title)
    idle(browser)


def ready(browser: Browser) -> None:
    """Until the engine of the page runs."""
    browser.run("await window.xlbudget.engine.ready")


def put(browser: Browser, name: str, data: bytes) -> None:
    """Give the engine a file of a job."""
    body = (
        "await xlbudget.engine.put(given[0], Uint8Array.from(atob(given[1]), c => c.charCodeAt(0)))"
    )
    browser.run(body, name, base64.b64encode(data).decode())


def call(browser: Browser, folder: str, *words: str) -> tuple[int, str, str]:
    """Exit status, output and errors of a command."""
    body = "const one = await xlbudget.engine.call(given[0], given[1]); return [one.status, one.out, one.err]"
    status, out, err = browser.run(body, folder, list(words))
    return status, out, err


def get(browser: Browser, name: str) -> bytes:
    """A file of a job."""
    return _bytes(browser, "await xlbudget.engine.get(given[0])", name)


def keep_downloads(browser: Browser) -> None:
    """From now on what is offered for download can be read by ``download``."""
    browser.run(
        "const made = URL.createObjectURL; window.offered = {};"
        "URL.createObjectURL = (blob) => { const name = made.call(URL, blob); offered[name] = blob; return name; }"
    )


def download(browser: Browser, name: str) -> bytes:
    """What is offered under a name."""
    link = "[...document.querySelectorAll('#downloads a')].find((one) => one.download === given[0])"
    return _bytes(browser, f"new Uint8Array(await offered[{link}.href].arrayBuffer())", name)


def _bytes(browser: Browser, expression: str, *given: str) -> bytes:
    body = (
        f"const data = {expression}; let text = '';"
        "for (let at = 0; at < data.length; at += 30000)"
        "  text += String.fromCharCode(...data.subarray(at, at + 30000));"
        "return btoa(text)"
    )
    return base64.b64decode(browser.run(body, *given))


def clear(browser: Browser) -> None:
    """Take away the files that were given."""
    browser.run("[...document.querySelectorAll('.card .last')].forEach((one) => one.click())")
