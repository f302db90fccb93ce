"""What the course can only show on a GPU: `make gpu DATA=FILE.npz`. One command, minutes, nothing is downloaded.

    python -m tests.gpu --data FILE.npz [--output build/gpu.json] [--only optimizers]

Each part is a module of this package with `run(data, quick) -> dict`; all figures go into one JSON file. Where torch sees
no GPU nothing is measured, and that is said in one line.
"""
import argparse
import importlib
import json
import platform
import time
from pathlib import Path

import torch

PARTS = ("optimizers",)  # each project that has something to show adds a module


def main() -> int:
    parser = argparse.ArgumentParser(prog="make gpu", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="an .npz file with x_train, y_train, x_test, y_test: photographs of 32x32 pixels")
    parser.add_argument("--output", type=Path, default=Path("build/gpu.json"))
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--quick", action="store_true", help="a few steps of each, to see that it runs")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print(f"torch {torch.__version__} sees no GPU: none of {', '.join(options.only)} was run, and nothing was checked.")
        return 0
    if options.data is None or not options.data.is_file():
        parser.error("name a file of images that is there: make gpu DATA=FILE.npz")

    figures = {"device": torch.cuda.get_device_name(), "torch": torch.__version__, "python": platform.python_version(), "parts": {}}
    for part in options.only:
        began = time.perf_counter()
        found = importlib.import_module(f"tests.gpu.{part}").run(options.data, options.quick)
        figures["parts"][part] = {**found, "seconds": round(time.perf_counter() - began, 1)}
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(json.dumps(figures, indent=2))  # after each part: what comes later may fail
    print(f"All figures are in {options.output}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
