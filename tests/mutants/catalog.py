"""All mutants, by the room that they are about."""

from mutants import in_checks, in_engine, in_journal, in_model, in_onesignal, in_reading, in_surface

MUTANTS = (
    *in_journal.MUTANTS,
    *in_engine.MUTANTS,
    *in_checks.MUTANTS,
    *in_model.MUTANTS,
    *in_onesignal.MUTANTS,
    *in_reading.MUTANTS,
    *in_surface.MUTANTS,
)
