"""``bcst2 serve`` with stand-ins for the two processes and little patience. Usage: serve_stand_ins.py FOLDER [ARGUMENT…]"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot import cli
from bot.commands import serve
from bot.settings import Settings
from bot.supervise import Limits, Part, Supervisor

STAND_IN = Path(__file__).with_name("stand_in.py")
FOLDER = sys.argv[1]
web_part, rasa_part = serve.web_part, serve.rasa_part


def _stand_in(part: Part, *ports: int) -> Part:
    return replace(part, command=[sys.executable, str(STAND_IN), part.name, FOLDER, *map(str, ports)])


def _web(settings: Settings) -> Part:
    return _stand_in(web_part(settings), settings.port, settings.actions_port)


def _rasa(settings: Settings, model: Path) -> Part:
    return _stand_in(rasa_part(settings, model), settings.rasa_port)


serve.web_part, serve.rasa_part = _web, _rasa
serve.current_model = lambda: Path(FOLDER) / "model.tar.gz"
serve.essentials = lambda settings: []
serve.Supervisor = partial(Supervisor, limits=Limits(first_delay=0.05, longest_delay=0.2, stop=0.7))
raise SystemExit(cli.main(["serve", *sys.argv[2:]]))
