"""How an operator consents to a run without being asked."""

from dataclasses import dataclass

from purgeplan.errors import Finding, UnconfirmedError


@dataclass(frozen=True, slots=True)
class Consent:
    """How the operator consents: by typing (nothing given), or by name and fingerprint."""

    name: str | None = None
    fingerprint: str | None = None
    standing: bool = False

    @property
    def asks(self) -> bool:
        """Tell whether somebody must be asked."""
        return self.name is None

    def check(self, app_name: str) -> None:
        """Raise UnconfirmedError where options are given that do not confirm."""
        problem = None
        if self.name is not None and self.name != app_name:
            problem = "--confirm is not the name of the plan's app"
        elif self.name is not None and self.fingerprint is None and not self.standing:
            problem = "--confirm wants --fingerprint too, all 64 digits"
        elif self.standing and self.name is None:
            problem = "--standing wants --confirm too"
        if problem is not None:
            mend = "`purgeplan plan` prints the whole command"
            raise UnconfirmedError(Finding("PP310", problem, mend))
