-- What WeChat pushes, the people in its chats, and what they are answered.

CREATE TABLE wechat_pushes (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account VARCHAR(16) NOT NULL,
    openid VARCHAR(128) NOT NULL,
    name VARCHAR(128) NOT NULL,
    is_message BOOLEAN NOT NULL,
    dedupe VARCHAR(64) NOT NULL,
    body_sealed TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    outcome VARCHAR(40) NOT NULL,
    reply_sealed TEXT,
    attempts INTEGER NOT NULL,
    done_at TIMESTAMPTZ,
    UNIQUE (account, dedupe)
);
CREATE INDEX wechat_pushes_contact ON wechat_pushes (account, openid, id);
CREATE INDEX wechat_pushes_state ON wechat_pushes (state, id) WHERE state <> 'done';
CREATE INDEX wechat_pushes_done ON wechat_pushes (done_at) WHERE done_at IS NOT NULL;

CREATE TABLE wechat_contacts (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account VARCHAR(16) NOT NULL,
    openid VARCHAR(128) NOT NULL,
    person_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    conversation_id UUID REFERENCES conversations (id) ON DELETE RESTRICT,
    is_following BOOLEAN NOT NULL,
    shut_at TIMESTAMPTZ,
    brief_until TIMESTAMPTZ,
    brief_left INTEGER NOT NULL,
    greeted_at TIMESTAMPTZ,
    looked_up_at TIMESTAMPTZ,
    locked_until TIMESTAMPTZ,
    lock VARCHAR(32) NOT NULL,
    UNIQUE (account, openid)
);
CREATE INDEX wechat_contacts_person ON wechat_contacts (person_id);

CREATE TABLE wechat_messages (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    contact_id UUID NOT NULL REFERENCES wechat_contacts (id) ON DELETE RESTRICT,
    dedupe VARCHAR(80) NOT NULL UNIQUE,
    text_sealed TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    errcode INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    sending_until TIMESTAMPTZ,
    settled_at TIMESTAMPTZ
);
CREATE INDEX wechat_messages_contact ON wechat_messages (contact_id, state, id);
CREATE INDEX wechat_messages_state ON wechat_messages (state, id) WHERE state NOT IN ('sent', 'passive');
