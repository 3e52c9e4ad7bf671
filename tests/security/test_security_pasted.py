"""Commands that are printed to be pasted: a name of a file in a pull request is no command."""

import re
import shlex

from support.desk import desk

NAME = "$(touch pwned);`touch pwned` 'x.yaml"


def test_what_is_printed_to_be_pasted_is_the_file_s_name(tmp_path):
    """Whatever a file is called, a shell takes it for one word, in every line that names it."""
    with desk(tmp_path) as at:
        at.ids_file(at.subscriptions(4))
        at.plan_file(NAME)
        fingerprint = at.plan(NAME)["fingerprint"]
        plan = at.run("plan", NAME)
        part = at.apply(fingerprint, "--limit", "2", file=NAME)
        done = at.apply(fingerprint, file=NAME)
        looked = at.run("verify", NAME)
        report = at.run("report", NAME)

    said = "\n".join(one.out + one.err for one in (plan, part, done, looked, report))
    commands = re.findall(r"purgeplan (?:apply|report|retry|verify) .*touch.*", said)
    assert len(commands) > 5
    assert all(NAME in shlex.split(line) for line in commands), commands
