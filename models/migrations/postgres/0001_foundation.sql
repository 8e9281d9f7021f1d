-- Accounts, cards, merchants, perks, redemptions, audit and the machinery that serves them all.

CREATE TABLE towns (
    code VARCHAR(12) PRIMARY KEY NOT NULL,
    name VARCHAR(40) NOT NULL UNIQUE,
    position SMALLINT NOT NULL
);

CREATE TABLE accounts (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    openid VARCHAR(64) NOT NULL UNIQUE,
    unionid VARCHAR(64)
);

CREATE TABLE sessions (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    token_hash VARCHAR(64) NOT NULL UNIQUE,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE consents (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    purpose VARCHAR(32) NOT NULL,
    version VARCHAR(32) NOT NULL,
    withdrawn_at TIMESTAMPTZ
);
CREATE INDEX consents_account ON consents (account_id);
CREATE UNIQUE INDEX consents_in_force ON consents (account_id, purpose) WHERE withdrawn_at IS NULL;

CREATE TABLE staff_members (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE RESTRICT,
    role VARCHAR(16) NOT NULL,
    town_code VARCHAR(12),
    display_name VARCHAR(40) NOT NULL,
    suspended_at TIMESTAMPTZ
);

CREATE TABLE staff_invitations (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    role VARCHAR(16) NOT NULL,
    town_code VARCHAR(12),
    display_name VARCHAR(40) NOT NULL,
    code_hash VARCHAR(64) NOT NULL UNIQUE,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    used_by_id UUID REFERENCES accounts (id) ON DELETE RESTRICT
);

CREATE TABLE employer_members (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE RESTRICT,
    employer_name VARCHAR(120) NOT NULL
);

CREATE TABLE card_holders (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    name_sealed TEXT NOT NULL,
    id_number_sealed TEXT NOT NULL,
    id_number_hash VARCHAR(64) NOT NULL UNIQUE,
    mobile_sealed TEXT,
    mobile_hash VARCHAR(64),
    town_id VARCHAR(12) REFERENCES towns (code) ON DELETE RESTRICT,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX card_holders_mobile ON card_holders (mobile_hash);
CREATE INDEX card_holders_town ON card_holders (town_id);

CREATE TABLE cards (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    holder_id UUID NOT NULL REFERENCES card_holders (id) ON DELETE RESTRICT,
    number_sealed TEXT NOT NULL,
    number_hash VARCHAR(64) NOT NULL UNIQUE,
    last4 VARCHAR(4) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    state VARCHAR(16) NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    issued_on DATE,
    expires_on DATE,
    account_id UUID UNIQUE REFERENCES accounts (id) ON DELETE RESTRICT,
    bound_at TIMESTAMPTZ,
    pseudonym VARCHAR(24) NOT NULL UNIQUE,
    replaced_by_id UUID UNIQUE REFERENCES cards (id) ON DELETE RESTRICT
);
CREATE INDEX cards_holder ON cards (holder_id);

CREATE TABLE card_claim_tallies (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    tries INTEGER NOT NULL,
    UNIQUE (account_id, day)
);

CREATE TABLE card_cases (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    number VARCHAR(12) NOT NULL UNIQUE,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    submitted_sealed TEXT,
    town_id VARCHAR(12) REFERENCES towns (code) ON DELETE RESTRICT,
    state VARCHAR(16) NOT NULL,
    note VARCHAR(200) NOT NULL,
    card_id UUID REFERENCES cards (id) ON DELETE RESTRICT,
    resolved_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX card_cases_account ON card_cases (account_id);
CREATE INDEX card_cases_town ON card_cases (town_id);
CREATE INDEX card_cases_card ON card_cases (card_id);
CREATE INDEX card_cases_state ON card_cases (state, created_at);
CREATE UNIQUE INDEX card_cases_one_open ON card_cases (account_id) WHERE state = 'open';

CREATE TABLE pass_keys (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    key_id VARCHAR(16) NOT NULL UNIQUE,
    public_key VARCHAR(64) NOT NULL,
    private_key_sealed TEXT NOT NULL,
    retired_at TIMESTAMPTZ
);

CREATE TABLE merchants (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    name VARCHAR(120) NOT NULL,
    credit_code VARCHAR(18) NOT NULL UNIQUE,
    credit_code_note VARCHAR(200) NOT NULL,
    licence_from DATE,
    licence_to DATE,
    state VARCHAR(16) NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    is_sample BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE branches (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    merchant_id UUID NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    name VARCHAR(120) NOT NULL,
    town_id VARCHAR(12) NOT NULL REFERENCES towns (code) ON DELETE RESTRICT,
    address VARCHAR(200) NOT NULL,
    telephone VARCHAR(20) NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    closed_at TIMESTAMPTZ,
    -- Mercator keeps angles, so the nearest in it is the nearest on the ground for all that a county or province spans
    place POINT GENERATED ALWAYS AS (point(longitude, degrees(ln(tan(radians(45 + latitude / 2)))))) STORED,
    UNIQUE (merchant_id, name)
);
CREATE INDEX branches_place ON branches USING gist (place);
CREATE INDEX branches_merchant ON branches (merchant_id);
CREATE INDEX branches_town ON branches (town_id);

CREATE TABLE clerks (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    merchant_id UUID NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    branch_id UUID NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    display_name VARCHAR(40) NOT NULL,
    removed_at TIMESTAMPTZ
);
CREATE INDEX clerks_account ON clerks (account_id);
CREATE INDEX clerks_merchant ON clerks (merchant_id);
CREATE INDEX clerks_branch ON clerks (branch_id);
CREATE UNIQUE INDEX clerks_one_till ON clerks (account_id) WHERE removed_at IS NULL;

CREATE TABLE clerk_invitations (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    merchant_id UUID NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    branch_id UUID NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    code_hash VARCHAR(64) NOT NULL UNIQUE,
    display_name VARCHAR(40) NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX clerk_invitations_merchant ON clerk_invitations (merchant_id);
CREATE INDEX clerk_invitations_branch ON clerk_invitations (branch_id);

CREATE TABLE perk_categories (
    code VARCHAR(32) PRIMARY KEY NOT NULL,
    name VARCHAR(40) NOT NULL UNIQUE,
    position SMALLINT NOT NULL
);

CREATE TABLE perks (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    number VARCHAR(40) NOT NULL UNIQUE,
    category_id VARCHAR(32) NOT NULL REFERENCES perk_categories (code) ON DELETE RESTRICT,
    title VARCHAR(120) NOT NULL,
    description TEXT NOT NULL,
    merchant_id UUID REFERENCES merchants (id) ON DELETE RESTRICT,
    provider VARCHAR(120) NOT NULL,
    starts_on DATE,
    ends_on DATE,
    weekdays SMALLINT NOT NULL,
    hours TEXT NOT NULL,
    card_kinds TEXT NOT NULL,
    households TEXT NOT NULL,
    documents VARCHAR(200) NOT NULL,
    per_person_day INTEGER,
    per_person_month INTEGER,
    per_person_year INTEGER,
    per_person_ever INTEGER,
    total_day INTEGER,
    total_ever INTEGER,
    source VARCHAR(300) NOT NULL,
    state VARCHAR(16) NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    is_sample BOOLEAN NOT NULL,
    search_text TEXT NOT NULL,
    search TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(string_to_array(search_text, ' '))) STORED,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX perks_category ON perks (category_id, state, id);
CREATE INDEX perks_merchant ON perks (merchant_id);
CREATE INDEX perks_state ON perks (state, id);
CREATE INDEX perks_merchant_state ON perks (merchant_id, state);
CREATE INDEX perks_search ON perks USING gin (search);

CREATE TABLE perk_branches (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    perk_id UUID NOT NULL REFERENCES perks (id) ON DELETE RESTRICT,
    branch_id UUID NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    UNIQUE (perk_id, branch_id)
);
CREATE INDEX perk_branches_branch ON perk_branches (branch_id);

CREATE TABLE redemptions (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    pass_id VARCHAR(32) NOT NULL UNIQUE,
    perk_id UUID NOT NULL REFERENCES perks (id) ON DELETE RESTRICT,
    merchant_id UUID NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    branch_id UUID NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    clerk_id UUID REFERENCES clerks (id) ON DELETE RESTRICT,
    card_id UUID REFERENCES cards (id) ON DELETE RESTRICT,
    holder_id UUID REFERENCES card_holders (id) ON DELETE RESTRICT,
    redeemed_on DATE NOT NULL,
    counted TEXT NOT NULL,
    reversed_at TIMESTAMPTZ
);
CREATE INDEX redemptions_perk ON redemptions (perk_id);
CREATE INDEX redemptions_holder ON redemptions (holder_id);
CREATE INDEX redemptions_merchant_day ON redemptions (merchant_id, redeemed_on);
CREATE INDEX redemptions_created ON redemptions (created_at);

CREATE TABLE perk_usages (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    perk_id UUID NOT NULL REFERENCES perks (id) ON DELETE RESTRICT,
    subject VARCHAR(32) NOT NULL,
    period VARCHAR(10) NOT NULL,
    used INTEGER NOT NULL CHECK (used >= 0),
    UNIQUE (perk_id, subject, period)
);

CREATE TABLE scans (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    merchant_id UUID NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    branch_id UUID NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    pass_id VARCHAR(32),
    perk_id UUID,
    outcome VARCHAR(8) NOT NULL,
    reason VARCHAR(40) NOT NULL
);
CREATE INDEX scans_merchant ON scans (merchant_id, created_at);
CREATE INDEX scans_created ON scans (created_at);

CREATE TABLE stored_replies (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL,
    key VARCHAR(128) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    status SMALLINT NOT NULL,
    body BYTEA NOT NULL,
    UNIQUE (account_id, key)
);
CREATE INDEX stored_replies_created ON stored_replies (created_at);

CREATE TABLE shared_state (
    key VARCHAR(200) PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX shared_state_expires ON shared_state (expires_at);

CREATE TABLE outbox_messages (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR(64) NOT NULL,
    payload TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    run_at TIMESTAMPTZ NOT NULL,
    attempts INTEGER NOT NULL,
    locked_until TIMESTAMPTZ,
    last_fault VARCHAR(500) NOT NULL
);
CREATE INDEX outbox_messages_due ON outbox_messages (state, run_at);

CREATE TABLE audit_entries (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID,
    role VARCHAR(16) NOT NULL,
    action VARCHAR(64) NOT NULL,
    record_type VARCHAR(40) NOT NULL,
    record_id VARCHAR(64) NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_entries_record ON audit_entries (record_type, record_id);

CREATE TABLE audit_seals (
    seq BIGINT PRIMARY KEY NOT NULL,
    entry_id UUID NOT NULL UNIQUE REFERENCES audit_entries (id) ON DELETE RESTRICT,
    hash VARCHAR(64) NOT NULL,
    sealed_at TIMESTAMPTZ NOT NULL
);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit records are append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
