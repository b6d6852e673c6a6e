"""Brings the questions of ``bot/data`` to Rasa: slots, forms, responses and training examples, none written twice."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text, Union

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.content import ASK, fingerprint, form_of
from bot.dialogue.lines import command_lines, example_lines, packed, read_lines, training_files
from bot.interview.definitions import Interview
from bot.interview.loading import load_interview
from bot.language.wording import load_commands, load_responses

CONTENT = "utter_content"


def build_domain(interview: Interview) -> Dict[Text, Any]:
    """The part of the domain that follows from the content, as a plain object.

    A slot never holds an answer, only that there is one: the store keeps answers. So slots take custom mappings that nothing but
    the section's validation action fills, and no policy looks at them.
    """
    slot = {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
    forms = {
        form_of(section.id): {"required_slots": [question.id for question in section.questions]} for section in interview.sections
    }
    responses = {f"{ASK}{question.id}": [{"text": question.plain.ask}] for question in interview.questions}
    responses.update({name: [{"text": levels["plain"]}] for name, levels in load_responses().items()})
    # Tells a running model apart from the content on disk; see bot/web health.
    responses[CONTENT] = [{"text": fingerprint()}]
    return {
        "version": "3.1",
        "intents": list(load_commands()),
        "slots": {question.id: dict(slot) for question in interview.questions},
        "forms": forms,
        "responses": responses,
        "actions": [{f"validate_{name}": {"send_domain": False}} for name in forms],
    }


def build_rules() -> Dict[Text, Any]:
    """One rule an intent: whatever is said outside a section's form goes to ``action_resume``.

    In a form these rules never apply: the form has the message first, and its validation action takes every one.
    """
    intents = ["words", "answer", "begin", "change", "confirm", "deny", *load_commands()]
    return {
        "version": "3.1",
        "rules": [
            {"rule": f"{intent} outside a form", "steps": [{"intent": intent}, {"action": "action_resume"}]} for intent in intents
        ],
    }


def build_examples(interview: Interview) -> List[Message]:
    """A message for all examples of options, one for all phrases of commands and one for each file of written lines.

    The lines are its metadata, packed: with a message for each line Rasa takes half a minute to copy and digest them.
    """
    groups = {
        "examples of options": list(example_lines(interview)),
        "phrases of commands": list(command_lines(load_commands())),
        **{path.stem: read_lines(path) for path in training_files()},
    }
    return [Message(data={TEXT: name, INTENT: "words", "metadata": {"intent": packed(lines)}}) for name, lines in groups.items()]


class InterviewImporter(TrainingDataImporter):
    """Rasa's view of the interview. Listed in config.yml beside ``RasaFileImporter``."""

    def __init__(
        self,
        config_file: Optional[Text] = None,
        domain_path: Optional[Text] = None,
        training_data_paths: Optional[Union[List[Text], Text]] = None,
        **kwargs: Any,
    ) -> None:
        self._interview = load_interview()

    def get_domain(self) -> Domain:
        return Domain.from_dict(build_domain(self._interview))

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        steps = YAMLStoryReader().read_from_parsed_yaml(build_rules())
        return StoryGraph(steps)

    def get_config(self) -> Dict[Text, Any]:
        return {}

    def get_config_file_for_auto_config(self) -> Optional[Text]:
        return None

    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        commands = [
            Message(data={TEXT: phrase, INTENT: name})
            for name, command in load_commands().items()
            for phrase in list(command["phrases"])  # type: ignore[call-overload]
        ]
        return TrainingData(commands + build_examples(self._interview))
