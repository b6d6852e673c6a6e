"""Parses lines of words through the trained model: JSON lines in, JSON lines out. Run by ``bcst2 understand`` on Rasa's Python.

In: ``{"question": id or null, "text": words}``. Out, same order:
``{"intent": name, "guesses": [...], "alerts": [...], "private": bool, "off": bool, "ms": milliseconds}``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time


async def parse_lines(model: str) -> None:
    """Load the model once and answer every line of standard input."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    from bot.dialogue.channel import disarm

    # Libraries print while they load; only results may stand on standard output.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    agent = Agent.load(model)
    if agent.processor is None:
        raise SystemExit("the model could not be loaded")
    for number, line in enumerate(sys.stdin):
        if not number:  # the first message warms caches; its time tells nothing
            await agent.processor.parse_message(UserMessage("hello there", metadata={}))
        asked = json.loads(line)
        start = time.perf_counter()
        message = UserMessage(disarm(asked["text"]), metadata={"question": asked.get("question")})
        parsed = await agent.processor.parse_message(message)
        result = {
            "intent": parsed["intent"].get("name"),
            "guesses": parsed.get("option_guesses") or [],
            "alerts": parsed.get("alerts") or [],
            "private": bool(parsed.get("private")),
            "off": bool(parsed.get("off")),
            "ms": round((time.perf_counter() - start) * 1000, 2),
        }
        print(json.dumps(result), file=results, flush=True)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # Rasa logs the text of a message it cannot parse
    asyncio.run(parse_lines(sys.argv[1]))
