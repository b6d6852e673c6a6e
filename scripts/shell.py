"""``make shell``: ``rasa shell`` in this terminal, with the action endpoint behind it, made-up people and a scratch home."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.commands import UserError, say
from bot.commands.serve import rasa_environment, settings_of, web_part
from bot.commands.train import RASA_PYTHON, current_model
from bot.rehearsal.servers import free_ports
from bot.settings import ROOT

START_SECONDS = 60


def main() -> int:
    """Start the action endpoint, run the shell until it ends, stop the endpoint."""
    model = current_model()
    if model is None:
        raise UserError("the model was trained for other questions; run make train")
    home = Path(tempfile.mkdtemp(prefix="bcst2-shell-"))
    pages, rasa, actions = map(str, free_ports(3))
    os.environ |= {"BCST2_HOME": str(home), "BCST2_PORT": pages, "BCST2_RASA_PORT": rasa, "BCST2_ACTIONS_PORT": actions}
    settings = settings_of(argparse.Namespace(host=None, port=None, database=None, demo=True))
    part = web_part(settings)
    said = home / "web.log"
    try:
        with said.open("wb") as output:
            web = subprocess.Popen(part.command, env=part.env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not part.ready():
                if web.poll() is not None or time.monotonic() > deadline:
                    last = said.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it said nothing"]
                    raise UserError(f"the action endpoint does not start: {last[-1]}")
                time.sleep(0.1)
            say("loading the dialogue engine; then say hello. Ctrl-C or /stop ends it")
            command = [str(RASA_PYTHON), "-m", "rasa", "shell", "--model", str(model), "--quiet", "--port", rasa]
            command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
            return subprocess.run(command, env=rasa_environment(settings), cwd=ROOT, check=False).returncode
        finally:
            web.terminate()
            web.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        say(f"shell: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(0)
