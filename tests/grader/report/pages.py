"""The page of a class as the tests read it, and a browser that shows a page."""
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path


class Page(HTMLParser):
    """What the tests ask of a page: its tags, its words, its links, and that it obeys nothing."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.links, self.ids, self.parts, self.titles = Counter(), [], [], [], []
        assert "//" not in text.replace("</", "") or "://" not in text
        assert "url(" not in text and "@import" not in text and "default-src 'none'" in text
        assert "prefers-color-scheme: dark" in text and not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", text)
        text.encode("utf-8")
        self.feed(text)
        assert not {"script", "img", "link", "iframe", "object", "embed", "base", "form"} & set(self.tags)
        self.words = " ".join(" ".join(self.parts).split())

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        values = dict(attributes)
        assert not [name for name in values if name.startswith("on") or name in ("src", "action", "srcset")]
        self.links += [values["href"]] if "href" in values else []
        self.ids += [values["id"]] if "id" in values else []
        self.titles += [values["title"]] if "title" in values else []

    def handle_data(self, data):
        self.parts.append(data)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def browse(folder: Path, *options: str) -> str:
    """Run a browser of its own, with no network, on folder/page.html; what it writes to standard output."""
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--disable-dev-shm-usage",
         "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}", *options,
         (folder / "page.html").as_uri()], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout
