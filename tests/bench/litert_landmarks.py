"""The landmark model by LiteRT, run by the interpreter of build/rivals-venv: milliseconds a call, as JSON.

python litert_landmarks.py THREADS FACE_LANDMARKER.task
"""

from __future__ import annotations

import json
import sys
import time
import zipfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter

CALLS = 300


def main(threads: int, bundle: str) -> None:
    """The model as its makers publish it, inside the bundle, on pictures of its size."""
    with zipfile.ZipFile(bundle) as members:
        model = Interpreter(model_content=members.read("face_landmarks_detector.tflite"), num_threads=threads)
    model.allocate_tensors()
    read, written = model.get_input_details()[0]["index"], [one["index"] for one in model.get_output_details()]
    picture = np.random.default_rng(1).random((1, 256, 256, 3), np.float32)
    for number in range(CALLS + 1):
        if number == 1:  # the first call plans memory
            began, processor = time.perf_counter(), time.process_time()
        model.set_tensor(read, picture)
        model.invoke()
        [model.get_tensor(one) for one in written]
    wall, cpu = time.perf_counter() - began, time.process_time() - processor
    print(json.dumps({"wall_ms": 1000 * wall / CALLS, "cpu_ms": 1000 * cpu / CALLS}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
