"""Stands in for a supervised process: listens, answers, and misbehaves when a file of its folder says so.

Usage: stand_in.py NAME FOLDER PORT…
    FOLDER/NAME.dies       it ends at once, before it listens
    FOLDER/NAME.stubborn   it does not end when asked, and has a child of its own
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SAID = "I lived at 14 Acacia Avenue"


class Page(BaseHTTPRequestHandler):
    """Every page is well; /fail prints what a library prints when it fails."""

    def do_GET(self) -> None:
        if self.path == "/fail":
            print(f"2026-01-01 10:00:00 ERROR    lib.parsing  - cannot parse '{SAID}'", file=sys.stderr)
            print(f"noise {SAID}", file=sys.stderr)
            print(f"ValueError: {SAID}", file=sys.stderr, flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    name, folder, ports = sys.argv[1], Path(sys.argv[2]), [int(port) for port in sys.argv[3:]]
    with (folder / "starts").open("a") as starts:
        starts.write(f"{name}\n")
    print("cannot open sqlite://worker:hunter2@there/db", file=sys.stderr, flush=True)
    time.sleep(0.1)  # what is said just before it listens may count as said after
    if (folder / f"{name}.dies").exists():
        raise SystemExit(3)
    if (folder / f"{name}.stubborn").exists():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        grandchild = subprocess.Popen(["sleep", "600"])
        (folder / "grandchild").write_text(str(grandchild.pid))
    (folder / f"{name}.told").write_text("\n".join(sorted(key for key in os.environ if key.startswith("BCST2_"))))
    servers = [ThreadingHTTPServer(("127.0.0.1", port), Page) for port in ports]
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    servers[0].serve_forever()


main()
