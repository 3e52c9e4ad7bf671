"""Everything that a whole life of a plan leaves behind, looked through for a key and for people."""

import os
import stat

import pytest
from support.desk import desk

MAILS = [f"canary-{number:02}@people.example" for number in range(30)]
NAMES = [f"canary-person-{number:02}" for number in range(30)]
USERS = "{resource: user, by: external_id}"
LOOSE = "breaker: {max_absent_percent: 100}\n"


@pytest.fixture
def life(tmp_path):
    """Plan, apply, verify and report under the loosest umask; give the desk and all that was said.

    None of the people exists at the sandbox: what is absent is told as much as what is deleted.
    """
    mask = os.umask(0)
    try:
        with desk(tmp_path, "--subscriptions", "3000", "--no-limits") as at:
            (tmp_path / "tmp").mkdir(mode=0o700)
            at.env["TMPDIR"] = str(tmp_path / "tmp")
            at.env["XDG_STATE_HOME"] = at.env["HOME"] = str(tmp_path / "home")
            at.ids_file([*MAILS, *NAMES], column="external_id")
            at.plan_file(
                target=USERS, limits="{max_delete: 60, max_delete_percent: 100}", extra=LOOSE
            )
            yield at, lived(at)
    finally:
        os.umask(mask)


def lived(at):
    """Give what each command printed, by its name."""
    log = ("--log-json", "events.log")
    plan = at.run_process("plan", "plan.yaml", "-vv", *log, "--out", "saved.plan")
    fingerprint = plan.out.split("Fingerprint ")[1].split()[1]
    said = {
        "plan": plan,
        "markdown": at.run("plan", "plan.yaml", "--format", "markdown"),
        "plan json": at.run("plan", "plan.yaml", "--json"),
        "apply": at.run_process(
            "apply", "plan.yaml", "-vv", *log, *at.consent(fingerprint), "--json"
        ),
        "verify": at.run("verify", "plan.yaml", "-vv"),
        "status": at.run("status", "--json"),
        "report": at.run("report", "plan.yaml"),
        "report json": at.run("report", "plan.yaml", "--json"),
        "report markdown": at.run("report", "plan.yaml", "--markdown"),
        "doctor": at.run("doctor", "--journal", at.journal),
        "wrong": at.run("retry", "plan.yaml", "--confirm", "no", "--fingerprint", "0" * 64),
        "csv": at.run("report", "plan.yaml", "--csv"),
    }
    assert [said[name].code for name in ("plan", "apply", "report")] == [0, 0, 0], said
    return {name: done.out + done.err for name, done in said.items()}


def left_behind(at):
    """Give every file and folder below the desk that the commands have made."""
    ours = {"ids.csv", "plan.yaml", "tmp"}
    return [one for one in at.folder.rglob("*") if one.relative_to(at.folder).parts[0] not in ours]


def loose(at):
    """Give what others could read, whatever the umask lets through."""
    modes = {one: stat.S_IMODE(one.lstat().st_mode) for one in left_behind(at)}
    return [str(one) for one, mode in modes.items() if mode & 0o077]


def test_a_plan_s_life_leaves_no_key_and_nobody_where_none_belongs(life):
    """The key is nowhere; ids are in the journal, the saved plan and the CSV, which are for them.

    E-mail addresses are in no sample either, and whatever was written is for its owner alone.
    """
    at, said = life
    files = [one for one in left_behind(at) if one.is_file()]
    held = {one.name: one.read_bytes() for one in files}
    texts = {**{name: text.encode() for name, text in said.items()}, **held}

    keyed = [name for name, text in texts.items() if at.box.api_key.encode() in text]
    mailed = {name for name, text in texts.items() if any(one.encode() in text for one in MAILS)}
    named = {
        name for name, text in texts.items() if sum(one.encode() in text for one in NAMES) > 20
    }

    assert keyed == []
    assert mailed == named == {"journal.db", "saved.plan", "csv"}
    assert "events.log" in held
    assert b"deletion.recorded" in held["events.log"]
    assert list((at.folder / "tmp").iterdir()) == []
    assert loose(at) == []
