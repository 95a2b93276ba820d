"""The speed of one training in several processes of one thread each, and in one of as many threads.

Both are the command line's, on the CPU. Standard library.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from explorer.bench.figures import Meter
from explorer.errors import Failure

PROCESSES = 2

LAUNCHER = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node")


def steps_per_s(words: Sequence[str], seconds: float, *, processes: int) -> float:
    """Of `train` with these words, with `PROCESSES` threads in all.

    Raises
    ------
    Failure
        The training did not get going.
    """
    launcher = [] if processes == 1 else [*LAUNCHER, str(processes)]
    with tempfile.TemporaryDirectory(prefix="latent-explorer-bench-") as folder:
        place = ("--device", "cpu", "--out", str(Path(folder) / "run"), "--json")
        child = subprocess.Popen(
            [sys.executable, *launcher, "-m", "explorer", "train", *words, *place],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(PROCESSES // processes)},
        )
        try:
            return _measured(child, seconds)
        finally:
            # Killed, a launcher would leave its processes behind.
            child.terminate()
            child.communicate()


def _measured(child: subprocess.Popen[str], seconds: float) -> float:
    meter, begun = Meter(), None
    assert child.stdout is not None
    for line in child.stdout:
        event, now = json.loads(line), time.perf_counter()
        if event["event"] != "progress":
            continue
        begun = begun or now
        meter.note(now, event["step"])
        if now - begun >= 1.2 * seconds:
            return meter.rate(begun + 0.2 * seconds)
    raise Failure("Nothing was measured: the training in several processes ended too soon.")
