"""Lives of plans, made up by hypothesis, with every promise as a law that holds at every step."""

from hypothesis import settings
from support.simulated_lives import LifeOfPlans, LifeOfPlansOnSqlite

TestLifeOfPlans = LifeOfPlans.TestCase
TestLifeOfPlans.settings = settings(max_examples=50, stateful_step_count=30)
TestLifeOfPlansOnSqlite = LifeOfPlansOnSqlite.TestCase
TestLifeOfPlansOnSqlite.settings = settings(max_examples=4, stateful_step_count=30)
