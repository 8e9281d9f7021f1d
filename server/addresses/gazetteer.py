"""地名解析进程 — a program of its own: reads texts, one JSON a line, and answers with what jionlp finds in them.

It is run by its path and knows nothing of ours, so that a library of 150 MB never enters the web process.
"""

import contextlib
import io
import json
import sys
from collections.abc import Callable
from typing import Any

PARTS = ("province", "city", "county", "town", "village", "detail")


def main() -> None:
    """Answer wishes, ["find" or "simplify", text], until the input ends; the first line out says that it is ready."""
    out, sys.stdout = sys.stdout, io.StringIO()  # the library greets on standard output
    with contextlib.redirect_stderr(io.StringIO()):
        import jionlp

        parse: Callable[..., dict[str, Any]] = jionlp.parse_location
        parse("江苏省扬州市高邮市", town_village=True)  # loads its dictionaries
    _tell(out, {"ready": True})
    for line in sys.stdin:
        wish, text = json.loads(line)
        try:
            found = (
                {"text": jionlp.tra2sim(text, mode="char")} if wish == "simplify" else parse(text, town_village=True)
            )
        except Exception:  # whatever a library makes of a strange text: the simple rules are there as well
            found = {"text": text}
        _tell(out, {part: found.get(part) or "" for part in (("text",) if wish == "simplify" else PARTS)})


def _tell(out: Any, answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
