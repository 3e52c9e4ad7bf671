"""A key in memory: shown as stars wherever something prints it."""


class Secret:
    """Holds a key; ``reveal`` is called where the Authorization header is made and nowhere else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the key itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"
