"""The desk at which most of these tests sit."""

import pytest
from support.desk import desk


@pytest.fixture
def at(tmp_path):
    """Give a desk with a sandbox."""
    with desk(tmp_path) as one:
        yield one
