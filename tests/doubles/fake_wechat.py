"""微信替身 — moved to ``server.wechat.fake``; these names lead there until the last test has moved, too."""

from server.wechat.fake.codes import draw_code
from server.wechat.fake.failures import Failure
from server.wechat.fake.login import LOGINS_A_MINUTE
from server.wechat.fake.platform import SteppedClock
from server.wechat.fake.server import FakeWeChat
from server.wechat.fake.tokens import FORCES_A_DAY

PICTURE = draw_code("p=7f3k")

__all__ = ["FORCES_A_DAY", "LOGINS_A_MINUTE", "PICTURE", "Failure", "FakeWeChat", "SteppedClock"]
