"""Commands that are printed: pasted where they were printed, they do what they say."""

import shlex

from support.cli import run

ALONE = {"PURGEPLAN_JOURNAL": ""}


def printed(text, before="  "):
    """Give the arguments of the last command that stands behind some words in a line of its own."""
    lines = [line for line in text.splitlines() if line.startswith(f"{before}purgeplan ")]
    return shlex.split(lines[-1].removeprefix(before))[1:]


def planned(at, many, *options, **env):
    """Plan so many subscriptions, and give the arguments of the command for a script."""
    at.ids_file(at.subscriptions(many))
    at.plan_file()
    done = at.run("plan", "plan.yaml", *options, **env)
    assert done.code == 0, done.err
    return printed(done.out)


def test_a_journal_that_was_given_is_in_each(at):
    """From plan over apply to the report all read one memory, also where no variable names it."""
    script = planned(at, 20, "--journal", "my journal.db", **ALONE)

    first = at.run(*script, "--limit", "5", **ALONE)
    go_on = printed(first.err, "Go on:  ")
    second = at.run(*go_on, *script[-4:], **ALONE)
    report = at.run(*printed(second.err, "Report:  "), **ALONE)
    csv = at.run(*printed(report.out, "Every id: "), **ALONE)

    assert script[:4] == ["apply", "plan.yaml", "--journal", "my journal.db"]
    assert (first.code, second.code) == (7, 7), first.err
    assert len(set(at.deleted())) == 10
    assert "20 planned = 10 accepted + 10 pending" in report.out
    assert csv.out.count(",accepted,,") == 10
    assert printed(report.out, "Next: ") == ["apply", "plan.yaml", "--journal", "my journal.db"]


def test_a_journal_of_the_variable_is_in_none(at):
    """What is still set need not be said, and a command stays short."""
    script = planned(at, 2)

    assert script[:3] == ["apply", "plan.yaml", "--confirm"]
    assert planned(at, 2, "--journal", at.journal) == script


def test_going_on_sends_no_more_than_was_asked_for(at):
    """A run of a few leads to another of a few, never to all the others; nor does it hang less."""
    script = planned(at, 20)

    done = at.run(*script, "--limit", "5", "--wait")

    assert printed(done.err, "Go on:  ") == ["apply", "plan.yaml", "--limit", "5", "--wait"]


def test_a_saved_plan_is_named_as_it_was(at, tmp_path):
    """On another machine there is no plan file: what goes on, and reports, is the saved plan."""
    other = tmp_path / "elsewhere"
    other.mkdir()
    script = planned(at, 3, "--out", other / "-saved.plan")
    env = at.variables(PURGEPLAN_JOURNAL=str(other / "b.db"))
    consent = script[-4:]

    first = run("apply", "./-saved.plan", *consent, "--limit", "2", env=env, cwd=other)
    second = run(*printed(first.err, "Go on:  "), *consent, env=env, cwd=other)
    verified = run("verify", "./-saved.plan", env=env, cwd=other)
    report = run(*printed(second.err, "Report:  "), env=env, cwd=other)

    assert (first.code, second.code) == (7, 0), first.err + second.err
    assert printed(first.err, "Go on:  ") == ["apply", "./-saved.plan", "--limit", "2"]
    assert printed(verified.err, "Which:  ") == ["report", "./-saved.plan", "--csv"]
    assert report.out.endswith("Sum: 3 planned = 3 accepted\n"), report.err


def test_a_plan_is_named_from_the_folder_at_hand(at):
    """Below the root of a repository a path from that root leads nowhere."""
    (at.folder / ".git").mkdir()
    (at.folder / "plans").mkdir()
    at.ids_file(at.subscriptions(2), "plans/ids.csv")
    at.plan_file("plans/plan.yaml")
    below = at.folder / "plans"

    done = run("plan", "plan.yaml", env=at.variables(), cwd=below)

    assert printed(done.out)[:2] == ["apply", "plan.yaml"]
    assert run(*printed(done.out), env=at.variables(), cwd=below).code == 0


def test_a_report_by_name_or_run_is_asked_for_by_it_again(at):
    """Every id of that run's plan, which need not be the file's by now."""
    at.run(*planned(at, 2))

    for what in ("inactive", "1"):
        report = at.run("report", what)
        assert printed(report.out, "Every id: ") == ["report", what, "--csv"]
        assert at.run(*printed(report.out, "Every id: ")).out.count(",accepted,,") == 2
