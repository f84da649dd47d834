"""The process that runs a model file: llama.cpp's own OpenAI-compatible server; the only file that knows xllamacpp.

It reads one JSON line from its standard input (`model`, `key`, `slots`, `threads`, and `context`: tokens a slot),
writes one to its standard output (`url`, or `error`), and ends when its input does: when whoever started it closes it
or dies.
"""

import json
import os
import sys
from typing import Any

BATCH = 64
"""Prompt tokens computed at a time: whether the client has gone away is looked at in between."""
KINDNESS = 5
"""How much it gives way to others on the processor (nice): quoting stays quick while it writes."""


def main() -> int:
    """Serve until standard input ends; return 1 when the model cannot be opened."""
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    # What the model's libraries print goes nowhere near the line that is read.
    said = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.nice(KINDNESS)
    # Read by the OpenMP library when it is loaded: threads that have nothing to do sleep instead of spinning.
    os.environ["GOMP_SPINCOUNT"] = "0"
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    try:
        server = _serve(order)
    except (RuntimeError, ImportError, OSError) as error:
        _say(said, {"error": str(error) or type(error).__name__})
        return 1
    _say(said, {"url": server.listening_address})
    sys.stdin.read()
    # Taking the server down in good order would first write whatever answer is under way to its end.
    os._exit(0)


def _say(said: Any, words: dict[str, str]) -> None:  # noqa: ANN401 - any text stream
    said.write(json.dumps(words) + "\n")
    said.flush()


def _serve(order: dict[str, Any]) -> Any:  # noqa: ANN401 - xllamacpp has no types
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["model"]
    params.model_alias = {"local"}
    params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [order["key"]]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = order["threads"]
    params.n_parallel, params.n_ctx = order["slots"], order["slots"] * order["context"]
    params.n_batch = params.n_ubatch = BATCH
    # Weights stay as they are in the file, shared with the system's file cache: a copy laid out anew would cost as
    # much memory again. What a slot has read of a prompt is kept for the next; gigabytes of older prompts are not.
    params.no_extra_bufts, params.cache_prompt, params.cache_ram_mib = True, True, 0
    params.fit_params = False
    # A model that can think before it answers does not: on a few cores nobody would wait for it.
    params.enable_reasoning = 0
    params.ui = params.endpoint_slots = False
    params.n_threads_http = order["slots"] + 2
    params.cors_origins = ""
    params.verbosity = 1
    return xllamacpp.Server(params)


if __name__ == "__main__":
    sys.exit(main())
