-- Employers, their members and invitations.

CREATE TABLE employers (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    name VARCHAR(120) NOT NULL,
    credit_code VARCHAR(18) NOT NULL UNIQUE,
    credit_code_note VARCHAR(200) NOT NULL,
    town_id VARCHAR(12) REFERENCES towns (code) ON DELETE RESTRICT,
    address VARCHAR(200) NOT NULL,
    contact_name_sealed TEXT,
    contact_mobile_sealed TEXT,
    introduction VARCHAR(2000) NOT NULL,
    state VARCHAR(16) NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    is_sample BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX employers_town ON employers (town_id);

-- Until now only the samples wrote employer_members: one row, for the sample employer. Where it is found, that
-- employer is made as the samples now make it, under the id of the row; its contact stays empty, because no SQL seals.
INSERT INTO employers (
    id, created_at, name, credit_code, credit_code_note, town_id, address, introduction, state, state_reason,
    is_sample, updated_at
)
SELECT
    id, created_at, employer_name, '91321084MA0000J00B', '', (SELECT code FROM towns WHERE code = '321084112'),
    '示例路 9 号（不是真实地址）', '', 'approved', '', TRUE, created_at
FROM employer_members WHERE employer_name = '示例用人单位（高邮）' ORDER BY created_at LIMIT 1;

ALTER TABLE employer_members RENAME TO former_employer_members;

CREATE TABLE employer_members (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    employer_id UUID NOT NULL REFERENCES employers (id) ON DELETE RESTRICT,
    display_name VARCHAR(40) NOT NULL,
    removed_at TIMESTAMPTZ
);
CREATE INDEX employer_members_account ON employer_members (account_id);
CREATE INDEX employer_members_employer ON employer_members (employer_id);
CREATE UNIQUE INDEX employer_members_one_employer ON employer_members (account_id) WHERE removed_at IS NULL;

INSERT INTO employer_members (id, created_at, account_id, employer_id, display_name)
SELECT m.id, m.created_at, m.account_id, e.id, '示例人事'
FROM former_employer_members m JOIN employers e ON e.name = m.employer_name;

DROP TABLE former_employer_members;

CREATE TABLE employer_invitations (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    employer_id UUID NOT NULL REFERENCES employers (id) ON DELETE RESTRICT,
    code_hash VARCHAR(64) NOT NULL UNIQUE,
    display_name VARCHAR(40) NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    used_by_id UUID REFERENCES accounts (id) ON DELETE RESTRICT
);
CREATE INDEX employer_invitations_employer ON employer_invitations (employer_id);
