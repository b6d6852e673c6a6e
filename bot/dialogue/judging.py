"""How sure to be: turns what speaks for and against each candidate into the share of times that such a candidate is right.

Learned from written lines that neither the encoder's layers nor the scores had seen, so that being sure means what it says.
"""

from __future__ import annotations

from typing import Dict, List, Sequence, Text, Tuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from bot.dialogue.candidates import HEARD, UNSAID, Candidates
from bot.dialogue.lines import ALERTS, COMMANDS, Line
from bot.dialogue.scoring import KIND, Label

OFF, PRIVATE, CLARIFY = "off", "private", "clarify"
# Few lines are urgent: what is learned from them is held back more, and so finds more of those it has not seen.
_FREEDOM = {"alert": 0.01}
# How much the encoder's own word on the whole line counts beside what was learned on it: the two are wrong about different lines.
_OWN_WORD = {"command": 0.5, PRIVATE: 0.5, "alert": 0.25}
# Every so many-th line says how much the judge and the encoder's own word count beside one another.
_APART = 4
_MOST_SURE = 12.0
# How many of a kind's features, the last, are the encoder's.
TOLD = 6
SPOKEN: Tuple[Text, ...] = (*COMMANDS, OFF, PRIVATE, CLARIFY, *ALERTS)
_GROUPS = {**dict.fromkeys(COMMANDS, "command"), **dict.fromkeys(ALERTS, "alert"), OFF: OFF, PRIVATE: PRIVATE, CLARIFY: CLARIFY}


def kind_features(
    scores: np.ndarray, said: np.ndarray, column: Dict[Label, int], best_answer: float, words: int, hits: Dict[Text, float]
) -> np.ndarray:
    """What speaks for each thing that words can be besides an answer: (kinds, features), in the order of ``SPOKEN``."""
    rows = []
    alerts = [SPOKEN.index(name) for name in ALERTS]
    known = [column.get((KIND, name)) for name in SPOKEN]
    whole = [0.0 if number is None else float(scores[0, number]) for number in known]
    best = [0.0 if number is None else float(scores[:, number].max()) for number in known]
    told = np.nan_to_num(said, nan=UNSAID)
    told_whole = [UNSAID if number is None else float(told[0, number]) for number in known]
    told_best = [UNSAID if number is None else float(told[:, number].max()) for number in known]
    any_alert = [sum(max(0.0, score[place]) for place in alerts) for score in (whole, best)]
    any_hit = sum(hits.get(name, 0.0) for name in ALERTS)
    for place in range(len(SPOKEN)):
        rest = max((score for other, score in enumerate(whole) if other != place), default=0.0)
        rows.append(
            [
                whole[place],
                best[place],
                whole[place] - rest,
                best_answer,
                np.log1p(words),
                min(2.0, hits.get(SPOKEN[place], 0.0)),
                min(2.0, any_hit),
                *any_alert,
                told_whole[place],
                told_best[place],
                _share(told_whole[place]),
                _share(told_best[place]),
                max((score for other, score in enumerate(told_whole) if other != place), default=UNSAID),
                max(_share(told_best[place]) for place in alerts),
            ]
        )
    return np.array(rows, dtype=np.float32)


def _share(logit: float) -> float:
    return float(1.0 / (1.0 + np.exp(-logit)))


def _linear(rows: np.ndarray, right: np.ndarray, freedom: float) -> Tuple[np.ndarray, float]:
    """Logistic regression over features brought to one scale, as (weights, bias) of the features as they are."""
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=freedom, max_iter=500).fit(scaler.transform(rows), right)
    weights = model.coef_[0] / scaler.scale_
    return weights, float(model.intercept_[0] - weights @ scaler.mean_)


class Judge:
    """Two parts: one for answers, a model of each group of other kinds."""

    def __init__(self) -> None:
        self._answers = HistGradientBoostingClassifier(
            max_iter=120, learning_rate=0.08, max_leaf_nodes=12, min_samples_leaf=25, l2_regularization=2.0, random_state=0
        )
        self._both = LogisticRegression(max_iter=500)
        # Each with what the encoder says of the words, and without: a model is good where there is no encoder, too.
        # As (weights, bias): a sum is all that is left of a model of this kind once it is trained.
        self._kinds: Dict[Tuple[Text, bool], Tuple[np.ndarray, float]] = {}

    def fit_answers(self, candidates: Sequence[Candidates], lines: Sequence[Line]) -> None:
        """Learn from lines whose candidates were scored without them."""
        features = np.concatenate([found.features for found in candidates if found.labels])
        right = np.array(
            [
                label[1] in line.answers.get(label[0], ())
                for found, line in zip(candidates, lines, strict=True)
                for label in found.labels
            ]
        )
        lines_of = np.repeat(np.arange(len(lines)), [len(found.labels) for found in candidates])
        apart = lines_of % _APART == 0
        self._answers.fit(features[~apart], right[~apart])
        self._both.fit(self._judged_and_heard(features[apart]), right[apart])
        self._answers.fit(features, right)

    def _judged_and_heard(self, features: np.ndarray) -> np.ndarray:
        """As logits, what the judge says of each candidate (by itself; beside the encoder) and what the encoder says of it."""
        sure = self._answers.predict_proba(features)[:, 1]
        judged = np.clip(np.log(sure / (1.0 - sure)), -_MOST_SURE, _MOST_SURE)
        heard = np.clip(features[:, HEARD], -_MOST_SURE, _MOST_SURE)
        known = np.isfinite(heard)
        return np.stack([judged * ~known, judged * known, np.where(known, heard, 0.0), known], axis=1)

    def _sure(self, features: np.ndarray) -> np.ndarray:
        return np.asarray(self._both.predict_proba(self._judged_and_heard(features))[:, 1])

    def answers(self, candidates: Candidates) -> np.ndarray:
        """How sure each candidate is: (candidates,)."""
        return self._sure(candidates.features) if candidates.labels else np.zeros(0)

    def answers_of_each(self, found: Sequence[Candidates]) -> List[np.ndarray]:
        """How sure the candidates of each of many lines are."""
        features = [candidates.features for candidates in found if candidates.labels]
        sure = self._sure(np.concatenate(features)) if features else np.zeros(0)
        ends = np.cumsum([len(candidates.labels) for candidates in found])
        return [sure[end - len(candidates.labels) : end] for end, candidates in zip(ends, found, strict=True)]

    def fit_kinds(self, features: Sequence[np.ndarray], lines: Sequence[Line]) -> None:
        """Learn from lines' kind features, scored without them."""
        for group in dict.fromkeys(_GROUPS.values()):
            places = [place for place, name in enumerate(SPOKEN) if _GROUPS[name] == group]
            rows = np.concatenate([found[places] for found in features])
            right = np.array([_is(line, SPOKEN[place]) for line in lines for place in places])
            if right.any():
                for heard in (True, False):
                    self._kinds[group, heard] = _linear(rows if heard else rows[:, :-TOLD], right, _FREEDOM.get(group, 1.0))

    def kinds(self, features: np.ndarray, heard: bool = True) -> Dict[Text, float]:
        """How sure each kind is. ``heard``: whether the encoder has spoken."""
        found: Dict[Text, float] = dict.fromkeys(SPOKEN, 0.0)
        for (group, with_encoder), (weights, bias) in self._kinds.items():
            if with_encoder == heard:
                places = [place for place, name in enumerate(SPOKEN) if _GROUPS[name] == group]
                logits = (features[places] if heard else features[places, :-TOLD]) @ weights + bias
                if heard:
                    share = _OWN_WORD.get(group, 0.0)
                    logits = (1 - share) * logits + share * features[places, -TOLD]
                found.update((SPOKEN[place], _share(float(logit))) for place, logit in zip(places, logits, strict=True))
        return found


def _is(line: Line, kind: Text) -> bool:
    if kind in COMMANDS:
        return line.command == kind
    if kind in ALERTS:
        return kind in line.alerts
    return bool(getattr(line, kind))
