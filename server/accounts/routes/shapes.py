"""账户接口的公共形状。"""

from config.clock import beijing
from models.accounts import StaffMember
from server.accounts.schemas import StaffMemberView


def show_member(member: StaffMember) -> StaffMemberView:
    """Return a member of staff as the API shows it."""
    return StaffMemberView(
        id=member.id,
        display_name=member.display_name,
        role=member.role,
        town_code=member.town_code,
        joined_at=beijing(member.created_at),
        suspended_at=beijing(member.suspended_at) if member.suspended_at else None,
    )
