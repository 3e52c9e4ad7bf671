"""Sabotages of what a run saves when its journal fails, and of what is taken in again."""

from mutants.mutant import mutant

DUMPS = "unit/test_journal_dumps.py"
SIMULATED = "property/test_simulation_crashes.py"
RUN = "unit/test_engine_run.py"

MUTANTS = (
    mutant(
        "a saved line may name anybody as deleted",
        DUMPS,
        (
            "journal/dumps.py",
            "if not ours or (who is not None and unfit(ONESIGNAL_ID, who)):",
            "if not ours:",
        ),
    ),
    mutant(
        "a saved line's place and time are taken as they stand",
        DUMPS,
        (
            "journal/dumps.py",
            "if not ours or (who is not None and unfit(ONESIGNAL_ID, who)):",
            "if who is not None and unfit(ONESIGNAL_ID, who):",
        ),
    ),
    mutant(
        "a run whose journal failed leaves no file",
        f"unit/test_engine_salvage.py {SIMULATED}",
        (
            "engine/run.py",
            "                self._world.dump(self._run_id, ())\n",
            "                self._run_id += 0\n",
        ),
    ),
    mutant(
        "what was saved holds for whatever was claimed since",
        "unit/test_engine_salvage.py",
        ("engine/salvage.py", " and claim.last_claim <= one.at", ""),
    ),
    mutant(
        "what a run saved holds for another run's claim, if only the clock says so",
        "unit/test_engine_salvage.py",
        ("engine/salvage.py", "claim.run_id == run and ", ""),
    ),
    mutant(
        "what a run saved is taken in at every start",
        "unit/test_engine_salvage.py",
        ("engine/salvage.py", "            told.pop(run, None)\n", "            told.get(run)\n"),
    ),
    mutant(
        "an error of the journal is lost where a second signal comes",
        "unit/test_bootstrap_loop.py",
        (
            "bootstrap/loop.py",
            "                raise error from None\n",
            '                error.add_note("")\n',
        ),
    ),
    mutant(
        "requests begin after a journal error",
        f"{RUN} {SIMULATED}",
        ("engine/execute.py", "        self.flight.ground()\n        await", "        await"),
    ),
    mutant(
        "what was answered is not dumped when the journal fails",
        f"{RUN} {SIMULATED}",
        (
            "engine/execute.py",
            "        self._means.dump([*self._unsaved, *late])\n",
            "        self._means.dump(late)\n",
        ),
    ),
    mutant(
        "a claim is that of the run that made the first",
        "contract/test_journal_runs.py",
        ("journal/runs.py", "run_id = ?2 WHERE", "run_id = coalesce(run_id, ?2) WHERE"),
    ),
    mutant(
        "what a journal could not take is not on the disk",
        "crash/test_journal_new.py",
        ("journal/dumps.py", "            os.fsync(descriptor)\n", ""),
    ),
    mutant(
        "what a journal could not take goes into a link",
        "unit/test_journal_dumps.py",
        (
            "journal/files.py",
            "NEW: Final = os.O_CREAT | os.O_NOFOLLOW | os.O_WRONLY",
            "NEW: Final = os.O_CREAT | os.O_WRONLY",
        ),
    ),
    mutant(
        "what was taken in is not told",
        "unit/test_engine_salvage.py",
        (
            "engine/run.py",
            "        if taken:\n            yield Settled(taken, 0)\n",
            "        if taken and self._run_id < 0:\n            yield Settled(taken, 0)\n",
        ),
    ),
    mutant(
        "a plan is done before its run has ended",
        RUN,
        (
            "engine/run.py",
            "        journal.end_run(self._run_id, final.why, final.exit, now)\n"
            "        if tally.left == 0:\n"
            "            journal.conclude(plan_id, PlanState.DONE, now)\n",
            "        if tally.left == 0:\n"
            "            journal.conclude(plan_id, PlanState.DONE, now)\n"
            "        journal.end_run(self._run_id, final.why, final.exit, now)\n",
        ),
    ),
    mutant(
        "a run whose journal has failed is closed in it",
        RUN,
        (
            "engine/run.py",
            "        except JournalError:\n"
            "            raise  # the first journal error is the last thing a run does with it (I15)\n"
            "        except PurgeplanError",
            "        except PurgeplanError",
        ),
    ),
)
