"""What an operation says when it will not do a thing."""


class RefusedError(Exception):
    """An operation refused and wrote nothing; the message is for the person who asked.

    ``field`` names the argument that is wrong, so that a form can show the message beside it; empty: the whole.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
