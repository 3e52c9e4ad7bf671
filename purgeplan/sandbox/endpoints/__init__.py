"""The endpoints of the sandbox, a family a file."""
