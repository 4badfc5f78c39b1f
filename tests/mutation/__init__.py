"""Would the tests notice? Break the modules that carry the laws, one small change at a time, and run their tests.

__main__.py is the command, mutants.py makes the changes (with mutmut's operators), reach.py notes which lines each test
runs, runs.py runs the tests of each mutant in a fork of one process that has collected them all.
"""
