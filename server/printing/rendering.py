"""出 PDF — the press: one document at a time, off the event loop, loaded only when somebody first prints.

fpdf2 and the typeface take some fifty megabytes of a process that prints, and most processes never do.
"""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor

from server.printing.document import Document

_press = ThreadPoolExecutor(max_workers=1, thread_name_prefix="printing")
"""One thread: printing is bound by Python, so more would only add their memory up."""


async def render(document: Document) -> bytes:
    """Return a document as PDF, made in the printing thread.

    Raises:
        CodeDoesNotFit: a code is too long for the paper.
        ValueError: a table has too many columns for the paper, or a code cannot be made of its content.
    """
    return await asyncio.get_running_loop().run_in_executor(_press, _print, document)


def _print(document: Document) -> bytes:
    """Print with the garbage collector at rest.

    Opening a font makes so many objects that full collections follow, and each would halt the event loop for longer
    than all the rest (up to 335 ms seen, under 80 without). What is left over is young and goes in the next collection.
    """
    from server.printing.drawing import print_document

    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return print_document(document)
    finally:
        if was_collecting:
            gc.enable()
