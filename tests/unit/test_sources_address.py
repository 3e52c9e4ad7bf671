"""The address of a SQL source: by a reference, told to nobody, and databases out of reach."""

import sys
import traceback
from types import SimpleNamespace

import pytest
from support.customers import customers, fill, sql
from support.sources import refused, staged_ids, the_only

from purgeplan.errors import Exit, InvalidError, UnreachableError
from purgeplan.sources import FRAGMENTS, KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.workspace import Workspace


@pytest.fixture(autouse=True)
def base(tmp_path, monkeypatch):
    """Give a database with two customers, which CUSTOMERS_URL names."""
    return customers(tmp_path, monkeypatch)


def unreachable(root, spec):
    """Give the error with which a source is out of reach; it must be."""
    with pytest.raises(UnreachableError) as error:
        staged_ids(root, spec)
    assert error.value.exit_code == Exit.UNREACHABLE
    return error.value


def test_a_database_that_is_not_there_is_out_of_reach(tmp_path, monkeypatch):
    """A missing file is no empty database, and is not made."""
    monkeypatch.setenv("CUSTOMERS_URL", f"sqlite:///{tmp_path}/none.db")

    error = unreachable(tmp_path, sql())

    assert "unable to open database file" in str(error)
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database_is_out_of_reach(tmp_path, monkeypatch):
    """Another format under this name gives nothing."""
    (tmp_path / "x.db").write_text("external_id\nsecret-id-1\n" * 99)
    monkeypatch.setenv("CUSTOMERS_URL", f"sqlite:///file:{tmp_path}/x.db")

    error = unreachable(tmp_path, sql())

    assert "not a database" in str(error)


@pytest.mark.parametrize("damage", ["cut", "zeroed"])
def test_a_damaged_database_breaks_off_with_nothing_staged(tmp_path, base, damage):
    """What fails half-way leaves no row of it."""
    fill(base, "CREATE TABLE customers (external_id)", *([f"u-{n:09}"] for n in range(30_000)))
    content = bytearray(base.read_bytes())
    half = len(content) // 2
    if damage == "cut":
        del content[half:]
    else:
        content[half:] = bytes(len(content) - half)
    base.write_bytes(content)
    spec = sql()

    with Workspace(threads=1) as work:
        with pytest.raises(UnreachableError) as error:
            KINDS["sql"](spec).stage(Context(str(tmp_path)), work)
        held = work.number("SELECT coalesce(sum(estimated_size), 0) FROM duckdb_tables()")

    assert error.value.findings[0].code == "PP228"
    assert held == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("os_v2_app_s3cret", "PP227"),
        ("postgresql+psycopg://bob:s3cret@db.acme.example:s3cret/crm", "PP227"),
        ("sqlite://", "PP227"),
        ("sqlite:///:memory:", "PP227"),
        ("sqlite:////x.db?s3cret=1&s3cret_too=%zz", "PP228"),
        ("sqlite:////x.db?timeout=s3cret", "PP227"),
        ("postgresql+psycopg://bob:s3cret@127.0.0.1/crm?s3cret=1", "PP227"),
        ("nosuch://bob:s3cret@db.acme.example/crm", "PP223"),
        ("mysql+pymysql://bob:s3cret@db.acme.example/crm", "PP223"),
        ("postgresql+psycopg_async://bob:s3cret@db.acme.example/crm", "PP227"),
        ("postgresql+psycopg://bob:s3cret@127.0.0.1:1/crm", "PP228"),
    ],
)
def test_tells_nothing_of_an_address(tmp_path, monkeypatch, url, code):
    """User, password, host and database are in no message and in no traceback."""
    monkeypatch.setenv("CUSTOMERS_URL", url)

    with pytest.raises((InvalidError, UnreachableError)) as error:
        staged_ids(tmp_path, sql())

    told = "".join(traceback.format_exception(error.value))
    assert error.value.findings[0].code == code
    for secret in ("s3cret", "bob", "acme", "crm", "127.0.0.1"):
        assert secret not in told


@pytest.mark.parametrize("value", [None, "", "  \n"])
def test_a_variable_that_is_not_set_ends_it(tmp_path, monkeypatch, value):
    """A fork's pull request has no secrets, or empty ones: the plan is invalid there."""
    if value is None:
        monkeypatch.delenv("CUSTOMERS_URL")
    else:
        monkeypatch.setenv("CUSTOMERS_URL", value)

    finding = the_only(refused(tmp_path, sql()))

    assert (finding.code, finding.mend) == ("PP227", "set the variable CUSTOMERS_URL")
    assert str(finding.place) == "plan.yaml:3"


def test_reads_the_address_from_a_file_of_ones_own(tmp_path, base):
    """A file that nobody else may read holds the URL, relative to the root."""
    secret = tmp_path / "url"
    secret.write_text(f"sqlite:///{base}\n")
    secret.chmod(0o600)

    assert staged_ids(tmp_path, sql(url={"file": "url"})) == ["a", "b"]


@pytest.mark.parametrize("kind", ["open", "link", "folder", "missing", "empty"])
def test_refuses_files_that_keep_no_secret(tmp_path, base, kind):
    """A file open to others, reached through a link, or none at all, is refused."""
    secret = tmp_path / "url"
    secret.write_text("" if kind == "empty" else f"sqlite:///{base}\n")
    secret.chmod(0o644 if kind == "open" else 0o600)
    (tmp_path / "link").symlink_to(secret)
    name = {"link": "link", "folder": ".", "missing": "none"}.get(kind, "url")

    assert the_only(refused(tmp_path, sql(url={"file": name}))).code == "PP227"


class KeyringError(Exception):
    """What a keyring raises that is locked."""


LOCKED = object()


def keyring(password):
    """Give a keyring with one entry, or one that is locked."""

    def get_password(service, user):
        if password is LOCKED:
            raise KeyringError(service, "s3cret")
        return password if (service, user) == ("purge/plan", "customers") else None

    errors = SimpleNamespace(KeyringError=KeyringError)
    return SimpleNamespace(get_password=get_password, errors=errors)


def test_reads_the_address_from_the_keyring(tmp_path, base, monkeypatch):
    """An entry is named by its service and user."""
    monkeypatch.setitem(sys.modules, "keyring", keyring(f"sqlite:///{base}"))

    assert staged_ids(tmp_path, sql(url={"keyring": "purge/plan/customers"})) == ["a", "b"]


@pytest.mark.parametrize(
    ("found", "name", "mend"),
    [
        (keyring("x"), "purge/plan/other", "keyring set purge/plan other"),
        (keyring(LOCKED), "purge/plan/customers", "unlock it"),
        (None, "purge/plan/customers", "pip install 'purgeplan[keyring]'"),
    ],
)
def test_says_what_keeps_the_keyring_shut(tmp_path, monkeypatch, found, name, mend):
    """A missing entry, a locked keyring and a missing extra are told with what to do."""
    monkeypatch.setitem(sys.modules, "keyring", found)

    finding = the_only(refused(tmp_path, sql(url={"keyring": name})))

    assert finding.code == "PP227"
    assert mend in finding.mend
    assert "s3cret" not in str(finding)


def test_says_how_to_get_the_extra(tmp_path, monkeypatch):
    """Without SQLAlchemy one line says what to install."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)

    finding = the_only(refused(tmp_path, sql()))

    assert (finding.code, finding.mend) == ("PP223", "pip install 'purgeplan[sql]'")


def test_a_literal_address_has_no_place_in_a_plan():
    """The schema takes a reference with one of three keys, and no text."""
    url = FRAGMENTS["sql"]["properties"]["url"]

    assert url["type"] == "object"
    assert set(url["properties"]) == {"env", "file", "keyring"}
    assert (url["minProperties"], url["maxProperties"], url["additionalProperties"]) == (
        1,
        1,
        False,
    )


def test_tells_nothing_of_settings_that_a_driver_refuses(tmp_path, monkeypatch):
    """A driver's own words may show what it was given."""
    monkeypatch.setenv("CUSTOMERS_URL", "picky:////x.db?timeout=77112")

    with pytest.raises(InvalidError) as error:
        staged_ids(tmp_path, sql())

    assert error.value.findings[0].code == "PP227"
    assert "77112" not in "".join(traceback.format_exception(error.value))
