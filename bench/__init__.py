"""The benches: each module or folder here with a `run()` is one. `peers` measures two other systems beside Vigie."""
