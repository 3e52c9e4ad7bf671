"""From a plan to deletions: resolve, admit, execute, and look before, between and after."""
