"""Writes the mean of several adapted encoders: steadier than any of them.

    python scripts/mean_encoder.py --to bot/data/understanding/encoder.safetensors first=1 second=1 third=2

Each is a file that scripts/adapt_encoder.py wrote, with how much it counts. They must descend from one another, or from one
(``--from``): the mean of encoders that were adapted apart from the beginning says nothing. Needs safetensors and
numpy, as adapt_encoder.py does.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file


def read(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """An encoder's tensors, and what stands with them: its labels."""
    with safe_open(path, framework="np") as file:
        about = dict(file.metadata() or {})
    return load_file(path), about


def main() -> None:
    """Read, add up, write."""
    parser = argparse.ArgumentParser(description="the mean of several adapted encoders")
    parser.add_argument("parts", nargs="+", metavar="FILE=SHARE")
    parser.add_argument("--to", type=Path, required=True)
    args = parser.parse_args()
    shares = {Path(name): float(share) for name, share in (part.rsplit("=", 1) for part in args.parts)}
    whole, total, about = dict[str, Any](), sum(shares.values()), dict[str, str]()
    for path, share in shares.items():
        tensors, said = read(path)
        if whole and (said != about or set(tensors) != set(whole)):
            raise SystemExit(f"{path} knows other labels than the file before it; adapt it from the same lines")
        about = said
        for name, value in tensors.items():
            whole[name] = whole.get(name, 0.0) + value.astype(np.float32) * np.float32(share / total)
    kinds = {name: value.dtype for name, value in read(next(iter(shares)))[0].items()}
    save_file({name: value.astype(kinds[name]) for name, value in whole.items()}, args.to, metadata=about)


if __name__ == "__main__":
    main()
