"""出 PDF — off the event loop, one at a time, and at no cost to a process that does not print."""

import asyncio
import gc
import os
import subprocess
import sys
from hashlib import sha256

import pytest

from server.printing.codes import CodeDoesNotFit
from server.printing.document import label_paper
from server.printing.rendering import render
from tests.docs.pages import ROOT
from tests.printing.reading import make_document, texts

PRINT_ONE = """
import hashlib, asyncio
from server.printing.rendering import render
from tests.printing.test_documents import form
print(hashlib.sha256(asyncio.run(render(form(is_sample=True)))).hexdigest())
"""

IMPORT_ALL = """
import sys, server.app, server.printing.document, server.printing.layout, server.printing.rendering
print(sorted({"fpdf", "fontTools", "PIL", "barcode", "pylopdf_fonts_zh_cn"} & set(sys.modules)))
"""


def told(program: str, **environment: str) -> str:
    """Return what a fresh interpreter prints."""
    command = [sys.executable, "-W", "ignore", "-c", program]
    run = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


async def test_the_loop_goes_on_while_a_document_is_printed() -> None:
    document = make_document()
    document.paragraph("高邮市退役军人就业意向登记" * 200)
    await render(make_document())
    printing = asyncio.create_task(render(document))
    turns = 0

    while not printing.done():
        await asyncio.sleep(0.001)
        turns += 1

    assert "高邮市退役军人" in texts(await printing)[0]
    assert turns >= 5


async def test_documents_asked_for_at_once_come_out_each_as_it_was_asked_for() -> None:
    documents = [make_document(title=f"第{number}号登记表") for number in range(4)]

    printed = await asyncio.gather(*map(render, documents))

    assert [texts(pdf)[0].splitlines()[0] for pdf in printed] == [f"第{number}号登记表" for number in range(4)]


async def test_what_cannot_be_printed_is_told_to_the_caller_and_the_next_document_is_printed() -> None:
    impossible = make_document(paper=label_paper(40, 40))
    impossible.code_128("K" * 30)

    with pytest.raises(CodeDoesNotFit):
        await render(impossible)

    assert "登记表" in texts(await render(make_document()))[0]
    assert gc.isenabled()


def test_a_process_that_never_prints_loads_nothing_of_it() -> None:
    assert told(IMPORT_ALL) == "[]"


@pytest.mark.parametrize("seed", ["0", "12345"])
async def test_every_process_prints_the_same_bytes(seed: str) -> None:
    from tests.printing.test_documents import form

    here = sha256(await render(form(is_sample=True))).hexdigest()

    assert told(PRINT_ONE, PYTHONHASHSEED=seed) == here
