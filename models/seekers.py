"""求职者 — who looks for work, what they can and wish, and whom they do not want to hear from."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.accounts import Account
from models.base import Record
from models.cards import CardHolder
from models.employers import Employer
from models.fields import SealedField, WordsField, unseal
from models.identifiers import Mobile, mask_name
from models.schooling import Schooling

SEEKER_NAME = "seekers.name"
SEEKER_MOBILE = "seekers.mobile"


class Seeker(Record):
    """求职者 — one person who looks for work, with or without a phone, with or without a card.

    A person is known by the account, by the card's holder, or by the hash of the ID number that staff saw at the
    desk (the same hash as ``card_holders.id_number_hash``, which a holder's seeker always carries). Where two records
    turn out to be one person, the one points to the other by ``merged_into`` and figures count the other.
    """

    account: fields.OneToOneNullableRelation[Account] = fields.OneToOneField(
        "models.Account", related_name="seeker", on_delete=fields.RESTRICT, null=True
    )
    holder: fields.OneToOneNullableRelation[CardHolder] = fields.OneToOneField(
        "models.CardHolder", related_name="seeker", on_delete=fields.RESTRICT, null=True
    )
    id_number_hash = fields.CharField(max_length=64, null=True, unique=True)
    name_sealed = SealedField(purpose=SEEKER_NAME, null=True)
    mobile_sealed = SealedField(purpose=SEEKER_MOBILE, null=True)
    mobile_hash = fields.CharField(max_length=64, null=True, db_index=True)
    merged_into: fields.ForeignKeyNullableRelation["Seeker"] = fields.ForeignKeyField(
        "models.Seeker", related_name="merged", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    is_sample = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    account_id: UUID | None
    holder_id: UUID | None
    merged_into_id: UUID | None

    class Meta:
        table = "seekers"

    @property
    def name(self) -> str:
        return unseal(SEEKER_NAME, self.name_sealed) if self.name_sealed else ""

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def mobile(self) -> Mobile | None:
        return Mobile(unseal(SEEKER_MOBILE, self.mobile_sealed)) if self.mobile_sealed else None


class SeekerProfile(Record):
    """求职资料 — what a seeker did in the army, can, and wishes."""

    seeker: fields.OneToOneRelation[Seeker] = fields.OneToOneField(
        "models.Seeker", related_name="profile", on_delete=fields.RESTRICT
    )
    service_years = fields.SmallIntField(default=0)
    speciality = fields.CharField(max_length=40, default="")
    """A code of ``Speciality``, or empty."""
    skills = WordsField(default=())
    certificates = WordsField(default=())
    schooling = fields.CharEnumField(Schooling, max_length=20, default=Schooling.ANY)
    birth_year = fields.SmallIntField(null=True)
    experience_years = fields.SmallIntField(default=0)
    wished_towns = WordsField(default=())
    wished_kinds = WordsField(default=())
    wished_pay_min_fen = fields.BigIntField(null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    """Where the person lives, as roughly as they said (two decimals), GCJ-02 degrees."""
    introduction = fields.CharField(max_length=1000, default="")
    updated_at = fields.DatetimeField()

    seeker_id: UUID

    class Meta:
        table = "seeker_profiles"


class BlockedEmployer(Record):
    """不看的用人单位 — an employer whose postings a person does not want to be offered."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="blocked_employers", on_delete=fields.RESTRICT
    )
    employer: fields.ForeignKeyRelation[Employer] = fields.ForeignKeyField(
        "models.Employer", related_name="blocked_by", on_delete=fields.RESTRICT, db_index=True
    )

    account_id: UUID
    employer_id: UUID

    class Meta:
        table = "blocked_employers"
        unique_together = (("account", "employer"),)


class Speciality(Model):
    """军事专业 — a line of military work and the civil occupations that it leads to; staff edit the map."""

    code = fields.CharField(max_length=40, primary_key=True)
    name = fields.CharField(max_length=60, unique=True)
    position = fields.SmallIntField()
    occupations = WordsField()
    """Civil occupations by name, the nearest first."""
    keywords = WordsField()
    """Words that postings of those occupations hold."""
    source = fields.CharField(max_length=300)
    is_retired = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "specialities"
