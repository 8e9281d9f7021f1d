-- Mini-program codes, the mobile of an account, checks of published texts, and identity by face.

CREATE TABLE scene_codes (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    scene VARCHAR(32) NOT NULL UNIQUE,
    subject VARCHAR(16) NOT NULL,
    subject_id UUID NOT NULL,
    width INTEGER NOT NULL CHECK (width BETWEEN 280 AND 1280),
    created_by_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    UNIQUE (subject, subject_id)
);

CREATE TABLE account_phones (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE RESTRICT,
    mobile_sealed TEXT NOT NULL,
    source VARCHAR(16) NOT NULL
);

CREATE TABLE content_checks (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    content VARCHAR(16) NOT NULL,
    content_id UUID NOT NULL,
    digest VARCHAR(64) NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    outcome VARCHAR(16) NOT NULL,
    label INTEGER,
    reason VARCHAR(200) NOT NULL,
    checked_at TIMESTAMPTZ,
    UNIQUE (content, content_id)
);

CREATE TABLE face_checks (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    serial VARCHAR(32) NOT NULL UNIQUE,
    submitted_sealed TEXT,
    id_number_hash VARCHAR(64) NOT NULL,
    name_hash VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    verify_ret INTEGER,
    expires_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    used_at TIMESTAMPTZ,
    card_id UUID REFERENCES cards (id) ON DELETE RESTRICT
);
CREATE INDEX face_checks_account ON face_checks (account_id);
CREATE INDEX face_checks_expires ON face_checks (expires_at);
CREATE INDEX face_checks_card ON face_checks (card_id);
