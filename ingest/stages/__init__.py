"""The stages of a batch. Each takes what stands in one state of the ledger and leaves it in the next."""
