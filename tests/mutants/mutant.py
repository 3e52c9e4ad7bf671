"""Mutants: named small sabotages of the product, each a change of text that fits exactly once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """A change of one file of the product; ``old`` occurs in it exactly once."""

    file: str
    old: str
    new: str

    def flaw(self, root):
        """Say why it does not fit the product below a root, or None."""
        path = root / "purgeplan" / self.file
        found = path.read_text("utf-8").count(self.old) if path.is_file() else 0
        return None if found == 1 else f"{self.file}: {found} times {self.old!r}"

    def apply(self, root):
        """Make the change; give what takes it back."""
        path = root / "purgeplan" / self.file
        before = path.read_text("utf-8")
        self._write(path, before.replace(self.old, self.new))
        return lambda: self._write(path, before)

    @staticmethod
    def _write(path, text):
        path.write_text(text, "utf-8")
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()  # two texts of one length, written in one second, look the same


@dataclass(frozen=True)
class Mutant:
    """A sabotage, in words, and the test files of which one must turn red."""

    name: str
    tests: tuple
    edits: tuple

    def flaws(self, root):
        """Say what of it no longer fits the product below a root, or its tests."""
        found = [edit.flaw(root) for edit in self.edits]
        gone = [
            f"there is no {test}"
            for test in self.tests
            if not (root / "tests" / test.partition("::")[0]).is_file()
        ]
        return [*filter(None, found), *gone]


def mutant(name, tests, *changes):
    """Give a mutant; tests are paths below ``tests``, in one text; changes (file, old, new)."""
    return Mutant(name, tuple(tests.split()), tuple(Edit(*change) for change in changes))
