-- Stations, addresses, tariffs, parcels with their events, manifests and after-care.

CREATE TABLE stations (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    number VARCHAR(20) NOT NULL UNIQUE,
    name VARCHAR(120) NOT NULL,
    level VARCHAR(16) NOT NULL,
    parent_id UUID REFERENCES stations (id) ON DELETE RESTRICT,
    town_id VARCHAR(12) REFERENCES towns (code) ON DELETE RESTRICT,
    address VARCHAR(200) NOT NULL,
    telephone VARCHAR(40) NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    place POINT GENERATED ALWAYS AS (point(longitude, degrees(ln(tan(radians(45 + latitude / 2)))))) STORED,
    services TEXT NOT NULL,
    notice VARCHAR(200) NOT NULL,
    slot_minutes SMALLINT NOT NULL CHECK (slot_minutes > 0),
    slot_capacity SMALLINT NOT NULL CHECK (slot_capacity >= 0),
    closed_at TIMESTAMPTZ,
    is_sample BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX stations_parent ON stations (parent_id);
CREATE INDEX stations_town ON stations (town_id);
CREATE INDEX stations_place ON stations USING gist (place);

CREATE TABLE station_hours (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    station_id UUID NOT NULL REFERENCES stations (id) ON DELETE RESTRICT,
    weekday SMALLINT NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    opens VARCHAR(5) NOT NULL,
    closes VARCHAR(5) NOT NULL,
    CHECK (opens < closes),
    UNIQUE (station_id, weekday, opens)
);

CREATE TABLE station_days (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    station_id UUID REFERENCES stations (id) ON DELETE RESTRICT,
    scope VARCHAR(36) NOT NULL,
    day DATE NOT NULL,
    hours TEXT NOT NULL,
    note VARCHAR(100) NOT NULL,
    UNIQUE (scope, day)
);
CREATE INDEX station_days_station ON station_days (station_id);

CREATE TABLE station_staff (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    station_id UUID NOT NULL REFERENCES stations (id) ON DELETE RESTRICT,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    removed_at TIMESTAMPTZ
);
CREATE INDEX station_staff_station ON station_staff (station_id);
CREATE INDEX station_staff_account ON station_staff (account_id);
CREATE UNIQUE INDEX station_staff_once ON station_staff (station_id, account_id) WHERE removed_at IS NULL;

CREATE TABLE station_slots (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    station_id UUID NOT NULL REFERENCES stations (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    starts VARCHAR(5) NOT NULL,
    ends VARCHAR(5) NOT NULL,
    capacity SMALLINT NOT NULL CHECK (capacity >= 0),
    taken SMALLINT NOT NULL CHECK (taken >= 0),
    CHECK (taken <= capacity),
    UNIQUE (station_id, day, starts)
);

CREATE TABLE addresses (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
    kind VARCHAR(16) NOT NULL,
    label VARCHAR(20) NOT NULL,
    address_sealed TEXT NOT NULL,
    purge_on DATE,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX addresses_account ON addresses (account_id, id);
CREATE INDEX addresses_purge ON addresses (purge_on);

CREATE TABLE tariffs (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    service VARCHAR(40) NOT NULL,
    name VARCHAR(60) NOT NULL,
    carrier VARCHAR(20) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    terms TEXT NOT NULL,
    source VARCHAR(300) NOT NULL,
    is_sample BOOLEAN NOT NULL,
    UNIQUE (service, valid_from)
);

CREATE TABLE parcels (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    number VARCHAR(20) NOT NULL UNIQUE,
    account_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    station_id UUID NOT NULL REFERENCES stations (id) ON DELETE RESTRICT,
    slot_id UUID REFERENCES station_slots (id) ON DELETE RESTRICT,
    collection VARCHAR(16) NOT NULL,
    collect_on DATE,
    sender_sealed TEXT,
    sender_last4_hash VARCHAR(64) NOT NULL,
    recipient_sealed TEXT,
    recipient_kind VARCHAR(16) NOT NULL,
    recipient_region VARCHAR(60) NOT NULL,
    contents TEXT NOT NULL,
    warnings TEXT NOT NULL,
    service VARCHAR(40) NOT NULL,
    tariff_id UUID NOT NULL REFERENCES tariffs (id) ON DELETE RESTRICT,
    zone VARCHAR(20) NOT NULL,
    weight_grams INT NOT NULL,
    length_mm INT NOT NULL,
    width_mm INT NOT NULL,
    height_mm INT NOT NULL,
    charged_grams INT NOT NULL,
    price_fen BIGINT NOT NULL,
    concession_fen BIGINT NOT NULL,
    concession_bearer VARCHAR(60) NOT NULL,
    declared_value_fen BIGINT NOT NULL,
    insurance_fen BIGINT NOT NULL,
    quoted_fen BIGINT NOT NULL,
    paid_fen BIGINT,
    terms_version VARCHAR(32) NOT NULL,
    consented_at TIMESTAMPTZ NOT NULL,
    state VARCHAR(24) NOT NULL,
    state_at TIMESTAMPTZ NOT NULL,
    state_reason VARCHAR(200) NOT NULL,
    id_inspected VARCHAR(24) NOT NULL,
    contents_inspected BOOLEAN NOT NULL,
    accepted_at TIMESTAMPTZ,
    accepted_by_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    carrier VARCHAR(20) NOT NULL,
    tracking_number VARCHAR(40),
    next_poll_at TIMESTAMPTZ,
    poll_failures SMALLINT NOT NULL,
    ended_at TIMESTAMPTZ,
    open_place SMALLINT CHECK (open_place BETWEEN 1 AND 20),
    share_generation INT NOT NULL,
    is_sample BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (carrier, tracking_number),
    UNIQUE (account_id, open_place)
);
CREATE INDEX parcels_account ON parcels (account_id, id);
CREATE INDEX parcels_station_state ON parcels (station_id, state, id);
CREATE INDEX parcels_station_last4 ON parcels (station_id, sender_last4_hash);
CREATE INDEX parcels_slot ON parcels (slot_id);
CREATE INDEX parcels_tariff ON parcels (tariff_id);
CREATE INDEX parcels_poll ON parcels (next_poll_at);
CREATE INDEX parcels_ended ON parcels (ended_at);

CREATE TABLE parcel_events (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    parcel_id UUID NOT NULL REFERENCES parcels (id) ON DELETE RESTRICT,
    kind VARCHAR(24) NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    source VARCHAR(20) NOT NULL,
    raw_code VARCHAR(20) NOT NULL,
    text VARCHAR(300) NOT NULL,
    place VARCHAR(100) NOT NULL,
    account_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    dedupe VARCHAR(64) NOT NULL,
    UNIQUE (parcel_id, dedupe)
);
CREATE INDEX parcel_events_unknown ON parcel_events (source, raw_code, created_at) WHERE kind = 'unknown';

CREATE TABLE carrier_pushes (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    carrier VARCHAR(20) NOT NULL,
    dedupe VARCHAR(64) NOT NULL UNIQUE,
    body_sealed TEXT NOT NULL,
    outcome VARCHAR(24) NOT NULL,
    events INT NOT NULL,
    done_at TIMESTAMPTZ
);
CREATE INDEX carrier_pushes_outcome ON carrier_pushes (outcome, created_at);

CREATE TABLE carrier_files (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    carrier VARCHAR(20) NOT NULL,
    direction VARCHAR(8) NOT NULL,
    filename VARCHAR(200) NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    lines INT NOT NULL,
    taken INT NOT NULL,
    account_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    UNIQUE (carrier, direction, sha256)
);

CREATE TABLE manifests (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    number VARCHAR(24) NOT NULL UNIQUE,
    station_id UUID NOT NULL REFERENCES stations (id) ON DELETE RESTRICT,
    carrier VARCHAR(20) NOT NULL,
    day DATE NOT NULL,
    state VARCHAR(16) NOT NULL,
    parcels INT NOT NULL,
    grams BIGINT NOT NULL,
    courier_name_sealed TEXT,
    courier_code_hash VARCHAR(64),
    courier_code_expires_at TIMESTAMPTZ,
    courier_tries SMALLINT NOT NULL,
    staff_signed_at TIMESTAMPTZ,
    staff_signed_by_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    courier_signed_at TIMESTAMPTZ,
    digest VARCHAR(64) NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX manifests_station ON manifests (station_id, day);
CREATE UNIQUE INDEX manifests_one_open ON manifests (station_id, carrier, day) WHERE state = 'open';

CREATE TABLE manifest_parcels (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    manifest_id UUID NOT NULL REFERENCES manifests (id) ON DELETE RESTRICT,
    parcel_id UUID NOT NULL UNIQUE REFERENCES parcels (id) ON DELETE RESTRICT,
    position INT NOT NULL,
    number VARCHAR(20) NOT NULL,
    tracking_number VARCHAR(40) NOT NULL,
    weight_grams INT NOT NULL,
    UNIQUE (manifest_id, position)
);

CREATE TABLE parcel_cases (
    id UUID PRIMARY KEY NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    number VARCHAR(24) NOT NULL UNIQUE,
    parcel_id UUID NOT NULL REFERENCES parcels (id) ON DELETE RESTRICT,
    station_id UUID NOT NULL REFERENCES stations (id) ON DELETE RESTRICT,
    account_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    kind VARCHAR(16) NOT NULL,
    problem VARCHAR(16) NOT NULL,
    text VARCHAR(1000) NOT NULL,
    state VARCHAR(16) NOT NULL,
    due_on DATE NOT NULL,
    answer VARCHAR(1000) NOT NULL,
    claimed_fen BIGINT,
    ceiling_fen BIGINT,
    granted_fen BIGINT,
    answered_at TIMESTAMPTZ,
    answered_on DATE,
    answered_by_id UUID REFERENCES accounts (id) ON DELETE RESTRICT,
    objections SMALLINT NOT NULL CHECK (objections BETWEEN 0 AND 1),
    closed_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX parcel_cases_one_open ON parcel_cases (parcel_id, kind, problem) WHERE state <> 'closed';
CREATE INDEX parcel_cases_parcel ON parcel_cases (parcel_id);
CREATE INDEX parcel_cases_station ON parcel_cases (station_id, state, due_on);
CREATE INDEX parcel_cases_account ON parcel_cases (account_id, id);
