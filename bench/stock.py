"""A stock Rasa project of so many questions, as the documentation teaches it, and conversations with it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.measure import Conversation, Running, json_call
from bench.processes import RASA_PYTHON, WEB_PYTHON, BenchError, environment, free_ports, running

CONFIG = """\
recipe: default.v1
assistant_id: stock
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: LogisticRegressionClassifier
policies:
  - name: RulePolicy
"""
RULES = """\
version: "3.1"
rules:
  - rule: begin
    steps:
      - intent: begin
      - action: interview_form
      - active_loop: interview_form
  - rule: end
    condition:
      - active_loop: interview_form
    steps:
      - action: interview_form
      - active_loop: null
      - slot_was_set:
          - requested_slot: null
      - action: utter_end
"""
NLU = """\
version: "3.1"
nlu:
  - intent: begin
    examples: |
      - hello
      - hi there
      - good morning
      - let us start
      - I am ready to begin
      - start the interview
  - intent: inform
    examples: |
      - answer number 1 is quite ordinary
      - I lived with my family
      - I rented a room from a friend
      - yes I have a bank account
      - no nothing like that
      - I would like some help with that please
      - it was about two years ago
  - intent: goodbye
    examples: |
      - bye
      - goodbye
      - see you later
      - that is all for today
"""


def question(number: int) -> str:
    """What the stock bot asks."""
    return f"Question {number}: would you tell me about matter number {number}, please?"


def slot(number: int) -> str:
    """The slot of a question."""
    return f"answer_{number}"


def write_project(folder: Path, questions: int, actions_port: int) -> None:
    """All files of the project: one form of plain text slots, and an action that accepts every value."""
    slots, responses, validators = [], [], []
    for number in range(1, questions + 1):
        name = slot(number)
        slots += [
            f"  {name}:",
            "    type: text",
            "    mappings:",
            "      - type: from_text",
            "        conditions:",
            "          - active_loop: interview_form",
            f"            requested_slot: {name}",
        ]
        responses += [f"  utter_ask_{name}:", f'    - text: "{question(number)}"']
        validators += [
            f"    def validate_{name}(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> Dict[str, Any]:",
            f'        return {{"{name}": value}}',
            "",
        ]
    names = ", ".join(slot(number) for number in range(1, questions + 1))
    domain = [
        'version: "3.1"',
        "intents: [begin, inform, goodbye]",
        "slots:",
        *slots,
        "forms:",
        "  interview_form:",
        f"    required_slots: [{names}]",
        "responses:",
        *responses,
        "  utter_end:",
        '    - text: "Thank you. That is all."',
        "actions:",
        "  - validate_interview_form",
        "session_config:",
        "  session_expiration_time: 60",
        "  carry_over_slots_to_new_session: true",
    ]
    actions = [
        "from typing import Any, Dict",
        "",
        "from rasa_sdk.forms import FormValidationAction",
        "",
        "",
        "class ValidateInterviewForm(FormValidationAction):",
        "    def name(self) -> str:",
        '        return "validate_interview_form"',
        "",
        *validators,
    ]
    files = {
        "config.yml": CONFIG,
        "domain.yml": "\n".join(domain) + "\n",
        "data/rules.yml": RULES,
        "data/nlu.yml": NLU,
        "credentials.yml": "rest:\n",
        "endpoints.yml": f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n",
        "actions/__init__.py": "",
        "actions/actions.py": "\n".join(actions),
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def train(folder: Path) -> float:
    """Train it; how many seconds that took."""
    log = folder / "train.log"
    began = time.perf_counter()
    with log.open("wb") as output:
        done = subprocess.run(
            [str(RASA_PYTHON), "-m", "rasa", "train", "--fixed-model-name", "stock"],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0 or not (folder / "models" / "stock.tar.gz").is_file():
        raise BenchError(f"the stock model could not be trained; what Rasa said is in {log}")
    return time.perf_counter() - began


class StockConversation(Conversation):
    """Free text, one answer a turn."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__(port, name)
        self.number = 0

    def begin(self) -> None:
        self._say("/begin", 1)

    def turn(self) -> None:
        self._say(f"answer number {self.number} is quite ordinary", self.number + 1)

    def _say(self, message: str, expected: int) -> None:
        said = json_call(self.connection, "POST", "/webhooks/rest/webhook", {"sender": self.name, "message": message})
        if [item.get("text") for item in said] != [question(expected)]:
            raise BenchError(f"the stock bot did not go on to question {expected}: {str(said)[:200]}")
        self.number = expected


@contextmanager
def stock(folder: Path, actions_port: int) -> Iterator[Running]:
    """Rasa and the action server, both as they come, for the time of a block."""
    (port,) = free_ports(1)
    python = str(RASA_PYTHON)
    with ExitStack() as stack:
        began = time.perf_counter()
        actions = stack.enter_context(
            running(
                "stock action server",
                [str(WEB_PYTHON), "-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port)],
                folder / "actions.log",
                folder,
                {"SANIC_HOST": "127.0.0.1"},
            )
        )
        rasa = stack.enter_context(
            running(
                "stock rasa",
                [python, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port), "--model", "models/stock.tar.gz"],
                folder / "rasa.log",
                folder,
                {},
            )
        )
        side = Running(
            "stock", lambda name: StockConversation(port, name), {"rasa": rasa.pid, "action server": actions.pid}, port=port
        )
        rasa.wait_until(side.answers)
        side.started = time.perf_counter() - began
        yield side
