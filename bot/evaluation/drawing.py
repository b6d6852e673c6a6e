"""Draws the calibration plot: ``python -m bot.evaluation.drawing FILE`` on Rasa's Python; points on standard input."""

from __future__ import annotations

import json
import sys


def main(target: str) -> None:
    """Draw (mean confidence, share right, how many) points into an SVG file."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "bcst2"
    from matplotlib import pyplot as plt

    points = json.load(sys.stdin)
    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="#b1b4b6", linestyle="--", label="as sure as right")
    axes.plot([point[0] for point in points], [point[1] for point in points], color="#1d70b8", marker="o", label="guesses")
    for sure, right, count in points:
        axes.annotate(str(count), (sure, right), textcoords="offset points", xytext=(6, -10), fontsize=8)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share that was right")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.legend(loc="upper left")
    figure.tight_layout()
    figure.savefig(target, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main(sys.argv[1])
