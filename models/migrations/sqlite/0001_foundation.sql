-- Accounts, cards, merchants, perks, redemptions, audit and the machinery that serves them all.

CREATE TABLE towns (
    code VARCHAR(12) PRIMARY KEY NOT NULL,
    name VARCHAR(40) NOT NULL UNIQUE,
    position SMALLINT NOT NULL
);

CREATE TABLE accounts (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    openid VARCHAR(64) NOT NULL UNIQUE,
    unionid VARCHAR(64)
);

CREATE TABLE sessions (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    token_hash VARCHAR(64) NOT NULL UNIQUE,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE consents (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    purpose VARCHAR(32) NOT NULL,
    version VARCHAR(32) NOT NULL,
    withdrawn_at TIMESTAMP
);
CREATE INDEX consents_account ON consents (account_id);
CREATE UNIQUE INDEX consents_in_force ON consents (account_id, purpose) WHERE withdrawn_at IS NULL;

CREATE TABLE staff_members (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE RESTRICT,
    role VARCHAR(16) NOT NULL,
    town_code VARCHAR(12),
    display_name VARCHAR(40) NOT NULL,
    suspended_at TIMESTAMP
);

CREATE TABLE staff_invitations (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    role VARCHAR(16) NOT NULL,
    town_code VARCHAR(12),
    display_name VARCHAR(40) NOT NULL,
    code_hash VARCHAR(64) NOT NULL UNIQUE,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    used_by_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT
);

CREATE TABLE employer_members (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE RESTRICT,
    employer_name VARCHAR(120) NOT NULL
);

CREATE TABLE card_holders (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    name_sealed TEXT NOT NULL,
    id_number_sealed TEXT NOT NULL,
    id_number_hash VARCHAR(64) NOT NULL UNIQUE,
    mobile_sealed TEXT,
    mobile_hash VARCHAR(64),
    town_id VARCHAR(12) REFERENCES towns (code) ON DELETE RESTRICT,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX card_holders_mobile ON card_holders (mobile_hash);
CREATE INDEX card_holders_town ON card_holders (town_id);

CREATE TABLE cards (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    holder_id CHAR(36) NOT NULL REFERENCES card_holders (id) ON DELETE RESTRICT,
    number_sealed TEXT NOT NULL,
    number_hash VARCHAR(64) NOT NULL UNIQUE,
    last4 VARCHAR(4) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    state VARCHAR(16) NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    issued_on DATE,
    expires_on DATE,
    account_id CHAR(36) UNIQUE REFERENCES accounts (id) ON DELETE RESTRICT,
    bound_at TIMESTAMP,
    pseudonym VARCHAR(24) NOT NULL UNIQUE,
    replaced_by_id CHAR(36) UNIQUE REFERENCES cards (id) ON DELETE RESTRICT
);
CREATE INDEX cards_holder ON cards (holder_id);

CREATE TABLE card_claim_tallies (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    tries INTEGER NOT NULL,
    UNIQUE (account_id, day)
);

CREATE TABLE card_cases (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    number VARCHAR(12) NOT NULL UNIQUE,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    submitted_sealed TEXT,
    town_id VARCHAR(12) REFERENCES towns (code) ON DELETE RESTRICT,
    state VARCHAR(16) NOT NULL,
    note VARCHAR(200) NOT NULL,
    card_id CHAR(36) REFERENCES cards (id) ON DELETE RESTRICT,
    resolved_at TIMESTAMP,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX card_cases_account ON card_cases (account_id);
CREATE INDEX card_cases_town ON card_cases (town_id);
CREATE INDEX card_cases_card ON card_cases (card_id);
CREATE INDEX card_cases_state ON card_cases (state, created_at);
CREATE UNIQUE INDEX card_cases_one_open ON card_cases (account_id) WHERE state = 'open';

CREATE TABLE pass_keys (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    key_id VARCHAR(16) NOT NULL UNIQUE,
    public_key VARCHAR(64) NOT NULL,
    private_key_sealed TEXT NOT NULL,
    retired_at TIMESTAMP
);

CREATE TABLE merchants (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    name VARCHAR(120) NOT NULL,
    credit_code VARCHAR(18) NOT NULL UNIQUE,
    credit_code_note VARCHAR(200) NOT NULL,
    licence_from DATE,
    licence_to DATE,
    state VARCHAR(16) NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    is_sample BOOLEAN NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE branches (
    place_rowid INTEGER PRIMARY KEY, -- keeps its value through VACUUM, which the place index relies on
    id CHAR(36) NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    merchant_id CHAR(36) NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    name VARCHAR(120) NOT NULL,
    town_id VARCHAR(12) NOT NULL REFERENCES towns (code) ON DELETE RESTRICT,
    address VARCHAR(200) NOT NULL,
    telephone VARCHAR(20) NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    closed_at TIMESTAMP,
    UNIQUE (merchant_id, name)
);
CREATE INDEX branches_merchant ON branches (merchant_id);
CREATE INDEX branches_town ON branches (town_id);

CREATE VIRTUAL TABLE branch_places USING rtree (place_rowid, west, east, south, north);
CREATE TRIGGER branches_place_added AFTER INSERT ON branches
WHEN new.latitude IS NOT NULL AND new.longitude IS NOT NULL BEGIN
    INSERT INTO branch_places VALUES (new.place_rowid, new.longitude, new.longitude, new.latitude, new.latitude);
END;
CREATE TRIGGER branches_place_changed AFTER UPDATE OF latitude, longitude ON branches BEGIN
    DELETE FROM branch_places WHERE place_rowid = old.place_rowid;
    INSERT INTO branch_places SELECT new.place_rowid, new.longitude, new.longitude, new.latitude, new.latitude
    WHERE new.latitude IS NOT NULL AND new.longitude IS NOT NULL;
END;
CREATE TRIGGER branches_place_removed AFTER DELETE ON branches BEGIN
    DELETE FROM branch_places WHERE place_rowid = old.place_rowid;
END;

CREATE TABLE clerks (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    merchant_id CHAR(36) NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    branch_id CHAR(36) NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    display_name VARCHAR(40) NOT NULL,
    removed_at TIMESTAMP
);
CREATE INDEX clerks_account ON clerks (account_id);
CREATE INDEX clerks_merchant ON clerks (merchant_id);
CREATE INDEX clerks_branch ON clerks (branch_id);
CREATE UNIQUE INDEX clerks_one_till ON clerks (account_id) WHERE removed_at IS NULL;

CREATE TABLE clerk_invitations (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    merchant_id CHAR(36) NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    branch_id CHAR(36) NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    code_hash VARCHAR(64) NOT NULL UNIQUE,
    display_name VARCHAR(40) NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    revoked_at TIMESTAMP
);
CREATE INDEX clerk_invitations_merchant ON clerk_invitations (merchant_id);
CREATE INDEX clerk_invitations_branch ON clerk_invitations (branch_id);

CREATE TABLE perk_categories (
    code VARCHAR(32) PRIMARY KEY NOT NULL,
    name VARCHAR(40) NOT NULL UNIQUE,
    position SMALLINT NOT NULL
);

CREATE TABLE perks (
    search_rowid INTEGER PRIMARY KEY, -- keeps its value through VACUUM, which the search index relies on
    id CHAR(36) NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    number VARCHAR(40) NOT NULL UNIQUE,
    category_id VARCHAR(32) NOT NULL REFERENCES perk_categories (code) ON DELETE RESTRICT,
    title VARCHAR(120) NOT NULL,
    description TEXT NOT NULL,
    merchant_id CHAR(36) REFERENCES merchants (id) ON DELETE RESTRICT,
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
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX perks_category ON perks (category_id, state, id);
CREATE INDEX perks_merchant ON perks (merchant_id);
CREATE INDEX perks_state ON perks (state, id);
CREATE INDEX perks_merchant_state ON perks (merchant_id, state);

CREATE VIRTUAL TABLE perk_search USING fts5 (
    search_text, content='perks', content_rowid='search_rowid', tokenize='unicode61 remove_diacritics 0'
);
CREATE TRIGGER perks_search_added AFTER INSERT ON perks BEGIN
    INSERT INTO perk_search (rowid, search_text) VALUES (new.search_rowid, new.search_text);
END;
CREATE TRIGGER perks_search_changed AFTER UPDATE OF search_text ON perks BEGIN
    INSERT INTO perk_search (perk_search, rowid, search_text) VALUES ('delete', old.search_rowid, old.search_text);
    INSERT INTO perk_search (rowid, search_text) VALUES (new.search_rowid, new.search_text);
END;
CREATE TRIGGER perks_search_removed AFTER DELETE ON perks BEGIN
    INSERT INTO perk_search (perk_search, rowid, search_text) VALUES ('delete', old.search_rowid, old.search_text);
END;

CREATE TABLE perk_branches (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    perk_id CHAR(36) NOT NULL REFERENCES perks (id) ON DELETE RESTRICT,
    branch_id CHAR(36) NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    UNIQUE (perk_id, branch_id)
);
CREATE INDEX perk_branches_branch ON perk_branches (branch_id);

CREATE TABLE redemptions (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    pass_id VARCHAR(32) NOT NULL UNIQUE,
    perk_id CHAR(36) NOT NULL REFERENCES perks (id) ON DELETE RESTRICT,
    merchant_id CHAR(36) NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    branch_id CHAR(36) NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    clerk_id CHAR(36) REFERENCES clerks (id) ON DELETE RESTRICT,
    card_id CHAR(36) REFERENCES cards (id) ON DELETE RESTRICT,
    holder_id CHAR(36) REFERENCES card_holders (id) ON DELETE RESTRICT,
    redeemed_on DATE NOT NULL,
    counted TEXT NOT NULL,
    reversed_at TIMESTAMP
);
CREATE INDEX redemptions_perk ON redemptions (perk_id);
CREATE INDEX redemptions_holder ON redemptions (holder_id);
CREATE INDEX redemptions_merchant_day ON redemptions (merchant_id, redeemed_on);
CREATE INDEX redemptions_created ON redemptions (created_at);

CREATE TABLE perk_usages (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    perk_id CHAR(36) NOT NULL REFERENCES perks (id) ON DELETE RESTRICT,
    subject VARCHAR(32) NOT NULL,
    period VARCHAR(10) NOT NULL,
    used INTEGER NOT NULL CHECK (used >= 0),
    UNIQUE (perk_id, subject, period)
);

CREATE TABLE scans (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    merchant_id CHAR(36) NOT NULL REFERENCES merchants (id) ON DELETE RESTRICT,
    branch_id CHAR(36) NOT NULL REFERENCES branches (id) ON DELETE RESTRICT,
    pass_id VARCHAR(32),
    perk_id CHAR(36),
    outcome VARCHAR(8) NOT NULL,
    reason VARCHAR(40) NOT NULL
);
CREATE INDEX scans_merchant ON scans (merchant_id, created_at);
CREATE INDEX scans_created ON scans (created_at);

CREATE TABLE stored_replies (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL,
    key VARCHAR(128) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    status SMALLINT NOT NULL,
    body BLOB NOT NULL,
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
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    kind VARCHAR(64) NOT NULL,
    payload TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    run_at TIMESTAMP NOT NULL,
    attempts INTEGER NOT NULL,
    locked_until TIMESTAMP,
    last_fault VARCHAR(500) NOT NULL
);
CREATE INDEX outbox_messages_due ON outbox_messages (state, run_at);

CREATE TABLE audit_entries (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36),
    role VARCHAR(16) NOT NULL,
    action VARCHAR(64) NOT NULL,
    record_type VARCHAR(40) NOT NULL,
    record_id VARCHAR(64) NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_entries_record ON audit_entries (record_type, record_id);

CREATE TABLE audit_seals (
    seq BIGINT PRIMARY KEY NOT NULL,
    entry_id CHAR(36) NOT NULL UNIQUE REFERENCES audit_entries (id) ON DELETE RESTRICT,
    hash VARCHAR(64) NOT NULL,
    sealed_at TIMESTAMP NOT NULL
);

CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE ON audit_entries BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;
CREATE TRIGGER audit_entries_kept BEFORE DELETE ON audit_entries BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;
CREATE TRIGGER audit_seals_unchanged BEFORE UPDATE ON audit_seals BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;
CREATE TRIGGER audit_seals_kept BEFORE DELETE ON audit_seals BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;
