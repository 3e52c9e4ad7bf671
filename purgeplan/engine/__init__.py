"""From a plan to deletions: resolve, admit, execute, and what is looked at before, between, after."""
