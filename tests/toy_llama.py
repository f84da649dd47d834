"""A stand-in for the process that runs a model file: `python toy_llama.py WHAT [ADDRESS]`.

serve: says that it serves at ADDRESS, and ends when its input does. stay: the same, but does not end by itself.
refuse: says that it cannot. die: says nothing and fails. hang: says nothing, for ever.
"""

import json
import signal
import sys
import time


def main() -> int:
    what, *address = sys.argv[1:]
    order = json.loads(sys.stdin.readline())
    if what == "die":
        sys.stderr.write("0.1 E llama_model_load: error loading model: unknown model architecture: 'toy'\n")
        return 3
    if what == "refuse":
        sys.stdout.write(json.dumps({"error": "libtoy.so: cannot open shared object file"}) + "\n")
        return 1
    if what in ("serve", "stay"):
        sys.stdout.write(json.dumps({"url": address[0], "order": order}) + "\n")
        sys.stdout.flush()
    if what == "serve":
        sys.stdin.read()
        return 0
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    sys.exit(main())
