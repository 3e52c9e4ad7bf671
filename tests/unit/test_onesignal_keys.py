"""Where the key comes from, what is refused, and that it is never shown."""

import os
import sys

import keyring
import pytest
from keyring.backend import KeyringBackend
from support.wire import KEY

from purgeplan.errors import CredentialsError, Exit
from purgeplan.model.spec import KeyRef
from purgeplan.onesignal.keys import find_key


class OneEntry(KeyringBackend):
    """A keyring that holds one key."""

    priority = 1

    def get_password(self, service, username):
        """Give the key of one entry."""
        return KEY if (service, username) == ("acme/prod", "bot") else None

    def set_password(self, service, username, password):
        """Refuse; nothing here sets one."""
        raise NotImplementedError

    def delete_password(self, service, username):
        """Refuse; nothing here deletes one."""
        raise NotImplementedError


@pytest.fixture
def _one_entry():
    before = keyring.get_keyring()
    keyring.set_keyring(OneEntry())
    yield
    keyring.set_keyring(before)


def refusal(ref, root, environ=None):
    """Give the finding with which a reference is refused."""
    with pytest.raises(CredentialsError) as refused:
        find_key(ref, root, {} if environ is None else environ)
    assert refused.value.exit_code is Exit.CREDENTIALS
    return refused.value.findings[0]


def test_a_variable_is_read_and_taken_out(tmp_path):
    """The key leaves the environment when it is read, so that no child process inherits it."""
    environ = {"ACME_KEY": KEY + "\n", "OTHER": "x"}

    found = find_key(KeyRef("env", "ACME_KEY"), tmp_path, environ)

    assert found.reveal() == KEY
    assert environ == {"OTHER": "x"}
    assert KEY not in repr(found)


def test_the_environment_is_the_processs_own_by_default(tmp_path, monkeypatch):
    """Without another one, the process's environment is read and emptied of the key."""
    monkeypatch.setenv("ACME_KEY", KEY)

    found = find_key(KeyRef("env", "ACME_KEY"), tmp_path)

    assert found.reveal() == KEY
    assert "ACME_KEY" not in os.environ


def test_a_missing_variable_is_named(tmp_path):
    """A variable that is not set is named together with the way out."""
    finding = refusal(KeyRef("env", "ACME_KEY"), tmp_path)

    assert finding.code == "PP605"
    assert "ACME_KEY" in finding.problem
    assert "set ACME_KEY" in finding.mend


@pytest.mark.parametrize("absolute", [True, False])
def test_a_private_file_is_read(tmp_path, absolute):
    """A file of mode 0600 is found by its path, absolute or below the root."""
    path = tmp_path / "key.txt"
    path.write_text(f"  {KEY}\r\n")
    path.chmod(0o600)

    found = find_key(KeyRef("file", str(path) if absolute else "key.txt"), tmp_path, {})

    assert found.reveal() == KEY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path, mode):
    """Any right of group or others is too much."""
    path = tmp_path / "key.txt"
    path.write_text(KEY)
    path.chmod(mode)

    assert refusal(KeyRef("file", "key.txt"), tmp_path).code == "PP606"


def test_a_missing_file_is_refused(tmp_path):
    """A file that is not there is a missing key."""
    assert refusal(KeyRef("file", "nowhere.txt"), tmp_path).code == "PP605"


def test_a_link_is_refused(tmp_path):
    """A link may be moved by somebody else."""
    path = tmp_path / "key.txt"
    path.write_text(KEY)
    path.chmod(0o600)
    (tmp_path / "link").symlink_to(path)

    assert refusal(KeyRef("file", "link"), tmp_path).code == "PP605"


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "fifo"])
def test_what_is_no_regular_file_is_refused(tmp_path, make):
    """A folder or a pipe is refused, without a hang, though it is open to nobody else."""
    make(tmp_path / "odd", 0o600)

    assert refusal(KeyRef("file", "odd"), tmp_path).code == "PP606"


@pytest.mark.parametrize(
    "text",
    ["two words", "two\nlines", "os_v2_org_secret", "os_v2_app_é", "a\tb", "a\0b"],
)
def test_an_unfit_key_is_refused_and_not_shown(tmp_path, text):
    """Blanks, control characters and an organization's key are refused; the text stays unseen."""
    finding = refusal(KeyRef("env", "K"), tmp_path, {"K": text})

    assert finding.code == "PP607"
    assert "secret" not in str(finding)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_key_is_none(tmp_path, text):
    """A runner gives secrets that it must not give as empty variables: as if they were not set."""
    finding = refusal(KeyRef("env", "K"), tmp_path, {"K": text})

    assert (finding.code, finding.problem) == ("PP605", "the key in env K is empty")


@pytest.mark.usefixtures("_one_entry")
def test_a_keyring_entry_is_read(tmp_path):
    """The last slash parts the service from the user."""
    assert find_key(KeyRef("keyring", "acme/prod/bot"), tmp_path, {}).reveal() == KEY


@pytest.mark.usefixtures("_one_entry")
def test_a_missing_keyring_entry_says_how_to_make_it(tmp_path):
    """An entry that is not there comes with the command that makes it."""
    finding = refusal(KeyRef("keyring", "acme/test/bot"), tmp_path)

    assert (finding.code, finding.mend) == ("PP605", "run `keyring set acme/test bot`")


def test_a_keyring_without_a_backend_is_a_missing_key(tmp_path):
    """A machine with no keyring service is told so."""
    before = keyring.get_keyring()
    from keyring.backends.fail import Keyring  # noqa: PLC0415 - only here

    keyring.set_keyring(Keyring())
    try:
        finding = refusal(KeyRef("keyring", "acme/bot"), tmp_path)
    finally:
        keyring.set_keyring(before)

    assert finding.code == "PP605"
    assert "NoKeyringError" in finding.problem


def test_a_missing_extra_says_what_to_install(tmp_path, monkeypatch):
    """Where keyring is not installed, the message names the extra."""
    monkeypatch.setitem(sys.modules, "keyring", None)

    finding = refusal(KeyRef("keyring", "acme/bot"), tmp_path)

    assert "purgeplan[keyring]" in finding.mend
