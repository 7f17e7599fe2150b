"""Has a browser show a page until every text is there, and takes a picture: testbed/browser says more.

    page.py TO-BROWSER FROM-BROWSER URL PICTURE.png TEXT...

The first two are the pipes of Chromium's --remote-debugging-pipe: JSON messages of its DevTools protocol, each with a
zero byte at its end.
"""

import base64
import json
import sys
import time
from urllib.parse import unquote, urlsplit

SECONDS = 90


class Browser:
    def __init__(self, to, back):
        # In the order in which the browser's shell opens them.
        self.to, self.back = open(to, "wb", buffering=0), open(back, "rb", buffering=0)
        self.sent, self.unread, self.session = 0, b"", {}

    def ask(self, method, **params):
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": params, **self.session}
        self.to.write(json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.unread:
                part = self.back.read(65536)
                if not part:
                    sys.exit("the browser ended")
                self.unread += part
            said, self.unread = self.unread.split(b"\0", 1)
            answer = json.loads(said)
            if answer.get("id") == self.sent:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']['message']}")
                return answer["result"]


def main(to, back, url, picture, *texts):
    browser = Browser(to, back)
    page = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    browser.session = {"sessionId": browser.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]}
    address = urlsplit(url)
    if address.username is not None:
        # What a browser sends after it has asked the user. A page whose own address has them can make no requests.
        login = base64.b64encode(f"{unquote(address.username)}:{unquote(address.password)}".encode()).decode()
        browser.ask("Network.enable")
        browser.ask("Network.setExtraHTTPHeaders", headers={"Authorization": f"Basic {login}"})
        address = address._replace(netloc=address.netloc.rpartition("@")[2])
    deadline = time.monotonic() + SECONDS
    failed = shown = None
    while True:
        if failed or shown is None:  # again where nobody answers yet
            failed = browser.ask("Page.navigate", url=address.geturl()).get("errorText")
        last = shown
        evaluated = browser.ask("Runtime.evaluate", expression="document.documentElement.innerText")
        shown = evaluated["result"].get("value", "")
        missing = [text for text in texts if text not in shown]
        if not missing and shown == last:  # nothing moves any more
            break
        if time.monotonic() > deadline:
            sys.exit(f"{failed or 'not there: ' + ', '.join(missing)}; the page shows:\n{shown}")
        time.sleep(0.3)
    with open(picture, "wb") as file:
        file.write(base64.b64decode(browser.ask("Page.captureScreenshot")["data"]))


main(*sys.argv[1:])
