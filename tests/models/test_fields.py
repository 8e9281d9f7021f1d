"""字段"""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tortoise.context import TortoiseContext

from models.cards import CardHolder
from models.fields import WordsField, decode_words, encode_words, is_sealed, seal, unseal
from tests.factories.cards import make_holder


async def test_clear_text_is_refused_before_it_is_stored(database: TortoiseContext) -> None:
    with pytest.raises(ValueError, match=r"card_holders\.name"):
        await make_holder(name_sealed="段誉明")

    assert await CardHolder.all().count() == 0


async def test_a_sealed_column_reads_back_from_the_database(database: TortoiseContext) -> None:
    holder = await make_holder(name="段誉明", mobile=None)

    stored = await CardHolder.get(id=holder.id)

    assert (stored.name, stored.masked_name, stored.mobile) == ("段誉明", "段**", None)


@given(some.text(alphabet=some.characters(codec="utf-8"), max_size=60))
def test_every_text_is_recognised_once_sealed_and_not_before(text: str) -> None:
    assert is_sealed(seal("p", text))
    assert unseal("p", seal("p", text)) == text
    assert not is_sealed(text)


@given(some.lists(some.text(alphabet=some.characters(codec="utf-8"), max_size=12), max_size=8))
def test_a_list_of_words_reads_back_in_order(words: list[str]) -> None:
    field = WordsField()

    stored = encode_words(words)

    assert decode_words(stored) == field.to_python_value(stored) == tuple(words)
    assert field.to_python_value(None) is None
