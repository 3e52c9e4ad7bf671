"""A list that was used before: who came back, who is in doubt, what a younger one changes."""

from support.desk import desk

from purgeplan.cli.clock import SystemClock


def test_whoever_came_back_is_safe_from_the_old_list_and_not_from_a_younger_one(at):
    """Deleted, returned, in the same list again: spared; in a younger list: deleted again."""
    user = next(r["external_user_id"] for r in at.box.audience() if r["external_user_id"])
    at.ids_file([user], column="external_id")
    settings = {
        "target": "{resource: user, by: external_id}",
        "limits": "{max_delete: 10, max_delete_percent: 90}",
    }
    at.plan_file(**settings)
    at.apply(at.plan()["fingerprint"])
    at.settled()
    at.box.control("POST", "return", {"external_id": user})

    same = at.plan()
    spared = at.apply(same["fingerprint"])
    once = len(at.deleted())
    at.plan_file(
        source=f'{{from: csv, path: ids.csv, as_of: "{SystemClock().now().isoformat()}"}}',
        **settings,
    )
    younger = at.plan()
    deleted = at.apply(younger["fingerprint"])

    assert (same["counts"]["to_delete"], same["counts"]["deleted_before"]) == (0, 1)
    assert "PP131" in [one["code"] for one in younger["warnings"]]
    assert (spared.code, once) == (0, 1)
    assert (younger["counts"]["to_delete"], deleted.code, len(at.deleted())) == (1, 0, 2)


def test_an_alias_in_doubt_is_safe_from_the_old_list_once_its_plan_is_cancelled(tmp_path):
    """Nothing looks whom it names by now, so the old list spares it; a younger one sends it."""
    with desk(tmp_path, "--latency", "500ms") as at:
        user = next(r["external_user_id"] for r in at.box.audience() if r["external_user_id"])
        at.ids_file([user], column="external_id")
        settings = {
            "target": "{resource: user, by: external_id}",
            "limits": "{max_delete: 10, max_delete_percent: 90}",
        }
        at.plan_file(**settings)
        killed = at.start("apply", "plan.yaml", *at.consent(at.plan()["fingerprint"]))
        at.until_deleted(1, killed)
        killed.kill()
        killed.communicate()
        resumed = at.plan()
        assert at.run("cancel", "plan.yaml").code == 0

        same = at.plan()
        as_of = SystemClock().now().isoformat()
        source = f'{{from: csv, path: ids.csv, as_of: "{as_of}"}}'
        at.plan_file(source=source, **settings)
        younger = at.plan()

    assert (resumed["continues"], resumed["counts"]["left"]) == (True, 1)
    assert (same["counts"]["to_delete"], same["counts"]["deleted_before"]) == (0, 1)
    assert "PP125" in [one["code"] for one in same["warnings"]]
    assert younger["counts"]["to_delete"] == 1


def test_a_plan_is_compared_with_the_last_one_that_deleted(at):
    """One that had nobody left to delete in between hides nothing."""
    ids = at.subscriptions(5)
    at.ids_file(ids[:4])
    at.plan_file()
    at.apply(at.plan()["fingerprint"])
    again = at.plan()
    at.ids_file(ids)

    previous = at.plan()["previous"]

    assert again["counts"]["to_delete"] == 0
    assert (previous["deleted"], previous["added"], previous["removed"]) == (4, 1, 0)
