"""What prints docs/benchmarks.md; `python -m benchmarks`, never part of the tests."""
