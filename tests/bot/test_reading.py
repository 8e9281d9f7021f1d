"""读懂一句话 — one writing for many, how it sounds, what is urgent, what leans on the question before."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue.follow_ups import context_of
from bot.dialogue.reading import LONGEST, glance
from bot.dialogue.urgent import urgent_reason
from bot.replies import HandoverReason, Kind, RefusalReason, Turn
from bot.retrieval.features import features, sound
from bot.retrieval.normalising import LONGEST as LONGEST_READ
from bot.retrieval.normalising import clean, normalise, shorten

AT = datetime(2026, 11, 25, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("優待證怎麼辦", "优待证怎么办"),
        ("ＡＢＣ１２３", "abc123"),
        ("嗯那个啥我想问一下优待证", "优待证"),
        ("你好，请问：低保！", "低保"),
        ("😀🎖️", ""),
        ("<b>补助</b>", "b 补助 b"),
    ],
)
def test_a_question_has_one_writing(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@pytest.mark.parametrize(
    ("said", "word"), [("那张红卡", "优待证"), ("啊能报", "能不能"), ("哪块办", "哪里"), ("老头子", "老人")]
)
def test_synonyms_become_the_bureaus_word(said: str, word: str) -> None:
    assert word in normalise(said)


def test_of_a_long_story_the_beginning_and_the_end_are_read() -> None:
    text = "开头" + "啰嗦" * LONGEST_READ + "结尾"

    assert shorten(text).startswith("开头")
    assert shorten(text).endswith("结尾")
    assert len(shorten(text)) == LONGEST_READ + 1
    assert shorten("短") == "短"


@pytest.mark.parametrize(("syllable", "heard"), [("zheng", "zen"), ("shan", "san"), ("nan", "lan"), ("cheng", "cen")])
def test_what_people_here_do_not_tell_apart_sounds_alike(syllable: str, heard: str) -> None:
    assert sound(syllable) == heard


def test_a_slip_of_the_ear_shares_the_sounds() -> None:
    sounds = {"抚": "fu", "服": "fu", "恤": "xu", "金": "jin"}

    _, _, right = features("抚恤金", sounds)
    _, _, wrong = features("服恤金", sounds)

    assert right == wrong == ["fu'xu", "xu'jin", "fu'xu'jin"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("我真的活不下去了", HandoverReason.CRISIS),
        ("我爸说他不想活了怎么办", HandoverReason.CRISIS),
        ("活着没意思，一了百了算了", HandoverReason.CRISIS),
        ("再不给办我就拉横幅", HandoverReason.THREAT),
        ("信不信我拿刀来", HandoverReason.THREAT),
        ("转人工", HandoverReason.BY_WORD),
        ("叫你们局长来跟我说", HandoverReason.BY_WORD),
        ("战友训练时自杀，家里能评烈士吗", None),
        ("烈士的抚恤金怎么算", None),
        ("死亡抚恤有几个月", None),
        ("这事没完", None),
    ],
)
def test_danger_threats_and_the_wish_for_a_person_are_heard_and_rules_are_not(
    said: str, reason: HandoverReason | None
) -> None:
    assert urgent_reason(clean(said)) is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", RefusalReason.EMPTY),
        ("…… 🙂", RefusalReason.EMPTY),
        ("补" * (LONGEST + 1), RefusalReason.TOO_LONG),
        ("bonjour mes amis", RefusalReason.FOREIGN),
        ("select * from cards where 1=1", RefusalReason.FOREIGN),
        ("<script>alert('补')</script>", RefusalReason.OUTSIDE),
        ("优待证 lost 了", None),
        ("YB2611020017K", None),
        ("12345", None),
    ],
)
def test_what_is_no_question_is_seen_at_a_glance(text: str, reason: RefusalReason | None) -> None:
    assert glance(text) is reason


def turn(text: str, minutes: int, kind: Kind = Kind.ANSWER) -> Turn:
    return Turn(text, AT - timedelta(minutes=minutes), kind)


@pytest.mark.parametrize(
    ("text", "turns", "context"),
    [
        ("那材料呢", [turn("怎么申领优待证", 3)], "怎么申领优待证"),
        ("多久能下来", [turn("怎么申领优待证", 29)], "怎么申领优待证"),
        ("多久能下来", [turn("怎么申领优待证", 31)], ""),
        ("那材料呢", [turn("转人工", 3, Kind.HANDOVER)], ""),
        ("我儿子今年要去当兵，家里有没有优待金可以领", [turn("怎么申领优待证", 3)], ""),
        ("那材料呢", [], ""),
    ],
)
def test_a_question_leans_on_the_one_before_for_half_an_hour(text: str, turns: list[Turn], context: str) -> None:
    assert context_of(text, turns, at=AT) == context
