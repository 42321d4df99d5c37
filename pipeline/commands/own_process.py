"""A command that has its process to itself, as from a shell: what it changes there meets nobody else."""

import atexit
import gc

OWN_PROCESS = "own process"
"""The context of such a command."""

_OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""New objects after which cycles are looked for. What a command imports are a hundred thousand that stay; every 700 of them Python
would walk the last ones again, which took a tenth of a small match."""


def own_process() -> str:
    """Sets this process up for one command; gives its context."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    atexit.register(gc.freeze)  # what is left goes with the process, it need not be walked for cycles once more
    return OWN_PROCESS
