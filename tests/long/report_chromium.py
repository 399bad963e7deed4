#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report in a browser: no message on its console, no request for anything outside the file, all its pictures and charts there.

A page that does what must not happen comes first: what is looked at would show it."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BAD_PAGE = """<!DOCTYPE html><html><head><title>t</title></head><body>
<img src="http://report.invalid/picture.png"/><script>console.error("said")</script></body></html>"""
# Looked at in the page as the browser made it.
SCRIPTS = re.compile(r"<script|\son[a-z]+\s*=", re.IGNORECASE)


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    print("There is no Chromium: install the package chromium.")
    sys.exit(77)


def visit(name, page, folder):
    """Messages of the console, addresses that the page asked for, and the page as it stands in the browser."""
    log = folder / "network.json"
    command = [name, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
               "--no-first-run", f"--user-data-dir={folder / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND",
               "--enable-logging=stderr", f"--log-net-log={log}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    messages = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    addresses = set(re.findall(r'"url":"(https?://[^"]*)"', log.read_text(errors="replace")))
    return messages, {url for url in addresses if "report.invalid" in url or not is_of_the_browser(url)}, done.stdout


def is_of_the_browser(url):
    """What Chromium asks its maker for on its own, in spite of the switches above."""
    return re.match(r"https?://([a-z0-9-]+\.)*(google|googleapis|gvt1|gstatic)\.com/", url) is not None


def check(name, page, folder):
    messages, addresses, seen = visit(name, page, folder)
    assert not messages, messages
    assert not addresses, addresses
    written = page.read_text(encoding="utf-8")
    assert not SCRIPTS.search(re.sub(r">[^<]*<", "><", seen)), "there is a script"
    for tag in ("<svg", "<img", "<table", "<h2", "<data"):
        assert seen.count(tag) == written.count(tag), f"{tag}: {written.count(tag)} written, {seen.count(tag)} seen"
    assert "<svg" in seen and "<data" in seen
    return seen.count("<svg"), seen.count("<data")


def main():
    name = browser()
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        bad = folder / "bad.html"
        bad.write_text(BAD_PAGE)
        messages, addresses, _ = visit(name, bad, folder)
        assert any("said" in line for line in messages), "a message of the console goes unseen"
        assert any("report.invalid" in url for url in addresses), "a request goes unseen"
        reports = [pathlib.Path(file).resolve() for file in sys.argv[1:]]
        if not reports:
            environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
            subprocess.run([os.environ["CA_BINARY"], "demo", "--output", place, "--json", "--quiet"], check=True,
                           stdout=subprocess.DEVNULL, env=environment)
            reports = [folder / "demo" / "report.html"]
        for report in reports:
            charts, figures = check(name, report, folder)
            print(f"result: {report.name}, {report.stat().st_size} bytes: {charts} charts and {figures} figures, "
                  "nothing said, nothing asked for")


if __name__ == "__main__":
    main()
