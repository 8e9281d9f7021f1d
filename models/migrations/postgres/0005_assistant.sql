-- Conversations with the bot, and the cases that people took over.

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
