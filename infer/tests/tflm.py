"""Runs networks with TensorFlow Lite Micro.

    python tflm.py FOLDER

For each `FOLDER/N.tflite`, reads inputs from `N.inputs` (signed bytes, one input after the other) and the numbers of
tensors from `N.tensors` (one a line), and writes the bytes of these tensors after each run, in that order, to `N.outputs`.
"""

import pathlib
import sys

import numpy as np
from tflite_micro import runtime

ARENA = 1 << 22

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.tflite")):
    interpreter = runtime.Interpreter.from_bytes(
        path.read_bytes(), [], ARENA, runtime.InterpreterConfig.kPreserveAllTensors
    )
    shape = interpreter.get_input_details(0)["shape"]
    inputs = np.fromfile(path.with_suffix(".inputs"), np.int8).reshape(-1, *shape)
    tensors = [int(line) for line in path.with_suffix(".tensors").read_text().split()]
    outputs = []
    for values in inputs:
        interpreter.set_input(values, 0)
        interpreter.invoke()
        outputs += [interpreter.GetTensor(tensor, 0)["tensor_data"].tobytes() for tensor in tensors]
    path.with_suffix(".outputs").write_bytes(b"".join(outputs))
