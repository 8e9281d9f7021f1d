-- Postings, seekers, applications, fairs, intents, and the inbox that tells people of them.

ALTER TABLE employers ADD COLUMN nature VARCHAR(24) NOT NULL DEFAULT 'other';

ALTER TABLE employer_invitations ADD COLUMN revoked_at TIMESTAMP;

CREATE TABLE job_postings (
    search_rowid INTEGER PRIMARY KEY, -- keeps its value through VACUUM, which the search and place indexes rely on
    id CHAR(36) NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    employer_id CHAR(36) NOT NULL REFERENCES employers (id) ON DELETE RESTRICT,
    number VARCHAR(40) NOT NULL,
    title VARCHAR(120) NOT NULL,
    kind VARCHAR(24) NOT NULL,
    openings INT NOT NULL CHECK (openings > 0),
    town_id VARCHAR(12) REFERENCES towns (code) ON DELETE RESTRICT,
    address VARCHAR(200) NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    pay_min_fen BIGINT,
    pay_max_fen BIGINT,
    pay_months SMALLINT NOT NULL,
    pay_is_negotiable BOOLEAN NOT NULL,
    experience_years SMALLINT NOT NULL,
    schooling VARCHAR(20) NOT NULL,
    schooling_rank SMALLINT NOT NULL,
    age_min SMALLINT,
    age_max SMALLINT,
    benefits TEXT NOT NULL,
    description TEXT NOT NULL,
    contact_name_sealed TEXT,
    contact_telephone_sealed TEXT,
    closes_on DATE,
    state VARCHAR(16) NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    published_at TIMESTAMP,
    is_sample BOOLEAN NOT NULL,
    title_search_text TEXT NOT NULL,
    search_text TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (published_at IS NOT NULL OR state IN ('draft', 'submitted', 'withdrawn')),
    UNIQUE (employer_id, number)
);
CREATE INDEX job_postings_state ON job_postings (state, id);
CREATE INDEX job_postings_employer_state ON job_postings (employer_id, state, id);
CREATE INDEX job_postings_town ON job_postings (town_id, state, id);
-- what the public looks through: only live postings, so that years of closed ones cost nothing
CREATE INDEX job_postings_live ON job_postings (published_at, id) WHERE state = 'live';
CREATE INDEX job_postings_live_town ON job_postings (town_id, published_at, id) WHERE state = 'live';
CREATE INDEX job_postings_live_kind ON job_postings (kind, published_at, id) WHERE state = 'live';
CREATE INDEX job_postings_live_pay ON job_postings (
    COALESCE(pay_max_fen, pay_min_fen, 0), COALESCE(pay_min_fen, 0), published_at, id
) WHERE state = 'live';

CREATE VIRTUAL TABLE job_posting_search USING fts5 (
    title_search_text, search_text, content='job_postings', content_rowid='search_rowid',
    tokenize='unicode61 remove_diacritics 0'
);
CREATE TRIGGER job_postings_search_added AFTER INSERT ON job_postings BEGIN
    INSERT INTO job_posting_search (rowid, title_search_text, search_text)
    VALUES (new.search_rowid, new.title_search_text, new.search_text);
END;
CREATE TRIGGER job_postings_search_changed AFTER UPDATE OF title_search_text, search_text ON job_postings BEGIN
    INSERT INTO job_posting_search (job_posting_search, rowid, title_search_text, search_text)
    VALUES ('delete', old.search_rowid, old.title_search_text, old.search_text);
    INSERT INTO job_posting_search (rowid, title_search_text, search_text)
    VALUES (new.search_rowid, new.title_search_text, new.search_text);
END;
CREATE TRIGGER job_postings_search_removed AFTER DELETE ON job_postings BEGIN
    INSERT INTO job_posting_search (job_posting_search, rowid, title_search_text, search_text)
    VALUES ('delete', old.search_rowid, old.title_search_text, old.search_text);
END;

CREATE VIRTUAL TABLE job_posting_places USING rtree (search_rowid, west, east, south, north);
CREATE TRIGGER job_postings_place_added AFTER INSERT ON job_postings
WHEN new.latitude IS NOT NULL AND new.longitude IS NOT NULL BEGIN
    INSERT INTO job_posting_places
    VALUES (new.search_rowid, new.longitude, new.longitude, new.latitude, new.latitude);
END;
CREATE TRIGGER job_postings_place_changed AFTER UPDATE OF latitude, longitude ON job_postings BEGIN
    DELETE FROM job_posting_places WHERE search_rowid = old.search_rowid;
    INSERT INTO job_posting_places
    SELECT new.search_rowid, new.longitude, new.longitude, new.latitude, new.latitude
    WHERE new.latitude IS NOT NULL AND new.longitude IS NOT NULL;
END;
CREATE TRIGGER job_postings_place_removed AFTER DELETE ON job_postings BEGIN
    DELETE FROM job_posting_places WHERE search_rowid = old.search_rowid;
END;

CREATE TABLE job_posting_events (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    posting_id CHAR(36) NOT NULL REFERENCES job_postings (id) ON DELETE RESTRICT,
    from_state VARCHAR(16),
    to_state VARCHAR(16) NOT NULL,
    actor VARCHAR(16) NOT NULL,
    account_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT,
    reason VARCHAR(200) NOT NULL
);
CREATE INDEX job_posting_events_posting ON job_posting_events (posting_id, id);

CREATE TABLE saved_jobs (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    posting_id CHAR(36) NOT NULL REFERENCES job_postings (id) ON DELETE RESTRICT,
    UNIQUE (account_id, posting_id)
);
CREATE INDEX saved_jobs_posting ON saved_jobs (posting_id);

CREATE TABLE saved_searches (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    name VARCHAR(40) NOT NULL,
    criteria TEXT NOT NULL,
    is_paused BOOLEAN NOT NULL,
    slot SMALLINT NOT NULL CHECK (slot BETWEEN 1 AND 10),
    notified_at TIMESTAMP,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (account_id, slot)
);
CREATE INDEX saved_searches_account ON saved_searches (account_id, id);

CREATE TABLE saved_search_matches (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    search_id CHAR(36) NOT NULL REFERENCES saved_searches (id) ON DELETE RESTRICT,
    posting_id CHAR(36) NOT NULL REFERENCES job_postings (id) ON DELETE RESTRICT,
    notified_at TIMESTAMP,
    UNIQUE (search_id, posting_id)
);
CREATE INDEX saved_search_matches_posting ON saved_search_matches (posting_id);
CREATE INDEX saved_search_matches_untold ON saved_search_matches (search_id) WHERE notified_at IS NULL;

CREATE TABLE seekers (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) UNIQUE REFERENCES accounts (id) ON DELETE RESTRICT,
    holder_id CHAR(36) UNIQUE REFERENCES card_holders (id) ON DELETE RESTRICT,
    id_number_hash VARCHAR(64) UNIQUE,
    name_sealed TEXT,
    mobile_sealed TEXT,
    mobile_hash VARCHAR(64),
    merged_into_id CHAR(36) REFERENCES seekers (id) ON DELETE RESTRICT,
    is_sample BOOLEAN NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX seekers_mobile ON seekers (mobile_hash);
CREATE INDEX seekers_merged_into ON seekers (merged_into_id);

CREATE TABLE seeker_profiles (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seeker_id CHAR(36) NOT NULL UNIQUE REFERENCES seekers (id) ON DELETE RESTRICT,
    service_years SMALLINT NOT NULL,
    speciality VARCHAR(40) NOT NULL,
    skills TEXT NOT NULL,
    certificates TEXT NOT NULL,
    schooling VARCHAR(20) NOT NULL,
    birth_year SMALLINT,
    experience_years SMALLINT NOT NULL,
    wished_towns TEXT NOT NULL,
    wished_kinds TEXT NOT NULL,
    wished_pay_min_fen BIGINT,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    introduction VARCHAR(1000) NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE blocked_employers (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    employer_id CHAR(36) NOT NULL REFERENCES employers (id) ON DELETE RESTRICT,
    UNIQUE (account_id, employer_id)
);
CREATE INDEX blocked_employers_employer ON blocked_employers (employer_id);

CREATE TABLE job_applications (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    posting_id CHAR(36) NOT NULL REFERENCES job_postings (id) ON DELETE RESTRICT,
    employer_id CHAR(36) NOT NULL REFERENCES employers (id) ON DELETE RESTRICT,
    seeker_id CHAR(36) NOT NULL REFERENCES seekers (id) ON DELETE RESTRICT,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    state VARCHAR(16) NOT NULL,
    profile TEXT NOT NULL,
    contact_sealed TEXT,
    contact_shared_at TIMESTAMP,
    message VARCHAR(500) NOT NULL,
    interview_at TIMESTAMP,
    interview_place VARCHAR(200) NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (posting_id, seeker_id)
);
CREATE INDEX job_applications_seeker ON job_applications (seeker_id, id);
CREATE INDEX job_applications_account ON job_applications (account_id, id);
CREATE INDEX job_applications_employer ON job_applications (employer_id, id);
CREATE INDEX job_applications_state ON job_applications (state, id);

CREATE TABLE job_application_events (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    application_id CHAR(36) NOT NULL REFERENCES job_applications (id) ON DELETE RESTRICT,
    from_state VARCHAR(16),
    to_state VARCHAR(16) NOT NULL,
    actor VARCHAR(16) NOT NULL,
    account_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT,
    note VARCHAR(500) NOT NULL
);
CREATE INDEX job_application_events_application ON job_application_events (application_id, id);

CREATE TABLE job_fairs (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    number VARCHAR(40) NOT NULL UNIQUE,
    title VARCHAR(120) NOT NULL,
    description TEXT NOT NULL,
    town_id VARCHAR(12) REFERENCES towns (code) ON DELETE RESTRICT,
    place VARCHAR(200) NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    capacity INT CHECK (capacity > 0),
    registered INT NOT NULL CHECK (registered >= 0),
    next_registration INT NOT NULL,
    state VARCHAR(16) NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    board_token VARCHAR(64) NOT NULL UNIQUE,
    published_at TIMESTAMP,
    is_sample BOOLEAN NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (capacity IS NULL OR registered <= capacity)
);
CREATE INDEX job_fairs_town ON job_fairs (town_id);
CREATE INDEX job_fairs_starts ON job_fairs (state, starts_at, id);

CREATE TABLE job_fair_documents (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    fair_id CHAR(36) NOT NULL REFERENCES job_fairs (id) ON DELETE RESTRICT,
    kind VARCHAR(20) NOT NULL,
    filename VARCHAR(200) NOT NULL,
    media_type VARCHAR(100) NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (fair_id, kind)
);

CREATE TABLE job_fair_booths (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    fair_id CHAR(36) NOT NULL REFERENCES job_fairs (id) ON DELETE RESTRICT,
    employer_id CHAR(36) NOT NULL REFERENCES employers (id) ON DELETE RESTRICT,
    number VARCHAR(20) NOT NULL,
    UNIQUE (fair_id, number),
    UNIQUE (fair_id, employer_id)
);
CREATE INDEX job_fair_booths_employer ON job_fair_booths (employer_id);

CREATE TABLE fair_postings (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    fair_id CHAR(36) NOT NULL REFERENCES job_fairs (id) ON DELETE RESTRICT,
    posting_id CHAR(36) NOT NULL REFERENCES job_postings (id) ON DELETE RESTRICT,
    openings INT NOT NULL CHECK (openings > 0),
    UNIQUE (fair_id, posting_id)
);
CREATE INDEX fair_postings_posting ON fair_postings (posting_id);

CREATE TABLE fair_registrations (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    fair_id CHAR(36) NOT NULL REFERENCES job_fairs (id) ON DELETE RESTRICT,
    seeker_id CHAR(36) NOT NULL REFERENCES seekers (id) ON DELETE RESTRICT,
    number VARCHAR(12) NOT NULL,
    by_staff BOOLEAN NOT NULL,
    cancelled_at TIMESTAMP,
    checked_in_at TIMESTAMP,
    checked_in_by_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT,
    UNIQUE (fair_id, seeker_id),
    UNIQUE (fair_id, number)
);
CREATE INDEX fair_registrations_seeker ON fair_registrations (seeker_id);
CREATE INDEX fair_registrations_checked_in ON fair_registrations (fair_id, checked_in_at);

CREATE TABLE intents (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    number VARCHAR(24) NOT NULL UNIQUE,
    verification_code VARCHAR(32) NOT NULL UNIQUE,
    employer_id CHAR(36) NOT NULL REFERENCES employers (id) ON DELETE RESTRICT,
    posting_id CHAR(36) NOT NULL REFERENCES job_postings (id) ON DELETE RESTRICT,
    fair_id CHAR(36) REFERENCES job_fairs (id) ON DELETE RESTRICT,
    application_id CHAR(36) REFERENCES job_applications (id) ON DELETE RESTRICT,
    seeker_id CHAR(36) NOT NULL REFERENCES seekers (id) ON DELETE RESTRICT,
    position_title VARCHAR(120) NOT NULL,
    kind VARCHAR(24) NOT NULL,
    place VARCHAR(200) NOT NULL,
    pay_min_fen BIGINT,
    pay_max_fen BIGINT,
    pay_months SMALLINT NOT NULL,
    pay_is_negotiable BOOLEAN NOT NULL,
    starts_on DATE,
    remarks VARCHAR(500) NOT NULL,
    terms_digest VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    signed_at TIMESTAMP,
    signing VARCHAR(16),
    contact_shared_at TIMESTAMP,
    paper_number VARCHAR(40) UNIQUE,
    witness_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT,
    offered_at TIMESTAMP,
    hired_at TIMESTAMP,
    withdrawn_at TIMESTAMP,
    lapsed_at TIMESTAMP,
    is_sample BOOLEAN NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX intents_employer ON intents (employer_id, id);
CREATE INDEX intents_seeker ON intents (seeker_id, id);
CREATE INDEX intents_fair ON intents (fair_id, state);
CREATE INDEX intents_posting ON intents (posting_id);
CREATE INDEX intents_application ON intents (application_id);
CREATE INDEX intents_state ON intents (state, expires_at);
CREATE INDEX intents_signed ON intents (signed_at);
CREATE UNIQUE INDEX intents_one_alive ON intents (posting_id, seeker_id) WHERE state IN ('draft', 'signed', 'offered', 'hired');

CREATE TABLE intent_events (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    intent_id CHAR(36) NOT NULL REFERENCES intents (id) ON DELETE RESTRICT,
    from_state VARCHAR(16),
    to_state VARCHAR(16) NOT NULL,
    actor VARCHAR(16) NOT NULL,
    account_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT,
    note VARCHAR(500) NOT NULL
);
CREATE INDEX intent_events_intent ON intent_events (intent_id, id);

CREATE TABLE number_series (
    series VARCHAR(40) PRIMARY KEY NOT NULL,
    given INT NOT NULL
);

CREATE TABLE specialities (
    code VARCHAR(40) PRIMARY KEY NOT NULL,
    name VARCHAR(60) NOT NULL UNIQUE,
    position SMALLINT NOT NULL,
    occupations TEXT NOT NULL,
    keywords TEXT NOT NULL,
    source VARCHAR(300) NOT NULL,
    is_retired BOOLEAN NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE notifications (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    event VARCHAR(60) NOT NULL,
    title VARCHAR(60) NOT NULL,
    text VARCHAR(500) NOT NULL,
    link VARCHAR(200) NOT NULL,
    dedupe_key VARCHAR(120) NOT NULL UNIQUE,
    read_at TIMESTAMP
);
CREATE INDEX notifications_account ON notifications (account_id, id);
