"""The words in which commands say one thing: the same code and mend for the same trouble."""

import pytest


def test_ids_that_an_erasure_sets_aside_are_warnings(at):
    """Nothing is refused for them: an error beside exit 0 would be one or the other."""
    at.ids_file(["someone", ".."], column="external_id")
    at.plan_file(target="{resource: user, by: external_id}", extra="purpose: erasure\n")

    done = at.run("plan", "plan.yaml")

    assert done.code == 0, done.err
    assert "warning[PP214]: external_id is a path, not an id" in done.err
    assert "error[" not in done.err


@pytest.mark.parametrize(
    "command",
    ["report", "status", "cancel", "verify", "retry", "forget --key-file seal.key"],
)
def test_a_journal_that_is_not_there_is_one_finding(at, command):
    """Whichever command looks for it, and none is made."""
    at.ids_file(at.subscriptions(1))
    at.plan_file()
    name, *options = command.split()

    done = at.run(name, "plan.yaml", *options)

    assert (done.code, f"error[PP410]: no journal at {at.journal}" in done.err) == (2, True)
    assert "give --journal, or plan first" in done.err
    assert not [one for one in at.folder.rglob("*") if one.name.startswith(at.journal.name)]
    assert not (at.folder / "seal.key").exists()
