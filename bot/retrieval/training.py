"""训练 — learns from the ways of asking, in a process of its own: ``python -m bot.retrieval.training KNOWLEDGE FOLDER``.

The same knowledge gives the same model to the byte. It needs scikit-learn and pypinyin, which no other process loads.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from pypinyin import Style as PinyinStyle
from pypinyin import pinyin
from pypinyin.constants import PINYIN_DICT

from bot.knowledge.entries import Asking, Knowledge
from bot.retrieval.features import sound

