"""A code that a test can look for wherever it should not be."""

CODE = "#CanaryCanaryCanary0123456789+/abcdefghijklmnopqrstuvwxyzABCDEFg="


def parts(code: str) -> list[str]:
    """What would give ``code`` away: all of it, or a stretch that is longer than its ending."""
    return [code, code[1:20], code[20:40], code[40:60]]
