"""A sample contest and its makers: mails, forms, scans and films like the real ones. The tests use the same makers."""
