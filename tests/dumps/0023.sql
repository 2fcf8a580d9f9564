SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.account_mail (
    id uuid NOT NULL,
    recipient text NOT NULL,
    for_account boolean NOT NULL,
    words bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    attempts bigint DEFAULT '0'::bigint NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    last_error text
);
CREATE TABLE public.alert_rule (
    brand_id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    params jsonb NOT NULL,
    channels uuid[],
    severity text DEFAULT 'warning'::text NOT NULL,
    for_minutes bigint DEFAULT '0'::bigint NOT NULL,
    repeat_hours double precision DEFAULT '4'::double precision NOT NULL,
    quiet_hours jsonb,
    enabled boolean DEFAULT true NOT NULL,
    disabled_reason text,
    last_evaluated_at timestamp with time zone,
    last_verdict jsonb,
    failures bigint DEFAULT '0'::bigint NOT NULL,
    version bigint DEFAULT '1'::bigint NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.api_key (
    name text NOT NULL,
    public_id text NOT NULL,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid
);
CREATE TABLE public.audit_entry (
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    target text DEFAULT ''::text NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.audit_match (
    brand_id uuid NOT NULL,
    mention_id uuid NOT NULL,
    week date NOT NULL,
    drawn_at timestamp with time zone NOT NULL,
    model text NOT NULL,
    negative real NOT NULL,
    neutral real NOT NULL,
    positive real NOT NULL,
    label text,
    labelled_by text,
    labelled_at timestamp with time zone,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.brand (
    name text NOT NULL,
    kind text NOT NULL,
    query text NOT NULL,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    colour text NOT NULL,
    version bigint DEFAULT '1'::bigint NOT NULL,
    rematch_requested_at timestamp with time zone,
    first_mention_at timestamp with time zone,
    watched_at timestamp with time zone,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    same_author jsonb DEFAULT '{}'::jsonb NOT NULL,
    same_author_at timestamp with time zone,
    rematch_total bigint,
    rematch_done bigint DEFAULT '0'::bigint NOT NULL,
    removed_at timestamp with time zone,
    removal_total bigint,
    removal_done bigint DEFAULT '0'::bigint NOT NULL,
    competitors uuid[],
    context jsonb DEFAULT '{}'::jsonb NOT NULL,
    exclude jsonb DEFAULT '{}'::jsonb NOT NULL
);
CREATE TABLE public.bucket (
    workspace_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    weight text NOT NULL,
    source_id uuid NOT NULL,
    hour timestamp with time zone NOT NULL,
    language text NOT NULL,
    number double precision NOT NULL,
    promoters double precision NOT NULL,
    passives double precision NOT NULL,
    detractors double precision NOT NULL,
    fixed_promoters double precision NOT NULL,
    fixed_passives double precision NOT NULL,
    fixed_detractors double precision NOT NULL,
    model_number double precision NOT NULL,
    squares double precision NOT NULL,
    histogram double precision[] NOT NULL
);
CREATE TABLE public.bulk_change (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    actor text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    changes jsonb NOT NULL,
    state text DEFAULT 'applying'::text NOT NULL,
    "position" uuid,
    total bigint DEFAULT '0'::bigint NOT NULL,
    done bigint DEFAULT '0'::bigint NOT NULL,
    restored bigint DEFAULT '0'::bigint NOT NULL,
    kept bigint DEFAULT '0'::bigint NOT NULL,
    token_hash bytea NOT NULL,
    undo_until timestamp with time zone NOT NULL,
    undone_by text
);
CREATE TABLE public.bulk_item (
    workspace_id uuid NOT NULL,
    change_id uuid NOT NULL,
    mention_id uuid NOT NULL,
    was jsonb,
    at timestamp with time zone
);
CREATE TABLE public.canned_answer (
    name text NOT NULL,
    text text NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version bigint DEFAULT '1'::bigint NOT NULL
);
CREATE TABLE public.channel (
    kind text NOT NULL,
    name text NOT NULL,
    params jsonb NOT NULL,
    secrets bytea,
    language text DEFAULT 'en'::text NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    disabled_reason text,
    last_sent_at timestamp with time zone,
    last_error text,
    version bigint DEFAULT '1'::bigint NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.claim (
    workspace_id uuid NOT NULL,
    mention_id uuid NOT NULL,
    user_id uuid NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.day_bucket (
    workspace_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    day date NOT NULL,
    weight text NOT NULL,
    language text NOT NULL,
    number double precision NOT NULL,
    promoters double precision NOT NULL,
    passives double precision NOT NULL,
    detractors double precision NOT NULL,
    fixed_promoters double precision NOT NULL,
    fixed_passives double precision NOT NULL,
    fixed_detractors double precision NOT NULL,
    model_number double precision NOT NULL,
    squares double precision NOT NULL,
    histogram double precision[] NOT NULL
);
CREATE TABLE public.delivery (
    incident_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    why text NOT NULL,
    sequence bigint NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    message jsonb NOT NULL,
    attempts bigint DEFAULT '0'::bigint NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    ambiguous boolean DEFAULT false NOT NULL,
    last_error text,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.dirty_hour (
    workspace_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    hour timestamp with time zone NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000');
CREATE TABLE public.file_import (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid,
    brand_id uuid,
    source_name text NOT NULL,
    file text NOT NULL,
    actor text NOT NULL,
    shape jsonb DEFAULT '{}'::jsonb NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    undo_requested_at timestamp with time zone,
    undone_at timestamp with time zone,
    read bigint DEFAULT '0'::bigint NOT NULL,
    stored bigint DEFAULT '0'::bigint NOT NULL,
    updated bigint DEFAULT '0'::bigint NOT NULL,
    unchanged bigint DEFAULT '0'::bigint NOT NULL,
    unmatched bigint DEFAULT '0'::bigint NOT NULL,
    refused bigint DEFAULT '0'::bigint NOT NULL,
    undated bigint DEFAULT '0'::bigint NOT NULL,
    removed bigint DEFAULT '0'::bigint NOT NULL
);
CREATE TABLE public.for_you (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    occasion text NOT NULL,
    target text NOT NULL,
    target_id uuid NOT NULL,
    actor text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    read_at timestamp with time zone
);
CREATE TABLE public.heartbeat (
    name text NOT NULL,
    at timestamp with time zone NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL
);
CREATE TABLE public.host (
    key text NOT NULL,
    paused_until timestamp with time zone,
    reason jsonb,
    turn_at timestamp with time zone
);
CREATE TABLE public.idempotent_answer (
    workspace_id uuid NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status bigint,
    body bytea,
    content_type text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.imported_answer (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    item_id uuid NOT NULL
);
CREATE TABLE public.imported_mention (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    item_id uuid NOT NULL
);
CREATE TABLE public.incident (
    rule_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    severity text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    since timestamp with time zone,
    resolved_at timestamp with time zone,
    acknowledged_at timestamp with time zone,
    acknowledged_by text,
    assignee text,
    false_alarm boolean DEFAULT false NOT NULL,
    explanation jsonb NOT NULL,
    memory jsonb NOT NULL,
    version bigint DEFAULT '1'::bigint NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    assignee_id uuid
);
CREATE TABLE public.incident_event (
    incident_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    actor text DEFAULT ''::text NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.invitation (
    token_hash bytea NOT NULL,
    role text NOT NULL,
    email text,
    invited_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.kept_form (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    action text NOT NULL,
    page text NOT NULL,
    fields bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.key_usage (
    workspace_id uuid NOT NULL,
    key_id uuid NOT NULL,
    day date NOT NULL,
    requests bigint NOT NULL
);
CREATE TABLE public.letter (
    user_id uuid NOT NULL,
    occasion text NOT NULL,
    target text NOT NULL,
    target_id uuid NOT NULL,
    actor text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    attempts bigint DEFAULT '0'::bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    next_try_at timestamp with time zone DEFAULT now() NOT NULL,
    lease_until timestamp with time zone,
    last_error text,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.login_attempts (
    subject text NOT NULL,
    failures bigint NOT NULL,
    not_before timestamp with time zone NOT NULL
);
CREATE TABLE public.login_session (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    agent text DEFAULT ''::text NOT NULL,
    network text DEFAULT ''::text NOT NULL,
    second_factor boolean DEFAULT false NOT NULL
);
CREATE TABLE public.match (
    workspace_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    mention_id uuid NOT NULL,
    spans jsonb DEFAULT '{}'::jsonb NOT NULL,
    published_at timestamp with time zone NOT NULL,
    collected_at timestamp with time zone NOT NULL,
    lead boolean NOT NULL,
    scored_at timestamp with time zone,
    negative real,
    neutral real,
    positive real,
    model text,
    stance text,
    stance_source text,
    corrected_by text,
    corrected_at timestamp with time zone,
    provisional boolean DEFAULT false NOT NULL
);
CREATE TABLE public.member (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.mention (
    fingerprint bytea NOT NULL,
    content_hash bytea NOT NULL,
    source_id uuid,
    story_id uuid,
    kind text NOT NULL,
    external_id text NOT NULL,
    url text,
    canonical_url text,
    host text NOT NULL,
    platform text NOT NULL,
    outlet text NOT NULL,
    author text NOT NULL,
    author_id text NOT NULL,
    author_followers bigint,
    title text NOT NULL,
    text text NOT NULL,
    language text,
    published_at timestamp with time zone NOT NULL,
    published_guessed boolean NOT NULL,
    collected_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone,
    thread_id text,
    parent_id text,
    rating double precision,
    rating_scale double precision,
    reach bigint,
    likes bigint,
    shares bigint,
    comments bigint,
    search tsvector NOT NULL,
    sample boolean DEFAULT false NOT NULL,
    status text DEFAULT 'new'::text NOT NULL,
    assignee text,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    note text,
    version bigint DEFAULT '1'::bigint NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    page_key bytea,
    guid_key bytea,
    words_key bytea,
    date_spelling text,
    assignee_id uuid,
    answered_at timestamp with time zone,
    hidden jsonb
);
CREATE TABLE public.model_run (
    model text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    per_second double precision,
    quick_per_second double precision
);
CREATE TABLE public.one_time_link (
    token_hash bytea NOT NULL,
    purpose text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    user_id uuid,
    address text
);
CREATE TABLE public.phrase (
    text text NOT NULL,
    words text NOT NULL,
    stance text NOT NULL,
    brand_id uuid,
    language text,
    version bigint DEFAULT '1'::bigint NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.poll (
    workspace_id uuid NOT NULL,
    id bigint NOT NULL,
    source_id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone DEFAULT now() NOT NULL,
    outcome text NOT NULL,
    read bigint DEFAULT '0'::bigint NOT NULL,
    stored bigint DEFAULT '0'::bigint NOT NULL,
    updated bigint DEFAULT '0'::bigint NOT NULL,
    unmatched bigint DEFAULT '0'::bigint NOT NULL,
    quarantined bigint DEFAULT '0'::bigint NOT NULL,
    error jsonb
);
ALTER TABLE public.poll ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.poll_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.quarantined (
    source_id uuid NOT NULL,
    external_id text NOT NULL,
    reason text NOT NULL,
    excerpt text DEFAULT ''::text NOT NULL,
    tries bigint DEFAULT '1'::bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.recovery_code (
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL
);
CREATE TABLE public.rematch_candidate (
    workspace_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    mention_id uuid NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000');
CREATE UNLOGGED TABLE public.request_count (
    subject text NOT NULL,
    counted_in bigint NOT NULL,
    requests bigint NOT NULL
);
CREATE TABLE public.restance (
    phrase_id uuid,
    words text,
    before uuid,
    done bigint DEFAULT '0'::bigint NOT NULL,
    total bigint,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    everything boolean DEFAULT false NOT NULL
);
CREATE TABLE public.revision (
    mention_id uuid NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text DEFAULT ''::text NOT NULL,
    change jsonb NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.saved_view (
    name text NOT NULL,
    filter jsonb NOT NULL,
    shared boolean DEFAULT false NOT NULL,
    owner_id uuid,
    "position" bigint DEFAULT '0'::bigint NOT NULL,
    given text,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version bigint DEFAULT '1'::bigint NOT NULL
);
CREATE TABLE public.scorer (
    name text NOT NULL,
    version text NOT NULL,
    measured jsonb NOT NULL,
    since timestamp with time zone NOT NULL,
    corrections jsonb DEFAULT '{}'::jsonb NOT NULL,
    sureness jsonb DEFAULT '{}'::jsonb NOT NULL,
    common text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.second_factor (
    user_id uuid NOT NULL,
    secret bytea NOT NULL,
    last_step bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.share_link (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL,
    choice jsonb NOT NULL,
    mentions boolean DEFAULT false NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    opened bigint DEFAULT '0'::bigint NOT NULL,
    opened_at timestamp with time zone
);
CREATE TABLE public.source (
    collector text NOT NULL,
    name text NOT NULL,
    params jsonb NOT NULL,
    secrets bytea,
    brand_id uuid,
    interval_seconds bigint NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    sample boolean DEFAULT false NOT NULL,
    version bigint DEFAULT '1'::bigint NOT NULL,
    host text DEFAULT ''::text NOT NULL,
    cursor jsonb DEFAULT '{}'::jsonb NOT NULL,
    next_run_at timestamp with time zone,
    lease_until timestamp with time zone,
    fence bigint DEFAULT '0'::bigint NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    last_attempt_at timestamp with time zone,
    last_success_at timestamp with time zone,
    last_new_at timestamp with time zone,
    last_error jsonb,
    warning jsonb,
    consecutive_failures bigint DEFAULT '0'::bigint NOT NULL,
    pace_seconds bigint,
    unmatched bigint DEFAULT '0'::bigint NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    limit_key text DEFAULT ''::text NOT NULL,
    backfill jsonb,
    backfill_due_at timestamp with time zone,
    backfill_lease_until timestamp with time zone,
    backfill_fence bigint DEFAULT '0'::bigint NOT NULL,
    address_digest bytea,
    address_sealed bytea,
    inbox jsonb DEFAULT '[]'::jsonb NOT NULL
);
CREATE TABLE public.story (
    simhash bigint NOT NULL,
    bands integer[] NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    copies bigint DEFAULT '1'::bigint NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.survey_response (
    brand_id uuid NOT NULL,
    external_id text NOT NULL,
    score smallint NOT NULL,
    comment text DEFAULT ''::text NOT NULL,
    answered_at timestamp with time zone NOT NULL,
    channel text DEFAULT ''::text NOT NULL,
    respondent text DEFAULT ''::text NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    workspace_id uuid NOT NULL,
    id uuid NOT NULL
);
CREATE TABLE public.usage (
    workspace_id uuid NOT NULL,
    collector text NOT NULL,
    meter text NOT NULL,
    key text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    used bigint DEFAULT '0'::bigint NOT NULL
);
CREATE TABLE public.user_account (
    id uuid NOT NULL,
    email text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    password_hash text NOT NULL,
    language text,
    timezone text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    appearance text,
    occasions text[] DEFAULT '{assigned,mentioned}'::text[] NOT NULL
);
CREATE TABLE public.workspace (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
INSERT INTO public.brand VALUES ('Zéphyrine', 'own', 'zephyrine', '{}', '#336699', 1, NULL, NULL, NULL, '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', '2026-12-01 02:29:09.265204+00', '2026-12-01 02:29:09.265204+00', '{}', NULL, NULL, 0, NULL, NULL, 0, NULL, '{}', '{}');
INSERT INTO public.bucket VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', 'mentions', '00000000-0000-7000-8000-000000000003', '2026-11-20 10:00:00+00', 'fr', 3, 1, 1, 1, 0, 0, 0, 3, 3, '{1,0,0,0,1,0,0,0,0,0,0,0,0,0,1}');
INSERT INTO public.channel VALUES ('slack', 'Le bureau', '{}', NULL, 'en', 'UTC', true, NULL, NULL, NULL, 1, '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000004', '2026-12-01 02:29:09.265204+00', '2026-12-01 02:29:09.265204+00');
INSERT INTO public.dirty_hour VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', '2026-11-20 10:00:00+00', '2026-12-01 02:29:09.318758+00');
INSERT INTO public.source VALUES ('rss', 'Le fil', '{"url": "https://example.org/f"}', NULL, NULL, 900, true, false, 1, '', '{}', NULL, NULL, 0, 'waiting', NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000003', '2026-12-01 02:29:09.265204+00', '2026-12-01 02:29:09.265204+00', '', NULL, NULL, NULL, 0, NULL, NULL, '[]');
INSERT INTO public.workspace VALUES ('00000000-0000-7000-8000-000000000001', 'kept', 'Zéphyrine & Cie', '{}', '2026-12-01 02:29:09.265204+00', '2026-12-01 02:29:09.265204+00');
SELECT pg_catalog.setval('public.poll_id_seq', 1, false);
ALTER TABLE ONLY public.account_mail
    ADD CONSTRAINT pk_account_mail PRIMARY KEY (id);
ALTER TABLE ONLY public.alert_rule
    ADD CONSTRAINT pk_alert_rule PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT pk_api_key PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT pk_audit_entry PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.audit_match
    ADD CONSTRAINT pk_audit_match PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.brand
    ADD CONSTRAINT pk_brand PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.bucket
    ADD CONSTRAINT pk_bucket PRIMARY KEY (workspace_id, brand_id, weight, source_id, hour, language);
ALTER TABLE ONLY public.bulk_change
    ADD CONSTRAINT pk_bulk_change PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.bulk_item
    ADD CONSTRAINT pk_bulk_item PRIMARY KEY (workspace_id, change_id, mention_id);
ALTER TABLE ONLY public.canned_answer
    ADD CONSTRAINT pk_canned_answer PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.channel
    ADD CONSTRAINT pk_channel PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.claim
    ADD CONSTRAINT pk_claim PRIMARY KEY (workspace_id, mention_id, user_id);
ALTER TABLE ONLY public.day_bucket
    ADD CONSTRAINT pk_day_bucket PRIMARY KEY (workspace_id, brand_id, day, weight, language);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT pk_delivery PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.dirty_hour
    ADD CONSTRAINT pk_dirty_hour PRIMARY KEY (workspace_id, brand_id, hour);
ALTER TABLE ONLY public.file_import
    ADD CONSTRAINT pk_file_import PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.for_you
    ADD CONSTRAINT pk_for_you PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.heartbeat
    ADD CONSTRAINT pk_heartbeat PRIMARY KEY (name);
ALTER TABLE ONLY public.host
    ADD CONSTRAINT pk_host PRIMARY KEY (key);
ALTER TABLE ONLY public.idempotent_answer
    ADD CONSTRAINT pk_idempotent_answer PRIMARY KEY (workspace_id, key);
ALTER TABLE ONLY public.imported_answer
    ADD CONSTRAINT pk_imported_answer PRIMARY KEY (workspace_id, import_id, item_id);
ALTER TABLE ONLY public.imported_mention
    ADD CONSTRAINT pk_imported_mention PRIMARY KEY (workspace_id, import_id, item_id);
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT pk_incident PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.incident_event
    ADD CONSTRAINT pk_incident_event PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT pk_invitation PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.kept_form
    ADD CONSTRAINT pk_kept_form PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.key_usage
    ADD CONSTRAINT pk_key_usage PRIMARY KEY (workspace_id, key_id, day);
ALTER TABLE ONLY public.letter
    ADD CONSTRAINT pk_letter PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.login_attempts
    ADD CONSTRAINT pk_login_attempts PRIMARY KEY (subject);
ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT pk_login_session PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.match
    ADD CONSTRAINT pk_match PRIMARY KEY (workspace_id, brand_id, mention_id);
ALTER TABLE ONLY public.member
    ADD CONSTRAINT pk_member PRIMARY KEY (workspace_id, user_id);
ALTER TABLE ONLY public.mention
    ADD CONSTRAINT pk_mention PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.model_run
    ADD CONSTRAINT pk_model_run PRIMARY KEY (model);
ALTER TABLE ONLY public.one_time_link
    ADD CONSTRAINT pk_one_time_link PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.phrase
    ADD CONSTRAINT pk_phrase PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.poll
    ADD CONSTRAINT pk_poll PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.quarantined
    ADD CONSTRAINT pk_quarantined PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.recovery_code
    ADD CONSTRAINT pk_recovery_code PRIMARY KEY (user_id, code_hash);
ALTER TABLE ONLY public.rematch_candidate
    ADD CONSTRAINT pk_rematch_candidate PRIMARY KEY (workspace_id, brand_id, mention_id);
ALTER TABLE ONLY public.request_count
    ADD CONSTRAINT pk_request_count PRIMARY KEY (subject, counted_in);
ALTER TABLE ONLY public.restance
    ADD CONSTRAINT pk_restance PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.revision
    ADD CONSTRAINT pk_revision PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT pk_saved_view PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.scorer
    ADD CONSTRAINT pk_scorer PRIMARY KEY (name, version);
ALTER TABLE ONLY public.second_factor
    ADD CONSTRAINT pk_second_factor PRIMARY KEY (user_id);
ALTER TABLE ONLY public.share_link
    ADD CONSTRAINT pk_share_link PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.source
    ADD CONSTRAINT pk_source PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.story
    ADD CONSTRAINT pk_story PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.survey_response
    ADD CONSTRAINT pk_survey_response PRIMARY KEY (workspace_id, id);
ALTER TABLE ONLY public.usage
    ADD CONSTRAINT pk_usage PRIMARY KEY (workspace_id, collector, meter, key, starts_at);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT pk_user_account PRIMARY KEY (id);
ALTER TABLE ONLY public.workspace
    ADD CONSTRAINT pk_workspace PRIMARY KEY (id);
ALTER TABLE ONLY public.alert_rule
    ADD CONSTRAINT uq_alert_rule_workspace_id_name UNIQUE (workspace_id, name);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT uq_api_key_public_id UNIQUE (public_id);
ALTER TABLE ONLY public.audit_match
    ADD CONSTRAINT uq_audit_match_workspace_id_brand_id_mention_id UNIQUE (workspace_id, brand_id, mention_id);
ALTER TABLE ONLY public.bulk_change
    ADD CONSTRAINT uq_bulk_change_token_hash UNIQUE (token_hash);
ALTER TABLE ONLY public.canned_answer
    ADD CONSTRAINT uq_canned_answer_workspace_id_name UNIQUE (workspace_id, name);
ALTER TABLE ONLY public.channel
    ADD CONSTRAINT uq_channel_workspace_id_name UNIQUE (workspace_id, name);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT uq_delivery_workspace_id_incident_id_channel_id_why_sequence UNIQUE (workspace_id, incident_id, channel_id, why, sequence);
ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT uq_invitation_token_hash UNIQUE (token_hash);
ALTER TABLE ONLY public.mention
    ADD CONSTRAINT uq_mention_workspace_id_fingerprint UNIQUE (workspace_id, fingerprint);
ALTER TABLE ONLY public.quarantined
    ADD CONSTRAINT uq_quarantined_workspace_id_source_id_external_id UNIQUE (workspace_id, source_id, external_id);
ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT uq_saved_view_workspace_id_given UNIQUE (workspace_id, given);
ALTER TABLE ONLY public.share_link
    ADD CONSTRAINT uq_share_link_token_hash UNIQUE (token_hash);
ALTER TABLE ONLY public.source
    ADD CONSTRAINT uq_source_workspace_id_name UNIQUE (workspace_id, name);
ALTER TABLE ONLY public.survey_response
    ADD CONSTRAINT uq_survey_response_workspace_id_brand_id_external_id UNIQUE (workspace_id, brand_id, external_id);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT uq_user_account_email UNIQUE (email);
ALTER TABLE ONLY public.workspace
    ADD CONSTRAINT uq_workspace_slug UNIQUE (slug);
CREATE INDEX ix_account_mail_next_try_at ON public.account_mail USING btree (next_try_at);
CREATE INDEX ix_alert_rule_brand ON public.alert_rule USING btree (workspace_id, brand_id);
CREATE INDEX ix_audit_entry_action ON public.audit_entry USING btree (workspace_id, action, id);
CREATE INDEX ix_audit_entry_actor ON public.audit_entry USING btree (workspace_id, actor, id);
CREATE INDEX ix_audit_entry_at ON public.audit_entry USING btree (at);
CREATE INDEX ix_audit_match_labelled ON public.audit_match USING btree (workspace_id, labelled_at) WHERE (label IS NOT NULL);
CREATE INDEX ix_audit_match_mention ON public.audit_match USING btree (workspace_id, mention_id);
CREATE INDEX ix_audit_match_week ON public.audit_match USING btree (workspace_id, week);
CREATE INDEX ix_brand_removed ON public.brand USING btree (workspace_id, id) WHERE (removed_at IS NOT NULL);
CREATE INDEX ix_bucket_hour ON public.bucket USING btree (workspace_id, brand_id, hour);
CREATE INDEX ix_bulk_change_undo_until ON public.bulk_change USING btree (undo_until);
CREATE INDEX ix_bulk_change_waiting ON public.bulk_change USING btree (workspace_id, id) WHERE (state = ANY (ARRAY['applying'::text, 'undoing'::text]));
CREATE INDEX ix_claim_until ON public.claim USING btree (until);
CREATE INDEX ix_delivery_channel ON public.delivery USING btree (workspace_id, channel_id, created_at);
CREATE INDEX ix_delivery_due ON public.delivery USING btree (next_try_at) WHERE (state = 'pending'::text);
CREATE INDEX ix_file_import_undo ON public.file_import USING btree (workspace_id, undo_requested_at) WHERE (undone_at IS NULL);
CREATE INDEX ix_for_you_mine ON public.for_you USING btree (workspace_id, user_id, id);
CREATE UNIQUE INDEX ix_for_you_unread ON public.for_you USING btree (workspace_id, user_id, target_id, occasion) WHERE (read_at IS NULL);
CREATE INDEX ix_idempotent_answer_created_at ON public.idempotent_answer USING btree (created_at);
CREATE INDEX ix_imported_answer_item ON public.imported_answer USING btree (workspace_id, item_id);
CREATE INDEX ix_imported_mention_item ON public.imported_mention USING btree (workspace_id, item_id);
CREATE INDEX ix_incident_assignee ON public.incident USING btree (workspace_id, assignee_id) WHERE (assignee_id IS NOT NULL);
CREATE INDEX ix_incident_event_incident ON public.incident_event USING btree (workspace_id, incident_id, id);
CREATE INDEX ix_incident_opened ON public.incident USING btree (workspace_id, opened_at, id);
CREATE INDEX ix_letter_due ON public.letter USING btree (next_try_at) WHERE (state = 'pending'::text);
CREATE INDEX ix_login_session_user_id ON public.login_session USING btree (user_id);
CREATE INDEX ix_match_corrected ON public.match USING btree (workspace_id, corrected_at) WHERE (corrected_at IS NOT NULL);
CREATE INDEX ix_match_feed ON public.match USING btree (workspace_id, brand_id, published_at, mention_id);
CREATE INDEX ix_match_mention ON public.match USING btree (workspace_id, mention_id);
CREATE INDEX ix_match_model ON public.match USING btree (model, collected_at) WHERE (model IS NOT NULL);
CREATE INDEX ix_match_stance ON public.match USING btree (workspace_id, brand_id, stance, published_at, mention_id);
CREATE INDEX ix_match_unscored ON public.match USING btree (collected_at) WHERE (scored_at IS NULL);
CREATE INDEX ix_match_unsure ON public.match USING btree (workspace_id, published_at, mention_id) WHERE ((stance = 'unsure'::text) AND lead);
CREATE INDEX ix_match_urgent ON public.match USING btree (published_at) WHERE (scored_at IS NULL);
CREATE INDEX ix_mention_answered ON public.mention USING btree (workspace_id, answered_at) WHERE (answered_at IS NOT NULL);
CREATE INDEX ix_mention_assignee ON public.mention USING btree (workspace_id, assignee_id, published_at, id) WHERE (assignee_id IS NOT NULL);
CREATE INDEX ix_mention_author ON public.mention USING btree (workspace_id, lower(author), published_at, id);
CREATE INDEX ix_mention_collected ON public.mention USING btree (workspace_id, collected_at, id);
CREATE INDEX ix_mention_guid_key ON public.mention USING btree (workspace_id, guid_key) WHERE (guid_key IS NOT NULL);
CREATE INDEX ix_mention_hidden ON public.mention USING btree (workspace_id, published_at, id) WHERE (hidden IS NOT NULL);
CREATE INDEX ix_mention_language ON public.mention USING btree (workspace_id, language, published_at, id);
CREATE INDEX ix_mention_page_key ON public.mention USING btree (workspace_id, page_key) WHERE (page_key IS NOT NULL);
CREATE INDEX ix_mention_platform ON public.mention USING btree (workspace_id, platform, published_at, id);
CREATE INDEX ix_mention_published ON public.mention USING btree (workspace_id, published_at, id);
CREATE INDEX ix_mention_rated ON public.mention USING btree (workspace_id, id) WHERE (rating IS NOT NULL);
CREATE INDEX ix_mention_reach ON public.mention USING btree (workspace_id, COALESCE(reach, '-1'::bigint), id);
CREATE INDEX ix_mention_search ON public.mention USING gin (search);
CREATE INDEX ix_mention_source ON public.mention USING btree (workspace_id, source_id, published_at);
CREATE INDEX ix_mention_status ON public.mention USING btree (workspace_id, status, published_at, id);
CREATE INDEX ix_mention_story ON public.mention USING btree (workspace_id, story_id) WHERE (story_id IS NOT NULL);
CREATE INDEX ix_mention_tags ON public.mention USING gin (tags);
CREATE INDEX ix_mention_thread ON public.mention USING btree (workspace_id, kind, thread_id) WHERE (thread_id IS NOT NULL);
CREATE INDEX ix_mention_undated ON public.mention USING btree (workspace_id, source_id) WHERE published_guessed;
CREATE INDEX ix_mention_words_key ON public.mention USING btree (workspace_id, words_key) WHERE (words_key IS NOT NULL);
CREATE INDEX ix_poll_source ON public.poll USING btree (workspace_id, source_id, id);
CREATE INDEX ix_revision_mention ON public.revision USING btree (workspace_id, mention_id, id);
CREATE INDEX ix_saved_view_order ON public.saved_view USING btree (workspace_id, "position", id);
CREATE UNIQUE INDEX ix_source_address_digest ON public.source USING btree (address_digest);
CREATE INDEX ix_source_due ON public.source USING btree (next_run_at) WHERE (enabled AND (next_run_at IS NOT NULL));
CREATE INDEX ix_story_bands ON public.story USING gin (bands);
CREATE INDEX ix_story_copies ON public.story USING btree (workspace_id, copies);
CREATE INDEX ix_story_last ON public.story USING btree (workspace_id, last_at);
CREATE INDEX ix_survey_response_answered ON public.survey_response USING btree (workspace_id, brand_id, answered_at, id);
CREATE INDEX ix_survey_response_respondent ON public.survey_response USING btree (workspace_id, respondent) WHERE (respondent <> ''::text);
CREATE UNIQUE INDEX uq_brand_name ON public.brand USING btree (workspace_id, name) WHERE (removed_at IS NULL);
CREATE UNIQUE INDEX uq_incident_open_rule ON public.incident USING btree (workspace_id, rule_id) WHERE (state <> 'resolved'::text);
CREATE UNIQUE INDEX uq_phrase_scope ON public.phrase USING btree (workspace_id, words, brand_id, language) NULLS NOT DISTINCT;
ALTER TABLE ONLY public.alert_rule
    ADD CONSTRAINT fk_alert_rule_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.alert_rule
    ADD CONSTRAINT fk_alert_rule_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT fk_api_key_user_id FOREIGN KEY (user_id) REFERENCES public.user_account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT fk_api_key_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT fk_audit_entry_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_match
    ADD CONSTRAINT fk_audit_match_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_match
    ADD CONSTRAINT fk_audit_match_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_match
    ADD CONSTRAINT fk_audit_match_workspace_id_mention_id FOREIGN KEY (workspace_id, mention_id) REFERENCES public.mention(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.brand
    ADD CONSTRAINT fk_brand_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.bucket
    ADD CONSTRAINT fk_bucket_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.bulk_change
    ADD CONSTRAINT fk_bulk_change_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.bulk_item
    ADD CONSTRAINT fk_bulk_item_workspace_id_change_id FOREIGN KEY (workspace_id, change_id) REFERENCES public.bulk_change(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.canned_answer
    ADD CONSTRAINT fk_canned_answer_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.channel
    ADD CONSTRAINT fk_channel_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.claim
    ADD CONSTRAINT fk_claim_workspace_id_mention_id FOREIGN KEY (workspace_id, mention_id) REFERENCES public.mention(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.claim
    ADD CONSTRAINT fk_claim_workspace_id_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES public.member(workspace_id, user_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.day_bucket
    ADD CONSTRAINT fk_day_bucket_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT fk_delivery_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT fk_delivery_workspace_id_channel_id FOREIGN KEY (workspace_id, channel_id) REFERENCES public.channel(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT fk_delivery_workspace_id_incident_id FOREIGN KEY (workspace_id, incident_id) REFERENCES public.incident(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.dirty_hour
    ADD CONSTRAINT fk_dirty_hour_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.file_import
    ADD CONSTRAINT fk_file_import_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.file_import
    ADD CONSTRAINT fk_file_import_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.file_import
    ADD CONSTRAINT fk_file_import_workspace_id_source_id FOREIGN KEY (workspace_id, source_id) REFERENCES public.source(workspace_id, id) ON DELETE SET NULL (source_id);
ALTER TABLE ONLY public.for_you
    ADD CONSTRAINT fk_for_you_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.for_you
    ADD CONSTRAINT fk_for_you_workspace_id_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES public.member(workspace_id, user_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.idempotent_answer
    ADD CONSTRAINT fk_idempotent_answer_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.imported_answer
    ADD CONSTRAINT fk_imported_answer_workspace_id_import_id FOREIGN KEY (workspace_id, import_id) REFERENCES public.file_import(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.imported_answer
    ADD CONSTRAINT fk_imported_answer_workspace_id_item_id FOREIGN KEY (workspace_id, item_id) REFERENCES public.survey_response(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.imported_mention
    ADD CONSTRAINT fk_imported_mention_workspace_id_import_id FOREIGN KEY (workspace_id, import_id) REFERENCES public.file_import(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.imported_mention
    ADD CONSTRAINT fk_imported_mention_workspace_id_item_id FOREIGN KEY (workspace_id, item_id) REFERENCES public.mention(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.incident_event
    ADD CONSTRAINT fk_incident_event_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.incident_event
    ADD CONSTRAINT fk_incident_event_workspace_id_incident_id FOREIGN KEY (workspace_id, incident_id) REFERENCES public.incident(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT fk_incident_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT fk_incident_workspace_id_assignee_id FOREIGN KEY (workspace_id, assignee_id) REFERENCES public.member(workspace_id, user_id) ON DELETE SET NULL (assignee_id);
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT fk_incident_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT fk_incident_workspace_id_rule_id FOREIGN KEY (workspace_id, rule_id) REFERENCES public.alert_rule(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT fk_invitation_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.kept_form
    ADD CONSTRAINT fk_kept_form_user_id FOREIGN KEY (user_id) REFERENCES public.user_account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.key_usage
    ADD CONSTRAINT fk_key_usage_workspace_id_key_id FOREIGN KEY (workspace_id, key_id) REFERENCES public.api_key(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.letter
    ADD CONSTRAINT fk_letter_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.letter
    ADD CONSTRAINT fk_letter_workspace_id_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES public.member(workspace_id, user_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT fk_login_session_user_id FOREIGN KEY (user_id) REFERENCES public.user_account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT fk_login_session_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.match
    ADD CONSTRAINT fk_match_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.match
    ADD CONSTRAINT fk_match_workspace_id_mention_id FOREIGN KEY (workspace_id, mention_id) REFERENCES public.mention(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.member
    ADD CONSTRAINT fk_member_user_id FOREIGN KEY (user_id) REFERENCES public.user_account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.member
    ADD CONSTRAINT fk_member_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mention
    ADD CONSTRAINT fk_mention_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mention
    ADD CONSTRAINT fk_mention_workspace_id_assignee_id FOREIGN KEY (workspace_id, assignee_id) REFERENCES public.member(workspace_id, user_id) ON DELETE SET NULL (assignee_id);
ALTER TABLE ONLY public.mention
    ADD CONSTRAINT fk_mention_workspace_id_story_id FOREIGN KEY (workspace_id, story_id) REFERENCES public.story(workspace_id, id) ON DELETE SET NULL (story_id);
ALTER TABLE ONLY public.one_time_link
    ADD CONSTRAINT fk_one_time_link_user_id FOREIGN KEY (user_id) REFERENCES public.user_account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.phrase
    ADD CONSTRAINT fk_phrase_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.phrase
    ADD CONSTRAINT fk_phrase_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.poll
    ADD CONSTRAINT fk_poll_workspace_id_source_id FOREIGN KEY (workspace_id, source_id) REFERENCES public.source(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.quarantined
    ADD CONSTRAINT fk_quarantined_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.quarantined
    ADD CONSTRAINT fk_quarantined_workspace_id_source_id FOREIGN KEY (workspace_id, source_id) REFERENCES public.source(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.recovery_code
    ADD CONSTRAINT fk_recovery_code_user_id FOREIGN KEY (user_id) REFERENCES public.user_account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.rematch_candidate
    ADD CONSTRAINT fk_rematch_candidate_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.restance
    ADD CONSTRAINT fk_restance_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.revision
    ADD CONSTRAINT fk_revision_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.revision
    ADD CONSTRAINT fk_revision_workspace_id_mention_id FOREIGN KEY (workspace_id, mention_id) REFERENCES public.mention(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT fk_saved_view_owner_id FOREIGN KEY (owner_id) REFERENCES public.user_account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT fk_saved_view_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.second_factor
    ADD CONSTRAINT fk_second_factor_user_id FOREIGN KEY (user_id) REFERENCES public.user_account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.share_link
    ADD CONSTRAINT fk_share_link_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.share_link
    ADD CONSTRAINT fk_share_link_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.source
    ADD CONSTRAINT fk_source_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.source
    ADD CONSTRAINT fk_source_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.story
    ADD CONSTRAINT fk_story_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.survey_response
    ADD CONSTRAINT fk_survey_response_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.survey_response
    ADD CONSTRAINT fk_survey_response_workspace_id_brand_id FOREIGN KEY (workspace_id, brand_id) REFERENCES public.brand(workspace_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.usage
    ADD CONSTRAINT fk_usage_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspace(id) ON DELETE CASCADE;
