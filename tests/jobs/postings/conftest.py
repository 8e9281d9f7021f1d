"""岗位发布的测试夹具 — an approved employer's member, and the staff who review."""

from tests.employers.conftest import administrator, other_town_staff, recruiter, town_staff

__all__ = ["administrator", "other_town_staff", "recruiter", "town_staff"]
