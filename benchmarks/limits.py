"""What a benchmark must hold: figures are told as they are compared, and a run that missed a limit fails at its end."""

import math


def growth(before, after):
    """Return the exponent of time by size between two measurements ``(size, seconds)``: 1 is linear."""
    (few, short), (many, long) = before, after
    return math.log(long / short) / math.log(many / few)


class Limits:
    """The limits of a run."""

    def __init__(self):
        self.missed = []

    def least(self, what, value, floor):
        """Tell a value that must be at least the floor."""
        self._compare(f"{what} {value:.2f} (at least {floor:g})", held=value >= floor)

    def most(self, what, value, ceiling):
        """Tell a value that must be at most the ceiling."""
        self._compare(f"{what} {value:.2f} (at most {ceiling:g})", held=value <= ceiling)

    def judged(self):
        """End the process in failure where a limit was missed."""
        if self.missed:
            raise SystemExit("NOT held: " + "; ".join(self.missed))

    def _compare(self, told, *, held):
        print(f"  {'held' if held else 'NOT held'}: {told}", flush=True)
        if not held:
            self.missed.append(told)
