"""Who really goes: the plan's numbers are a plain loop's, and every report repeats them."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest
from support.desk import desk

SOURCE = "[{{from: export, where: 'inactive_days >= {}'}}, {{from: csv, path: more.csv}}]"
EXTRA = """\
protect: [{from: csv, path: staff.csv, by: external_id}]
"""


@pytest.fixture(params=[31, 90_125])
def at(request, tmp_path):
    """Give a desk with a list of users beside the export, and a list of staff."""
    seed = ("--subscriptions", "420", "--seed", str(request.param))
    with desk(tmp_path, *seed, "--no-limits", "--export-speed", "1000000") as one:
        yield one


def lists(one):
    """Write a list of users and one of staff; give the audience and both."""
    rows = one.box.audience()
    names = sorted({row["external_user_id"] for row in rows} - {""})
    listed = one.ids_file([*names[:5], "ghost", "spook", names[0]], "more.csv", "external_id")
    return rows, listed, set(one.ids_file([*names[3:9], "nobody"], "staff.csv", "external_id"))


def planned(one, days):
    """Plan for users who are silent for so many days, and for those of the list."""
    one.plan_file(
        source=SOURCE.format(days),
        target="{resource: user, by: external_id}",
        limits="{max_delete: 420, max_delete_percent: 99}",
        extra=EXTRA,
    )
    return one.plan()


def opted_out(row):
    """Tell whether a row is an opt-out that is kept."""
    return row["device_type"] in ("11", "14") and row["invalid_identifier"] == "t"


def silent(row, asked_at, days):
    """Tell whether a row was silent for so many whole days when the export was asked for."""
    since = datetime.fromisoformat(asked_at) - timedelta(days=days)
    return datetime.fromisoformat(row["last_active"] + "+00:00") <= since


def who_goes(rows, chosen, listed, staff):
    """Give, by a plain loop, where every row goes, and which users go."""
    users = defaultdict(list)
    for row in rows:
        users[row["external_user_id"]].append(row)
    names = [row["external_user_id"] for row in chosen] + listed
    named = set(names) - {""}
    there = named - staff & named
    there = {name for name in there if name in users}
    kept = {name for name in there if any(map(opted_out, users[name]))}
    partly = {
        name for name in there - kept - set(listed) if any(row not in chosen for row in users[name])
    }
    counts = {
        "rows": len(names),
        "rejected": names.count(""),
        "duplicates": len(names) - names.count("") - len(named),
        "protected": len(named & staff),
        "absent_at_plan": len(named - staff - there),
        "kept_opt_outs": len(kept),
        "kept_partly": len(partly),
        "planned": len(there - kept - partly),
    }
    return counts, there - kept - partly


def test_plan_and_reports_say_who_really_goes(at):
    """Present, absent, protected, duplicates, kept, cascade, breakdown, delta: all of it twice."""
    rows, listed, staff = lists(at)
    before, document = planned(at, 400), planned(at, 250)
    asked_at = document["sources"][0]["as_of"]
    sets = [
        who_goes(rows, [row for row in rows if silent(row, asked_at, days)], listed, staff)
        for days in (400, 250)
    ]
    (_, earlier), (counts, goes) = sets
    gone = [row for row in rows if row["external_user_id"] in goes]
    delta = {"added": len(goes - earlier), "removed": len(earlier - goes)}

    assert {name: document["counts"][name] for name in counts} == counts
    assert min(counts.values()) > 0
    assert document["subscriptions"] == len(gone)
    assert document["population"]["held"] == len({row["onesignal_id"] for row in rows})
    countries = {value: many for of, value, many in document["breakdown"] if of == "country"}
    assert countries == Counter(row["country"] for row in gone)
    told = document["previous"]
    assert delta.items() <= told.items()
    assert told["fingerprint"] == before["fingerprint"]
    assert planned(at, 250)["previous"] == told

    done = at.apply(document["fingerprint"])
    assert done.code == 0, done.err
    report = at.report()
    assert (report["previous"], report["facts"]["breakdown"]) == (told, document["breakdown"])
    assert {name: report["facts"]["counts"][name] for name in counts} == counts
    words = (
        f"{len(goes):,} users, {len(gone):,} subscriptions go with them",
        f"{counts['absent_at_plan']:,} absent already",
        f"{counts['kept_opt_outs']:,} opt-outs kept: an unsubscribed e-mail or SMS row",
        f"{counts['kept_partly']:,} users kept: not every subscription of theirs",
        f"+{delta['added']} -{delta['removed']} compared with {before['fingerprint'][:12]}",
        f"420 subscriptions, {document['population']['users']} users in the app",
    )
    text = at.run("report", "plan.yaml").out
    markdown = at.run("report", "plan.yaml", "--markdown").out
    assert [one for one in words if one not in text or one not in markdown] == []
    assert f"country DE: {countries['DE']}" in text
    assert f"country DE&#58; {countries['DE']}" in markdown


def test_a_sealed_plan_still_adds_up(at):
    """Once ids are forgotten the report has the numbers, and nothing that was a text.

    Where an export is among the sources, a drift check is the default.
    """
    lists(at)
    planned(at, 700)
    document = planned(at, 600)
    done = at.apply(document["fingerprint"])
    assert (done.code, document["drift"]["check"]) == (0, "export")
    assert "Drift check: 0 were active since planned" in done.err

    forgotten = at.run("forget", "plan.yaml", "--key-file", at.folder / "seal.key")

    assert forgotten.code == 0, forgotten.err
    assert at.report()["previous"] is None
    text = at.run("report", "plan.yaml").out
    assert f"{document['counts']['planned']} users, {document['subscriptions']} subscr" in text
    assert "country" not in text
