"""后台任务清单 — with ``app.py`` the only place that lists the domains: every task and every periodic work."""

from contextlib import suppress
from typing import Any

from config.clock import utc_now
from server.accounts.tasks import purge_sessions
from server.addresses.tasks import purge_addresses
from server.assistant.cases import ANSWERED as STAFF_ANSWERED
from server.assistant.knowledge.hit_tests import do_hit_test
from server.assistant.questions.gathering import forget_questions
from server.assistant.tasks import forget_conversations, gather_due, make_model
from server.audit.sealing import seal_new_entries
from server.cards.tasks import purge_face_checks
from server.carriers.polling import poll_kuaidi100
from server.carriers.pushes import PUSHED, work_on_push
from server.carriers.tasks import purge_pushes
from server.employers.service import RENAMED
from server.http.idempotency import purge_stored_replies
from server.jobs.applications.tasks import end_unread_applications, purge_applications
from server.jobs.catalogue.tasks import posting_published, purge_matches, tell_matches
from server.jobs.fairs.publication import FAIR_CANCELLED
from server.jobs.fairs.service import FAIR_CHANGED
from server.jobs.fairs.tasks import remind, tell_cancelled, tell_changed
from server.jobs.intents.tasks import lapse_intents
from server.jobs.postings.checking import SUBMITTED
from server.jobs.postings.steps import PUBLISHED
from server.jobs.postings.tasks import check_posting, close_overdue, employer_renamed
from server.notifications.tasks import deliver_due, end_and_measure, purge_notifications
from server.outbox.tasks import Periodic, Task
from server.parcels.cases.handling import remind_stations
from server.parcels.cases.opening import find_incidents
from server.parcels.tasks import forget_parcels, lapse_bookings
from server.perks.tasks import deidentify_redemptions, purge_scans
from server.resources import resources
from server.state.database import purge_expired
from server.wechat.accounts import WeChatAccount
from server.wechat.health import read_quotas
from server.wechat.receiving.answers import bring_answer
from server.wechat.receiving.keeping import PUSHED as WECHAT_PUSHED
from server.wechat.receiving.tasks import purge_pushes as purge_pushes_of_wechat
from server.wechat.receiving.tasks import take_up_stranded
from server.wechat.receiving.working import work_on_push as work_on_push_of_wechat
from server.wechat.refusals import WeChatNotConfigured

_HOUR = 3600


async def _check_posting(payload: dict[str, Any]) -> None:
    here = resources()
    await check_posting(payload, open_client=lambda: here.wechat(WeChatAccount.MINI), at=utc_now())


TASKS: dict[str, Task] = {
    FAIR_CANCELLED: Task(tell_cancelled),
    FAIR_CHANGED: Task(tell_changed),
    PUBLISHED: Task(posting_published),
    PUSHED: Task(work_on_push),
    RENAMED: Task(employer_renamed),
    STAFF_ANSWERED: Task(bring_answer),
    WECHAT_PUSHED: Task(work_on_push_of_wechat),
    SUBMITTED: Task(_check_posting),
}
"""The tasks by the kind of message that they do."""


async def _sessions() -> int:
    return await purge_sessions(at=utc_now())


async def _face_checks() -> int:
    return await purge_face_checks(at=utc_now())


async def _scans() -> int:
    return await purge_scans(at=utc_now())


async def _redemptions() -> int:
    return await deidentify_redemptions(retention_days=resources().settings.redemption_retention_days, at=utc_now())


async def _postings() -> int:
    return await close_overdue(at=utc_now())


async def _intents() -> int:
    return await lapse_intents(at=utc_now())


async def _fair_reminders() -> int:
    return await remind(at=utc_now())


async def _matches() -> int:
    return await tell_matches(at=utc_now())


async def _old_matches() -> int:
    return await purge_matches(at=utc_now())


async def _unread_applications() -> int:
    return await end_unread_applications(at=utc_now())


async def _polls() -> int:
    here = resources()
    return await poll_kuaidi100(settings=here.settings, http=here.http, state=here.state, now=utc_now)


async def _pushes() -> int:
    return await purge_pushes(at=utc_now())


async def _old_applications() -> int:
    return await purge_applications(retention_days=resources().settings.application_retention_days, at=utc_now())


async def _bookings() -> int:
    return await lapse_bookings(at=utc_now())


async def _parcels() -> int:
    return await forget_parcels(retention_days=resources().settings.parcel_retention_days, at=utc_now())


async def _addresses() -> int:
    return await purge_addresses(at=utc_now())


async def _incidents() -> int:
    return await find_incidents(at=utc_now())


async def _case_reminders() -> int:
    return await remind_stations(at=utc_now())


async def _conversations() -> int:
    return await forget_conversations(retention_days=resources().settings.assistant_retention_days, at=utc_now())


async def _questions() -> int:
    return await gather_due(at=utc_now())


async def _old_questions() -> int:
    return await forget_questions(retention_days=resources().settings.assistant_retention_days, at=utc_now())


async def _wechat_pushes() -> int:
    return await purge_pushes_of_wechat(at=utc_now())


async def _stranded() -> int:
    return await take_up_stranded(at=utc_now())


async def _hit_tests() -> int:
    return await do_hit_test(settings=resources().settings, at=utc_now())


async def _deliveries() -> int:
    return await deliver_due(now=utc_now)


async def _deliveries_measured() -> int:
    return await end_and_measure(at=utc_now())


async def _notifications() -> int:
    return await purge_notifications(retention_days=resources().settings.notification_retention_days, at=utc_now())


async def _wechat_quotas() -> int:
    told = 0
    for account in WeChatAccount:
        with suppress(WeChatNotConfigured):
            told += await read_quotas(resources().wechat(account))
    return told


PERIODIC: tuple[Periodic, ...] = (
    Periodic("assistant.forget", _HOUR, _conversations),
    Periodic("assistant.forget_questions", _HOUR, _old_questions),
    Periodic("assistant.gather_questions", 20, _questions),
    Periodic("assistant.make_model", 1, make_model, has_own_lock=True),
    Periodic("assistant.hit_tests", 1, _hit_tests, has_own_lock=True),
    Periodic("audit.seal", 1, seal_new_entries, has_own_lock=True),
    Periodic("idempotency.purge", _HOUR, purge_stored_replies),
    Periodic("state.purge", _HOUR, purge_expired),
    Periodic("accounts.purge_sessions", _HOUR, _sessions),
    Periodic("jobs.close_overdue", _HOUR, _postings),
    Periodic("jobs.end_unread_applications", 300, _unread_applications),
    Periodic("jobs.purge_applications", _HOUR, _old_applications),
    Periodic("addresses.purge", _HOUR, _addresses),
    Periodic("perks.purge_scans", _HOUR, _scans),
    Periodic("perks.deidentify_redemptions", _HOUR, _redemptions),
    Periodic("intents.lapse", _HOUR, _intents),
    Periodic("jobs.fair_reminders", _HOUR, _fair_reminders),
    Periodic("jobs.tell_matches", 30, _matches),
    Periodic("jobs.purge_matches", _HOUR, _old_matches),
    Periodic("cards.purge_face_checks", _HOUR, _face_checks),
    Periodic("carriers.poll", 20, _polls),
    Periodic("carriers.purge_pushes", _HOUR, _pushes),
    Periodic("notifications.deliver", 1, _deliveries, has_own_lock=True),
    Periodic("notifications.measure", 60, _deliveries_measured),
    Periodic("notifications.purge", _HOUR, _notifications),
    Periodic("parcels.lapse_bookings", _HOUR, _bookings),
    Periodic("parcels.forget", _HOUR, _parcels),
    Periodic("parcels.find_incidents", 300, _incidents),
    Periodic("parcels.remind_stations", _HOUR, _case_reminders),
    Periodic("wechat.purge_pushes", _HOUR, _wechat_pushes),
    Periodic("wechat.take_up_stranded", 60, _stranded),
    Periodic("wechat.quotas", 900, _wechat_quotas),
)
