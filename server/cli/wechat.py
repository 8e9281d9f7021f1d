"""微信命令 — what an operator checks or applies on the WeChat side."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from server.cli.faults import FAILED, in_words, stop

app = typer.Typer(help="微信", no_args_is_help=True)


@app.callback()
def group() -> None:
    """微信。"""


@app.command("vectors")
def run_vector_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="测试向量文件（JSON）", show_default=False)],
) -> None:
    """用本系统自己的函数跑一遍测试向量：验签、加解密、推送解析；有没通过的，退出码为 1。"""
    from server.wechat.vectors.running import Verdict, run_vectors

    try:
        loaded = json.loads(file.read_bytes())
    except OSError as fault:
        stop(f"读不了文件 {file}：{in_words(fault)}")
    except ValueError:
        stop(f"{file} 不是 JSON 文件")
    vectors = loaded.get("vectors") if isinstance(loaded, dict) else loaded
    if not isinstance(vectors, list) or not all(isinstance(one, dict) for one in vectors):
        stop(f"{file} 里没有测试向量：应当是一个列表，每项有 kind、id、input、expected")
    outcomes = run_vectors(vectors)
    counted = Counter((one.kind, one.verdict) for one in outcomes)
    for kind in dict.fromkeys(one.kind for one in outcomes):
        passed, failed, refused = (counted[kind, verdict] for verdict in Verdict)
        print(f"{kind}：通过 {passed}，未通过 {failed}，不能判断 {refused}")
    for one in outcomes:
        if one.verdict is not Verdict.PASSED:
            print(f"  {one.verdict}\t{one.kind}\t{one.id}\t{'；'.join(one.why)}")
        for attribute in one.unchecked:
            print(f"  另有一项没有核对：{one.id} 的 {attribute}，是别的程序库自己的属性")
    missed = sum(one.verdict is not Verdict.PASSED for one in outcomes)
    print(f"共 {len(outcomes)} 个：通过 {len(outcomes) - missed}，其余 {missed}")
    if missed:
        raise typer.Exit(FAILED)
