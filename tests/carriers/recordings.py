"""承运方录音 — messages as the carriers write them, made up for the tests."""

import json
from collections.abc import Sequence
from typing import Any

NUMBER = "9812345678901"
JOURNEY = (
    ("2026-11-02 11:00:00", "103", "揽收", "【高邮市】已揽收", "江苏,扬州市,高邮市"),
    ("2026-11-02 20:10:00", "1002", "干线", "【扬州市】已发出", "江苏,扬州市"),
    ("2026-11-04 06:30:00", "1001", "到达派件城市", "【昆明市】已到达", "云南,昆明市"),
    ("2026-11-04 08:05:00", "5", "派件", "正在派送", "云南,昆明市"),
    ("2026-11-04 08:05:00", "9999", "新状态", "请留意快递柜", "云南,昆明市"),
    ("2026-11-04 12:00:00", "501", "投柜或驿站", "已放入驿站", "云南,昆明市"),
    ("2026-11-04 18:40:00", "301", "本人签收", "已签收", "云南,昆明市"),
)
"""Time, code, word, text and place of each entry; one code is in no table."""


def entries(journey: Sequence[tuple[str, ...]] = JOURNEY) -> list[dict[str, Any]]:
    """Return the entries of a message, each as the platform writes it."""
    return [
        {"time": time, "ftime": time, "context": text, "status": word, "statusCode": code, "areaName": place}
        for time, code, word, text, place in journey
    ]


def result(data: list[dict[str, Any]], *, number: str = NUMBER, com: str = "ems", state: str = "0") -> dict[str, Any]:
    """Return the answer to a query, which is also the heart of a push."""
    return {"message": "ok", "nu": number, "com": com, "state": state, "status": "200", "ischeck": "0", "data": data}


def push_param(data: list[dict[str, Any]], **options: Any) -> str:
    """Return the ``param`` of a push."""
    body = {"status": "polling", "billstatus": "got", "message": "", "lastResult": result(data, **options)}
    return json.dumps(body, ensure_ascii=False)
