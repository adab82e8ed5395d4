"""Prints a plan, for a test that runs it under several hash seeds."""

from tests.laws.test_laws import one_plan

if __name__ == "__main__":
    print(one_plan(), end="")
