"""What is measured: each module here with a `run()` is a bench, `peers` measures two other systems beside Vigie."""
