-- Conversations with the bot, the cases that people took over, what staff wrote of its topics, and what it did not serve well.

CREATE TABLE conversations (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    account_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT,
    last_at TIMESTAMP NOT NULL
);
CREATE INDEX conversations_account ON conversations (account_id, id);
CREATE INDEX conversations_last ON conversations (last_at);

CREATE TABLE assistant_messages (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    conversation_id CHAR(36) NOT NULL REFERENCES conversations (id) ON DELETE RESTRICT,
    question VARCHAR(600) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    reply TEXT NOT NULL,
    topic VARCHAR(60),
    intent VARCHAR(24),
    reason VARCHAR(24) NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    options TEXT NOT NULL,
    helpful BOOLEAN,
    comment VARCHAR(300) NOT NULL
);
CREATE INDEX assistant_messages_conversation ON assistant_messages (conversation_id, id);
CREATE INDEX assistant_messages_created ON assistant_messages (created_at);

CREATE TABLE handover_cases (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    conversation_id CHAR(36) NOT NULL REFERENCES conversations (id) ON DELETE RESTRICT,
    reason VARCHAR(24) NOT NULL,
    urgency SMALLINT NOT NULL,
    state VARCHAR(16) NOT NULL,
    claimed_by_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT,
    answered_at TIMESTAMP,
    closed_at TIMESTAMP,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX handover_cases_state ON handover_cases (state, urgency, id);
CREATE UNIQUE INDEX handover_cases_one_open ON handover_cases (conversation_id) WHERE state <> 'closed';

CREATE TABLE knowledge_versions (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    slug VARCHAR(60) NOT NULL,
    number INTEGER NOT NULL,
    state VARCHAR(16) NOT NULL,
    is_retirement BOOLEAN NOT NULL,
    content TEXT NOT NULL,
    content_digest VARCHAR(16) NOT NULL,
    revision INTEGER NOT NULL,
    editors TEXT NOT NULL,
    author_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    reviewer_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT,
    effective_from DATE,
    effective_to DATE,
    published_at TIMESTAMP,
    note VARCHAR(300) NOT NULL,
    reason VARCHAR(300) NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (slug, number)
);
CREATE INDEX knowledge_versions_state ON knowledge_versions (state, slug);
CREATE UNIQUE INDEX knowledge_versions_one_open ON knowledge_versions (slug)
    WHERE state IN ('draft', 'submitted', 'reviewed', 'refused');

CREATE TABLE knowledge_hit_tests (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    version_id CHAR(36) NOT NULL REFERENCES knowledge_versions (id) ON DELETE RESTRICT,
    content_digest VARCHAR(16) NOT NULL,
    asked_by_id CHAR(36) NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    questions TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    result TEXT NOT NULL,
    locked_until TIMESTAMP,
    finished_at TIMESTAMP
);
CREATE INDEX knowledge_hit_tests_version ON knowledge_hit_tests (version_id, content_digest);
CREATE INDEX knowledge_hit_tests_waiting ON knowledge_hit_tests (state, id);

CREATE TABLE question_groups (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    state VARCHAR(16) NOT NULL,
    text VARCHAR(600) NOT NULL,
    guesses TEXT NOT NULL,
    asked INTEGER NOT NULL,
    first_at TIMESTAMP NOT NULL,
    last_at TIMESTAMP NOT NULL,
    slug VARCHAR(60),
    askings TEXT NOT NULL,
    decided_by_id CHAR(36) REFERENCES accounts (id) ON DELETE RESTRICT,
    decided_at TIMESTAMP,
    confirmed_at TIMESTAMP,
    reason VARCHAR(300) NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX question_groups_state ON question_groups (state, asked, id);
CREATE INDEX question_groups_confirmed ON question_groups (confirmed_at) WHERE confirmed_at IS NOT NULL;

CREATE TABLE queued_questions (
    id CHAR(36) PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL,
    message_id CHAR(36) NOT NULL UNIQUE REFERENCES assistant_messages (id) ON DELETE RESTRICT,
    shortcoming VARCHAR(16) NOT NULL,
    due_at TIMESTAMP NOT NULL,
    group_id CHAR(36) REFERENCES question_groups (id) ON DELETE RESTRICT
);
CREATE INDEX queued_questions_group ON queued_questions (group_id, id);
CREATE INDEX queued_questions_due ON queued_questions (due_at, id) WHERE group_id IS NULL;
