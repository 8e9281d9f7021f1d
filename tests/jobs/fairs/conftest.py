"""招聘会测试夹具 — people of the bureau and of employers who speak to the service."""

from tests.employers.conftest import administrator, other_town_staff, recruiter, town_staff

__all__ = ["administrator", "other_town_staff", "recruiter", "town_staff"]
