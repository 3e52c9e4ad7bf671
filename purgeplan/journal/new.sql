BEGIN;
PRAGMA application_id = 1885827121;
PRAGMA user_version = 3;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE TABLE journal (
        only INTEGER PRIMARY KEY CHECK (only = 1), identity TEXT NOT NULL
    ) STRICT;
CREATE TABLE plans (
        plan_id INTEGER PRIMARY KEY, lineage INTEGER NOT NULL REFERENCES plans,
        state TEXT NOT NULL CHECK (state = 'open' OR state = 'done' OR state = 'cancelled' OR state = 'superseded'),
        planned_at INTEGER NOT NULL, closed_at INTEGER, sealed_at INTEGER,
        total INTEGER NOT NULL CHECK (total >= 0),
        name TEXT NOT NULL, app_id TEXT NOT NULL, app_name TEXT NOT NULL,
        fingerprint TEXT NOT NULL, resource TEXT NOT NULL, by_kind TEXT NOT NULL,
        path TEXT NOT NULL, text TEXT NOT NULL,
        expires_at INTEGER NOT NULL, not_before INTEGER NOT NULL,
        summary TEXT NOT NULL, evidence TEXT NOT NULL, files TEXT NOT NULL, protects TEXT NOT NULL,
        CHECK ((state = 'open') = (closed_at IS NULL)),
        CHECK (sealed_at IS NULL OR state <> 'open')
    ) STRICT;
CREATE UNIQUE INDEX one_open_plan ON plans (app_id, name) WHERE state = 'open';
CREATE TABLE runs (
        run_id INTEGER PRIMARY KEY, plan_id INTEGER NOT NULL REFERENCES plans,
        command TEXT NOT NULL, operator TEXT NOT NULL,
        started_at INTEGER NOT NULL, ended_at INTEGER, why TEXT, exit_code INTEGER,
        CHECK ((ended_at IS NULL) = (why IS NULL))
    ) STRICT;
CREATE UNIQUE INDEX one_live_run ON runs (ended_at IS NULL) WHERE ended_at IS NULL;
CREATE TABLE evidence (
        app_id TEXT NOT NULL, ids_digest TEXT NOT NULL, as_of INTEGER NOT NULL,
        PRIMARY KEY (app_id, ids_digest)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE events (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,
        plan_id INTEGER, run_id INTEGER, data TEXT NOT NULL, link TEXT NOT NULL
    ) STRICT;
CREATE TRIGGER plans_illegal_move BEFORE UPDATE OF state ON plans WHEN NEW.state <> OLD.state AND NOT ((OLD.state = 'open' AND NEW.state <> 'open') OR (OLD.state = 'done' AND NEW.state = 'open')) BEGIN SELECT RAISE(ABORT, 'plans: illegal move'); END;
CREATE TRIGGER plans_frozen BEFORE UPDATE ON plans WHEN (NEW.plan_id IS NOT OLD.plan_id OR NEW.lineage IS NOT OLD.lineage OR NEW.planned_at IS NOT OLD.planned_at OR NEW.name IS NOT OLD.name OR NEW.app_id IS NOT OLD.app_id OR NEW.app_name IS NOT OLD.app_name)
        OR (NEW.fingerprint IS NOT OLD.fingerprint OR NEW.resource IS NOT OLD.resource OR NEW.by_kind IS NOT OLD.by_kind)
        OR (OLD.total <> 0 AND (NEW.total IS NOT OLD.total))
        OR (OLD.sealed_at IS NOT NULL AND (NEW.sealed_at IS NOT OLD.sealed_at OR NEW.state IS NOT OLD.state)) BEGIN SELECT RAISE(ABORT, 'plans: frozen'); END;
CREATE TRIGGER plans_kept BEFORE DELETE ON plans WHEN 1 BEGIN SELECT RAISE(ABORT, 'plans: kept'); END;
CREATE TRIGGER runs_frozen BEFORE UPDATE ON runs WHEN OLD.ended_at IS NOT NULL
        OR (NEW.run_id IS NOT OLD.run_id OR NEW.plan_id IS NOT OLD.plan_id OR NEW.command IS NOT OLD.command OR NEW.operator IS NOT OLD.operator OR NEW.started_at IS NOT OLD.started_at) BEGIN SELECT RAISE(ABORT, 'runs: frozen'); END;
CREATE TRIGGER runs_kept BEFORE DELETE ON runs WHEN 1 BEGIN SELECT RAISE(ABORT, 'runs: kept'); END;
CREATE TRIGGER evidence_only_older BEFORE UPDATE ON evidence WHEN NEW.as_of > OLD.as_of BEGIN SELECT RAISE(ABORT, 'evidence: only older'); END;
CREATE TRIGGER evidence_kept BEFORE DELETE ON evidence WHEN 1 BEGIN SELECT RAISE(ABORT, 'evidence: kept'); END;
CREATE TRIGGER events_frozen BEFORE UPDATE ON events WHEN 1 BEGIN SELECT RAISE(ABORT, 'events: frozen'); END;
CREATE TRIGGER events_kept BEFORE DELETE ON events WHEN 1 BEGIN SELECT RAISE(ABORT, 'events: kept'); END;
CREATE TRIGGER events_in_order BEFORE INSERT ON events WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events) BEGIN SELECT RAISE(ABORT, 'events: in order'); END;
CREATE TRIGGER journal_frozen BEFORE UPDATE ON journal WHEN 1 BEGIN SELECT RAISE(ABORT, 'journal: frozen'); END;
CREATE TRIGGER journal_kept BEFORE DELETE ON journal WHEN 1 BEGIN SELECT RAISE(ABORT, 'journal: kept'); END;
CREATE VIEW readable_plans AS SELECT plan_id, name, app_name, state, total,
        datetime(planned_at / 1000, 'unixepoch') AS planned_at,
        datetime(closed_at / 1000, 'unixepoch') AS closed_at,
        datetime(sealed_at / 1000, 'unixepoch') AS sealed_at, fingerprint FROM plans;
CREATE VIEW readable_runs AS SELECT run_id, plans.name AS plan, command, operator,
        datetime(started_at / 1000, 'unixepoch') AS started_at,
        datetime(ended_at / 1000, 'unixepoch') AS ended_at, why, exit_code
        FROM runs JOIN plans USING (plan_id);
CREATE VIEW readable_events AS SELECT seq, datetime(at / 1000, 'unixepoch') AS at,
        kind, plan_id, run_id, data, link FROM events;
CREATE TABLE "items" (
        plan_id INTEGER NOT NULL REFERENCES plans, position INTEGER NOT NULL, id TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state = 'pending' OR state = 'sent' OR state = 'accepted' OR state = 'absent' OR state = 'failed' OR state = 'skipped'),
        skip TEXT CHECK (skip IS NULL OR (skip = 'protected' OR skip = 'drift' OR skip = 'deleted_before' OR skip = 'cancelled' OR skip = 'recreated' OR skip = 'no_backup')),
        code TEXT CHECK (code IS NULL OR (code = 'accepted' OR code = 'absent' OR code = 'presumed_ours' OR code = 'throttled' OR code = 'server_error' OR code = 'conflict' OR code = 'timeout' OR code = 'connection_lost' OR code = 'not_sent' OR code = 'denied' OR code = 'rejected' OR code = 'foreign')),
        status INTEGER, attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
        claimed_at INTEGER, last_claim INTEGER, settled_at INTEGER, onesignal_id TEXT,
        verdict TEXT CHECK (verdict IS NULL OR (verdict = 'gone' OR verdict = 'returned' OR verdict = 'still_there')),
        run_id INTEGER REFERENCES runs, evidence_at INTEGER,
        PRIMARY KEY (plan_id, position),
        CHECK ((state = 'skipped') = (skip IS NOT NULL)),
        CHECK (state = 'pending' OR state = 'skipped' OR claimed_at IS NOT NULL),
        CHECK ((state = 'pending' OR state = 'sent') = (settled_at IS NULL)),
        CHECK (verdict IS NULL OR state = 'accepted')
    ) STRICT, WITHOUT ROWID;
CREATE TRIGGER items_illegal_move BEFORE UPDATE OF state ON items WHEN NEW.state <> OLD.state AND NOT (((OLD.state = 'pending' AND (NEW.state = 'sent' OR NEW.state = 'skipped')) OR (OLD.state = 'sent' AND (NEW.state = 'absent' OR NEW.state = 'accepted' OR NEW.state = 'failed' OR NEW.state = 'pending' OR NEW.state = 'skipped')) OR (OLD.state = 'accepted' AND (NEW.state = 'pending')) OR (OLD.state = 'failed' AND (NEW.state = 'pending')))
        AND (OLD.state <> 'accepted' OR OLD.verdict IS 'still_there')
        AND (OLD.state <> 'sent' OR NEW.state <> 'skipped' OR NEW.skip = 'recreated')) BEGIN SELECT RAISE(ABORT, 'items: illegal move'); END;
CREATE TRIGGER items_frozen BEFORE UPDATE OF plan_id, position, id, attempts, claimed_at, evidence_at ON items WHEN (NEW.plan_id IS NOT OLD.plan_id OR NEW.position IS NOT OLD.position) OR NEW.attempts < OLD.attempts
        OR (OLD.claimed_at IS NOT NULL AND (NEW.claimed_at IS NOT OLD.claimed_at))
        OR ((NEW.id IS NOT OLD.id OR NEW.evidence_at IS NOT OLD.evidence_at) AND NOT (SELECT sealed_at FROM plans WHERE plan_id = OLD.plan_id) IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'items: frozen'); END;
CREATE TRIGGER items_kept BEFORE DELETE ON items WHEN 1 BEGIN SELECT RAISE(ABORT, 'items: kept'); END;
CREATE VIEW readable_items AS SELECT plans.name AS plan, items.plan_id, position, id,
        items.state, skip, code, status, attempts,
        datetime(evidence_at / 1000, 'unixepoch') AS evidence_at,
        datetime(claimed_at / 1000, 'unixepoch') AS claimed_at,
        datetime(settled_at / 1000, 'unixepoch') AS settled_at, onesignal_id, verdict, run_id
        FROM items JOIN plans USING (plan_id);
INSERT INTO journal (only, identity) VALUES (1, lower(hex(randomblob(16))));
INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
    VALUES ('purgeplan', '0001_journal', strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'));
INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
    VALUES ('purgeplan', '0002_evidence', strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'));
INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
    VALUES ('purgeplan', '0003_reasons', strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'));
COMMIT;
