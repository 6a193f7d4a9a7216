"""kepu-intake: the job that takes a contest's mail in."""
