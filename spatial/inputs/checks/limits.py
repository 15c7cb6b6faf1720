"""How much a file that somebody gave us may ask for."""

import math
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Limits:
    """The bounds of one file; what goes beyond one of them is refused.

    ``file_mb`` is the largest file taken in. ``unpacked_mb``, ``ratio`` and ``members`` bound a zip by its own
    directory: megabytes unpacked, unpacked over packed size, and number of members. ``memory_mb``, ``cpu_s`` and
    ``output_mb`` bound the child process that opens the file, on systems with POSIX resource limits; ``wall_s``
    bounds it everywhere. A megabyte is 1,000,000 bytes.
    """

    file_mb: float = 200
    unpacked_mb: float = 500
    ratio: float = 100
    members: float = 200
    memory_mb: float = 2_000
    cpu_s: float = 20
    output_mb: float = 500
    wall_s: float = 30


OWN_FILES: Final = Limits(math.inf, math.inf, math.inf, math.inf, math.inf, math.inf, math.inf, math.inf)
"""The settings' own files are as large as they are."""
MB: Final = 1_000_000
