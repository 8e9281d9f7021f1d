"""消息模板 — the file of samples, which event finds which template, and files that do not hold together."""

from datetime import UTC, datetime

import pytest

from server.notifications.templates import TemplatesFault, Told, find_template, read_templates, templates

GOOD = """
- key: sample
  title: 示例提醒
  events: [sample.]
  page: pages/message/message?link={link}
  fields:
    - {name: thing1, label: 事项, from: title, otherwise: 有新消息}
    - {name: time2, label: 时间, from: time}
"""
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "key"),
    [
        ("parcel.delivered", "parcel"),
        ("parcel_case.answered", "parcel_case"),
        ("job_fair.tomorrow", "fair"),
        ("job_application.offered", "job_application"),
        ("intent.signed", "intent"),
        ("saved_search.matched", "saved_search"),
        ("handover.answered", "handover"),
        ("job_postings.imported", "job_posting"),
    ],
)
def test_an_event_finds_its_template_by_the_beginning_of_its_name(event: str, key: str) -> None:
    found = find_template(event)

    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("event", ["handover.crisis", "assistant.training_failed", "parcels", ""])
def test_an_event_that_no_template_names_is_for_the_inbox_only(event: str) -> None:
    assert find_template(event) is None


def test_the_longest_beginning_wins() -> None:
    text = GOOD + GOOD.replace("key: sample", "key: special").replace("[sample.]", "[sample.special]")
    found = read_templates(text)

    assert [list(one.events) for one in found.values()] == [["sample."], ["sample.special"]]


def test_the_page_names_what_the_message_is_about_as_one_value() -> None:
    assert (
        templates()["parcel"].page_of("/v1/parcels/A B&c") == "pages/message/message?link=%2Fv1%2Fparcels%2FA%20B%26c"
    )


def test_a_field_goes_out_under_the_name_of_the_bureaus_own_template() -> None:
    told = Told(title="面试通知", text="示例单位约您面试", at=AT, values={})

    rendered = templates()["job_application"].render(told, {"thing1": "thing9"})

    assert rendered == {"thing9": "面试通知", "thing2": "示例单位约您面试", "time3": "2026年3月2日 09:30"}


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("otherwise: 有新消息", "otherwise: " + "长" * 21, "sample.thing1: otherwise"),
        ("otherwise: 有新消息", "otherwise: ''", "sample.thing1: otherwise"),
        ("name: thing1", "name: things1", "things"),
        ("name: thing1", "name: thing", "thing: 字段名"),
        ("name: time2", "name: thing1", "sample: 字段名重复"),
        ("page: pages", "page: /pages", "sample: page"),
        ("events: [sample.]", "events: []", "sample: 要有"),
        ("key: sample", "key: Sample", "Sample: 要有"),
        ("name: thing1", "name: enum1", "sample.enum1: enum"),
        ("title: 示例提醒", "heading: 示例提醒", "heading"),
    ],
)
def test_a_file_that_could_send_what_wechat_refuses_is_refused(good: str, bad: str, said: str) -> None:
    with pytest.raises(TemplatesFault, match=said):
        read_templates(GOOD.replace(good, bad, 1))


def test_two_templates_cannot_answer_for_the_same_events() -> None:
    with pytest.raises(TemplatesFault, match=r"sample\.: 写了两次"):
        read_templates(GOOD + GOOD.replace("key: sample", "key: other"))


def test_an_enum_sends_a_listed_value_or_the_one_that_stands_in() -> None:
    enum = "name: enum1, label: 事项, from: kind, options: [办理, 完成], otherwise: 办理"
    template = read_templates(GOOD.replace("name: thing1, label: 事项, from: title, otherwise: 有新消息", enum))[
        "sample"
    ]

    sent = [
        template.render(Told(title="", text="", at=AT, values={"kind": kind}), {})["enum1"]
        for kind in ("完成", "取消", "")
    ]

    assert sent == ["完成", "办理", "办理"]
