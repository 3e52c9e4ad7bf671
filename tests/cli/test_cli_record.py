"""What a run leaves behind: what it said, its record, and what forget leaves of that."""

import json


def test_json_of_a_run_is_ndjson_and_ends_in_a_summary(at):
    """Apply --json streams one object a line, the last with counts and exit."""
    at.ids_file(at.subscriptions(30))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint, "--json")

    again = at.apply(fingerprint, "--json")

    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [one["type"] for one in lines[:2]] == ["version", "run_started"]
    assert (lines[-1]["type"], lines[-1]["exit"]) == ("summary", 0)
    assert lines[-1]["counts"]["accepted"] == 30
    nothing = [json.loads(line) for line in again.out.splitlines()]
    assert [one["type"] for one in nothing] == ["version", "summary"]


def test_the_chain_is_checked_and_its_head_was_printed(at):
    """Report --check is sound, and the witness is the head that the run printed."""
    at.ids_file(at.subscriptions(30))
    at.plan_file()
    run = at.apply(at.plan()["fingerprint"])

    check = at.run("report", "plan.yaml", "--check")

    head = run.err.split("Chain head:")[1].split()[0]
    assert check.code == 0, check.err
    assert head in check.out


def test_a_log_has_the_head_from_before_the_run(at):
    """A run that is killed prints no other: what was there before it can't be made anew unseen."""
    at.ids_file(at.subscriptions(3))
    at.plan_file()
    run = at.apply(at.plan()["fingerprint"])

    before = run.err.split("Chain head before:")[1].split()[0]

    after = run.err.split("Chain head:")[1].split()[0]
    assert before != after
    assert at.run("report", "plan.yaml", "--head", before).code == 0
    assert at.run("report", "plan.yaml", "--head", before[::-1]).code == 11


def test_the_check_of_the_chain_is_json_where_that_is_asked_for(at):
    """--json is heeded beside --check: one document, with the head."""
    at.ids_file(at.subscriptions(3))
    at.plan_file()
    at.plan()

    check = at.run("report", "plan.yaml", "--check", "--json")

    told = json.loads(check.out)
    assert (check.code, told["type"], told["sound"]) == (0, "check", True)
    assert told["head"] in at.run("report", "plan.yaml", "--check").out


def test_forget_seals_a_finished_plan(at, tmp_path):
    """After forget no id is in the journal, and the key is in a file of its own."""
    ids = at.ids_file(at.subscriptions(20))
    at.plan_file()
    at.apply(at.plan()["fingerprint"])
    saved = at.folder / "journal.db.errored-1.jsonl"
    saved.write_text(ids[0])

    done = at.run("forget", "plan.yaml", "--key-file", tmp_path / "seal.key")

    assert not saved.exists()
    raw = b"".join(p.read_bytes() for p in at.folder.glob("journal.db*"))
    assert done.code == 0, done.err
    assert not any(one.encode() in raw for one in ids)
    assert (tmp_path / "seal.key").stat().st_mode & 0o777 == 0o600


def test_forget_seals_nothing_without_a_key(at, tmp_path):
    """A key file that holds no key, or has no folder, is refused while every id is there."""
    ids = at.ids_file(at.subscriptions(5))
    at.plan_file()
    at.apply(at.plan()["fingerprint"])
    key = tmp_path / "seal.key"
    key.write_text("")

    done = at.run("forget", "plan.yaml", "--key-file", key)
    key.write_text("00ff")
    short = at.run("forget", "plan.yaml", "--key-file", key)
    nowhere = at.run("forget", "plan.yaml", "--key-file", tmp_path / "missing" / "seal.key")

    assert (done.code, short.code, nowhere.code) == (2, 2, 2)
    assert "does not hold 64 hex digits" in done.err
    assert "is no folder" in nowhere.err
    assert ids[0] in at.run("report", "plan.yaml", "--csv").out


def test_no_key_and_no_full_id_in_what_is_said(at):
    """Neither talk nor logs show the key or a full id, also with -v."""
    ids = at.ids_file(at.subscriptions(30))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint, "-v", "--log-json", "run.log")

    said = done.err + done.out + (at.folder / "run.log").read_text()
    assert done.code == 0, done.err
    assert at.box.api_key not in said
    shown = [one for one in ids if one in done.out + (at.folder / "run.log").read_text()]
    assert shown == []
