-- Conversations with the bot, the cases that people took over, what staff wrote of its topics, and what it did not serve well.

CREATE TABLE conversations (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    last_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX conversations_account ON conversations (account_id, id);
CREATE INDEX conversations_last ON conversations (last_at);

CREATE TABLE assistant_messages (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    conversation_id UUID NOT NULL REFERENCES conversations (id) ON DELETE RESTRICT,
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
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    conversation_id UUID NOT NULL REFERENCES conversations (id) ON DELETE RESTRICT,
    reason VARCHAR(24) NOT NULL,
    urgency SMALLINT NOT NULL,
    state VARCHAR(16) NOT NULL,
    claimed_by_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    answered_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX handover_cases_state ON handover_cases (state, urgency, id);
CREATE UNIQUE INDEX handover_cases_one_open ON handover_cases (conversation_id) WHERE state <> 'closed';

CREATE TABLE knowledge_versions (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    slug VARCHAR(60) NOT NULL,
    number INTEGER NOT NULL,
    state VARCHAR(16) NOT NULL,
    is_retirement BOOLEAN NOT NULL,
    content TEXT NOT NULL,
    content_digest VARCHAR(16) NOT NULL,
    revision INTEGER NOT NULL,
    editors TEXT NOT NULL,
    author_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    reviewer_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    effective_from DATE,
    effective_to DATE,
    published_at TIMESTAMPTZ,
    note VARCHAR(300) NOT NULL,
    reason VARCHAR(300) NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (slug, number)
);
CREATE INDEX knowledge_versions_state ON knowledge_versions (state, slug);
CREATE UNIQUE INDEX knowledge_versions_one_open ON knowledge_versions (slug)
    WHERE state IN ('draft', 'submitted', 'reviewed', 'refused');

CREATE TABLE knowledge_hit_tests (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version_id UUID NOT NULL REFERENCES knowledge_versions (id) ON DELETE RESTRICT,
    content_digest VARCHAR(16) NOT NULL,
    asked_by_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    questions TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    result TEXT NOT NULL,
    locked_until TIMESTAMPTZ,
    finished_at TIMESTAMPTZ
);
CREATE INDEX knowledge_hit_tests_version ON knowledge_hit_tests (version_id, content_digest);
CREATE INDEX knowledge_hit_tests_waiting ON knowledge_hit_tests (state, id);

CREATE TABLE question_groups (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    state VARCHAR(16) NOT NULL,
    text VARCHAR(600) NOT NULL,
    guesses TEXT NOT NULL,
    asked INTEGER NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    slug VARCHAR(60),
    askings TEXT NOT NULL,
    decided_by_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    decided_at TIMESTAMPTZ,
    confirmed_at TIMESTAMPTZ,
    reason VARCHAR(300) NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX question_groups_state ON question_groups (state, asked, id);
CREATE INDEX question_groups_confirmed ON question_groups (confirmed_at) WHERE confirmed_at IS NOT NULL;

CREATE TABLE queued_questions (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    message_id UUID NOT NULL UNIQUE REFERENCES assistant_messages (id) ON DELETE RESTRICT,
    shortcoming VARCHAR(16) NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    group_id UUID REFERENCES question_groups (id) ON DELETE RESTRICT
);
CREATE INDEX queued_questions_group ON queued_questions (group_id, id);
CREATE INDEX queued_questions_due ON queued_questions (due_at, id) WHERE group_id IS NULL;
