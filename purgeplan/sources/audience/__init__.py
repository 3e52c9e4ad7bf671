"""The audience of an app as an export shows it: its columns, its rows, conditions on them."""
