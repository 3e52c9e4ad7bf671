"""What a simulated process knows of the world: a journal and a OneSignal, each act an effect."""

import asyncio

from support.simulated_ledger import law

from purgeplan.errors import Finding, JournalError, UnreachableError
from purgeplan.model.ports import AppFacts
from purgeplan.model.spec import Resource

WRITES = frozenset(
    {
        "save",
        "renew",
        "conclude",
        "skip_deleted_elsewhere",
        "skip",
        "start_run",
        "turn",
        "end_run",
        "reopen",
        "seal",
        "note",
    }
)
APP_FACTS = AppFacts("Acme Prod", 412_118)


class JournalPort:
    """A journal of which every write is two effects: before its commit, and after it."""

    def __init__(self, process, journal):
        self._process = process
        self._journal = journal
        self._error = None
        self.failing = False

    def __getattr__(self, name):
        if self._error is not None:
            raise self._error
        if name in WRITES:
            return lambda *args: self._write(name, args)
        return getattr(self._journal, name)

    def _write(self, name, args):
        process, watch = self._process, self._process.watch
        process.hold(watch.before, name, args)
        process.effect(f"before {name}")
        self._fail_if_told()
        try:
            result = getattr(self._journal, name)(*args)
        except JournalError as error:
            process.hold(law, process.usurped, f"{name} was refused: {error}")
            self._die(error)
        process.changed(journal=True)
        process.hold(watch.after, name, args, result)
        process.effect(f"after {name}")
        self._fail_if_told()
        return result

    def _fail_if_told(self):
        if self.failing:
            self._die(JournalError(Finding("PP403", "disk I/O error")))

    def _die(self, error):
        self._error = error
        self._process.watch.dead = True
        raise error


class OneSignalPort:
    """Target and view of a process."""

    def __init__(self, process, world):
        self._process = process
        self._world = world

    async def delete(self, item):
        """Send one DELETE: effects are before and after its bytes, the act, and the answer."""
        process, world, watch = self._process, self._world, self._process.watch
        process.hold(watch.begun, item)
        process.effect("begin")
        fate = world.onesignal.fate(item.id)
        watch.under_way[item.id] = fate
        process.changed()
        process.effect("sent")
        await asyncio.sleep(fate.latency_s / 2)
        named = item.onesignal_id if world.spec.target.resource is Resource.USER else None
        victim, answer = world.onesignal.receive(item.id, fate, world.clock.elapsed, named)
        watch.under_way[item.id] = None
        process.changed()
        if victim is not None:
            process.hold(watch.acted, item, world.onesignal.born.get(victim))
        process.effect("acted")
        await asyncio.sleep(fate.latency_s / 2)
        watch.answered(item, answer)
        process.effect("answered")
        return answer

    async def look(self):
        """Give the app's name and count."""
        self._look()
        return APP_FACTS

    async def holds(self, kind, one):
        """Tell whether somebody is still there."""
        self._look()
        self._world.onesignal.settle(self._world.clock.elapsed)
        return one in self._world.onesignal.holds

    async def onesignal_id(self, kind, one):
        """Give whom an alias names."""
        self._look()
        self._world.onesignal.settle(self._world.clock.elapsed)
        self._process.watch.looked_up.add(one)
        return self._world.onesignal.holds.get(one)

    def _look(self):
        self._process.effect("look")
        if not self._world.onesignal.sees():
            raise UnreachableError(Finding("PP608", "the API can't be reached"))
