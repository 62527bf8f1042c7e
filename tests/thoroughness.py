"""How much the tests try: a little every few minutes of work, all of it for every push.

`make unit` is quick; `make test`, `make soak` and CI are thorough, and only then do the numbers of
the reliability catalogue hold. One variable says which: HYPOTHESIS_PROFILE.
"""

import os

PROFILE = "repeatable" if os.environ.get("CI") else os.environ.get("HYPOTHESIS_PROFILE", "quick")
IS_THOROUGH = PROFILE != "quick"


def tries(full: int, *, quick: int) -> int:
    return full if IS_THOROUGH else quick


def stride(*, quick: int) -> int:
    """Every one, or every few of them."""
    return 1 if IS_THOROUGH else quick
