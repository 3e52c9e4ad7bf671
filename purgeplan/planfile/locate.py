"""Finds the root that a plan belongs to, and the policy above it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.ids import CONTROL
from purgeplan.planfile.text import display

POLICY: Final = "purgeplan.yaml"

_GIT: Final = ".git"


@dataclass(frozen=True, slots=True)
class Site:
    """Where a plan stands: its file, the root of its repository, the policy if there is one.

    The root is the next folder above with a ``.git``; outside a repository it is the plan file's
    own folder, and a policy is looked for there only: what lies further up is nobody's known.
    """

    path: Path
    root: Path
    policy: Path | None

    @property
    def name(self) -> str:
        """Give the path of the plan relative to the root."""
        return self.path.relative_to(self.root).as_posix()


def site_of(path: Path) -> Site:
    """Give where a plan file stands; links in the folders above it are followed.

    Raises InvalidError where they lead out of the repository that the path is written in: a pull
    request can hold links, and what they name is not its author's to read. Also where several
    policies lie above it: the nearer one could loosen the other.
    """
    file = path.parent.resolve() / path.name
    written_in = root_of(Path(os.path.abspath(path)).parent)  # noqa: PTH100 - resolves no link
    if os.path.lexists(written_in / _GIT) and not file.is_relative_to(written_in.resolve()):
        problem, mend = "a link leads out of the repository", "copy the file into the repository"
        raise InvalidError(Finding("PP001", problem, mend, Place(display(path))))
    return _site(file, root_of(file.parent))


def saved_site(path: str, folder: Path) -> Site:
    """Give where a saved plan stands in the repository of a folder; it need not exist there.

    Raises InvalidError as ``site_of`` does, and where the path leads out of the repository.
    """
    root = root_of(folder.resolve())
    named = Path(os.path.normpath(root / path))
    file = named.parent.resolve() / named.name
    if not file.is_relative_to(root):
        problem = "the path of the saved plan leads out of the repository"
        raise InvalidError(Finding("PP001", problem, "plan again", Place(path)))
    return _site(file, root)


def root_of(folder: Path) -> Path:
    """Give the root of the repository that a folder is in, or the folder itself outside one."""
    above = (one for one in (folder, *folder.parents) if os.path.lexists(one / _GIT))
    return next(above, folder)


def _site(file: Path, root: Path) -> Site:
    name = str(file.relative_to(root))
    if CONTROL.search(name):  # the journal keeps it
        told = name.encode("unicode_escape").decode()
        problem = "the name of the file, or of its folder, holds a control character or is no UTF-8"
        raise InvalidError(Finding("PP001", problem, "give it another name", Place(told)))
    between = [one for one in file.parents if one.is_relative_to(root)]
    found = [folder / POLICY for folder in between if os.path.lexists(folder / POLICY)]
    if len(found) > 1:
        problem = f"a second policy: {display(found[-1])} applies here too"
        place = Place(display(found[0]))
        raise InvalidError(Finding("PP031", problem, "keep one of them, at the root", place))
    return Site(file, root, found[0] if found else None)
