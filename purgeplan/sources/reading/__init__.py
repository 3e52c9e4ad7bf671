"""Reading texts whole or not at all: safely opened, unpacked, decoded, counted, placed."""
