-- Subscribe messages of WeChat: which templates are in use, what is to be sent, and what people agreed to.

CREATE TABLE notification_templates (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    key VARCHAR(40) NOT NULL UNIQUE,
    template_id VARCHAR(64) UNIQUE,
    is_on BOOLEAN NOT NULL,
    field_names TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE notification_deliveries (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    notification_id UUID NOT NULL UNIQUE REFERENCES notifications (id) ON DELETE RESTRICT,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    template VARCHAR(40) NOT NULL,
    is_urgent BOOLEAN NOT NULL,
    field_values TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    run_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    locked_until TIMESTAMPTZ,
    errcode INTEGER,
    message_id VARCHAR(40),
    ended_at TIMESTAMPTZ
);
CREATE INDEX notification_deliveries_state ON notification_deliveries (state, id);
CREATE INDEX notification_deliveries_due ON notification_deliveries (run_at) WHERE state = 'waiting';
CREATE INDEX notification_deliveries_account ON notification_deliveries (account_id, id);
CREATE INDEX notification_deliveries_ended ON notification_deliveries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE subscription_balances (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    template_id VARCHAR(64) NOT NULL,
    remaining INTEGER NOT NULL CHECK (remaining >= 0),
    UNIQUE (account_id, template_id)
);

CREATE TABLE subscription_entries (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    template_id VARCHAR(64) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    source VARCHAR(16) NOT NULL,
    change INTEGER NOT NULL,
    reference VARCHAR(160) NOT NULL UNIQUE,
    is_paired BOOLEAN NOT NULL
);
CREATE INDEX subscription_entries_account ON subscription_entries (account_id, template_id, id);
CREATE INDEX subscription_entries_created ON subscription_entries (created_at);
