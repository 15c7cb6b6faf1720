"""How often a code may be tried: a few times a minute for each client, and ever longer waits after that."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from spatial.entry_terms import EntryLimits

_MINUTE_S: Final = 60.0
_MOST_CLIENTS: Final = 10_000
"""Clients remembered at a time: whoever sends from many addresses meets the limit for all."""
_FORGET_S: Final = 3600.0


@dataclass
class _Tries:
    times: list[float] = field(default_factory=list)
    over: int = 0
    until: float = 0.0


class Attempts:
    """The tries of every client of this process; threads may share it.

    Parameters
    ----------
    limits : EntryLimits
    clock : callable, optional
        Seconds that only grow.
    """

    def __init__(self, limits: EntryLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._clients: OrderedDict[str, _Tries] = OrderedDict()
        self._all: list[float] = []
        self._guard = threading.Lock()

    def wait_s(self, client: str) -> float:
        """Count a try, before its code is looked at; return how long the client must wait instead, 0 if it need not.

        Parameters
        ----------
        client : str
            The client's address.

        Returns
        -------
        float
            Seconds. A try that comes too early makes no difference to how long.
        """
        with self._guard:
            now = self._clock()
            tries = self._tries(client, now)
            if now < tries.until:
                return tries.until - now
            self._all = [then for then in self._all if now - then < _MINUTE_S]
            if len(self._all) >= self._limits.tries_in_all.value:
                return _MINUTE_S - (now - self._all[0])
            tries.times = [then for then in tries.times if now - then < _MINUTE_S]
            if len(tries.times) >= self._limits.tries_per_minute.value:
                return self._longer(tries, now)
            tries.times.append(now)
            self._all.append(now)
            return 0.0

    def succeeded(self, client: str) -> None:
        """Forget a client's tries: it gave a right code, and does not count towards the limit for all."""
        with self._guard:
            found = self._clients.pop(client, None)
            if found is not None and found.times and found.times[-1] in self._all:
                self._all.remove(found.times[-1])

    def _longer(self, tries: _Tries, now: float) -> float:
        wait: float = min(self._limits.first_wait_s.value * 2**tries.over, self._limits.longest_wait_s.value)
        tries.over = min(tries.over + 1, 32)
        tries.until = now + wait
        tries.times = tries.times[1:]
        return wait

    def _tries(self, client: str, now: float) -> _Tries:
        found = self._clients.pop(client, None)
        if found is None or (found.times and now - max(found.times[-1], found.until) > _FORGET_S):
            found = _Tries()
        self._clients[client] = found
        while len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)
        return found
