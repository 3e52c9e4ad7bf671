"""The fingerprint stays what it was: plans that were approved stay approved."""

from support.plans import spec

from purgeplan.model.fingerprint import addressed_digest, fingerprint
from purgeplan.model.spec import Resource

IDS = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(25_000)]


def test_is_what_it_was_for_a_list():
    """The same plan and ids give the same 64 digits in every version, in whatever blocks."""
    assert (
        fingerprint(spec(), IDS)
        == "6f983109b9ea908204d7d902c5a3e554c1bf5bc10a81522a0f3ce5388a6481cc"
    )
    assert (
        fingerprint(spec(), iter(IDS[:1]))
        == "a7247d9027a5e1270e9ed1782a6b4338c15fc06fd57c458586eb08307cd920d5"
    )


def test_is_what_it_was_for_users_who_are_addressed_by_another_id():
    """Whom a DELETE names is covered in the same way in every version."""
    addressed = addressed_digest(["a\tb", "c\td"])

    assert addressed == "31530cb8906d527dbb5ee0624d8a4918233ce77f7a18b576909c0d40f8e202e2"
    assert (
        fingerprint(spec(Resource.USER), ["a", "c"], addressed)
        == "1e409cef710c98b09f6e5b81eb5a8ad3f6a02d5339383c7932d941ddaae8b13c"
    )
