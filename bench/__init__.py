"""What the job costs, one module a subject; `python -m bench.NAME --json`."""
