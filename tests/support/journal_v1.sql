-- A journal as version 1 made it.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'purgeplan','0001_journal','2026-11-25 09:31:34.621383+00:00');
CREATE TABLE events (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,
        plan_id INTEGER, run_id INTEGER, data TEXT NOT NULL, link TEXT NOT NULL
    ) STRICT;
INSERT INTO "events" VALUES(1,1780272000000,'plan.saved',1,NULL,'{"draft":"1390dd27d79dd3f1718afeab2223c6e53501b7787963b5c1322f8a34ee9dc476","fingerprint":"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff","ids":"04ada1c9bd4a5f5c8d2f0e5c75e1e0def97f45cbec2161c331820f325262d244","total":6}','e7551658845b95ac7a7e4dd1090f20102452082f2f6f75c946c341149763a9ab');
INSERT INTO "events" VALUES(2,1780272001000,'run.started',1,1,'{"command":"apply"}','90bf47bfc0366cef039b575dffbd69048ef36c0eb1d55e517711f2a9b1b84f80');
INSERT INTO "events" VALUES(3,1780272002000,'items.settled',1,1,'{"count":2,"outcomes":"a8bac84818fb45f9a8f33b94a513e464f27a2da95a0dc7e9d47006973ecade08"}','e8f994d9c74e4d51f121632db8c70fee38998adc3b0873316dcc742ca1a5ed20');
INSERT INTO "events" VALUES(4,1780272002000,'items.skipped',1,NULL,'{"count":1,"why":"protected"}','6981e32a512bf3925355737025d2df9b23881e9751c398f974c49f392d114888');
INSERT INTO "events" VALUES(5,1780272003000,'run.ended',1,1,'{"exit":130,"why":"interrupted"}','6bfce4e1057c0343a342538aa859ba38f423a79edd237349c0d6cd4d2b5416ac');
CREATE TABLE evidence (
        app_id TEXT NOT NULL, ids_digest TEXT NOT NULL, as_of INTEGER NOT NULL,
        PRIMARY KEY (app_id, ids_digest)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "evidence" VALUES('6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1780185600000);
CREATE TABLE items (
        plan_id INTEGER NOT NULL REFERENCES plans, position INTEGER NOT NULL, id TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state = 'pending' OR state = 'sent' OR state = 'accepted' OR state = 'absent' OR state = 'failed' OR state = 'skipped'),
        skip TEXT CHECK (skip IS NULL OR (skip = 'protected' OR skip = 'drift' OR skip = 'deleted_before' OR skip = 'cancelled' OR skip = 'recreated')),
        code TEXT CHECK (code IS NULL OR (code = 'accepted' OR code = 'absent' OR code = 'presumed_ours' OR code = 'throttled' OR code = 'server_error' OR code = 'conflict' OR code = 'timeout' OR code = 'connection_lost' OR code = 'not_sent' OR code = 'denied' OR code = 'rejected' OR code = 'foreign')),
        status INTEGER, attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
        claimed_at INTEGER, last_claim INTEGER, settled_at INTEGER, onesignal_id TEXT,
        verdict TEXT CHECK (verdict IS NULL OR (verdict = 'gone' OR verdict = 'returned' OR verdict = 'still_there')),
        run_id INTEGER REFERENCES runs,
        PRIMARY KEY (plan_id, position),
        CHECK ((state = 'skipped') = (skip IS NOT NULL)),
        CHECK (state = 'pending' OR state = 'skipped' OR claimed_at IS NOT NULL),
        CHECK ((state = 'pending' OR state = 'sent') = (settled_at IS NULL)),
        CHECK (verdict IS NULL OR state = 'accepted')
    ) STRICT, WITHOUT ROWID;
INSERT INTO "items" VALUES(1,0,'00000000-0000-4000-8000-000000000000','accepted',NULL,'accepted',202,1,1780272001000,1780272001000,1780272002000,NULL,NULL,1);
INSERT INTO "items" VALUES(1,1,'00000000-0000-4000-8000-000000000001','failed',NULL,'rejected',400,1,1780272001000,1780272001000,1780272002000,NULL,NULL,1);
INSERT INTO "items" VALUES(1,2,'00000000-0000-4000-8000-000000000002','sent',NULL,NULL,NULL,1,1780272001000,1780272001000,NULL,NULL,NULL,1);
INSERT INTO "items" VALUES(1,3,'00000000-0000-4000-8000-000000000003','pending',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "items" VALUES(1,4,'00000000-0000-4000-8000-000000000004','skipped','protected',NULL,NULL,0,NULL,NULL,1780272002000,NULL,NULL,NULL);
INSERT INTO "items" VALUES(1,5,'00000000-0000-4000-8000-000000000005','pending',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE journal (
        only INTEGER PRIMARY KEY CHECK (only = 1), identity TEXT NOT NULL
    ) STRICT;
INSERT INTO "journal" VALUES(1,'4ac26a975d9e76cb2a897bfb1e447c2e');
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
INSERT INTO "plans" VALUES(1,1,'open',1780272000000,NULL,NULL,6,'inactive','6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9','Acme Prod','ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff','subscription','subscription_id','plans/inactive.yaml','version: 1
',1780876800000,1780272000000,'{"counts":{"planned":3},"sample":["first@acme.example"]}','{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":1780185600000}','{}','{}');
CREATE TABLE runs (
        run_id INTEGER PRIMARY KEY, plan_id INTEGER NOT NULL REFERENCES plans,
        command TEXT NOT NULL, operator TEXT NOT NULL,
        started_at INTEGER NOT NULL, ended_at INTEGER, why TEXT, exit_code INTEGER,
        CHECK ((ended_at IS NULL) = (why IS NULL))
    ) STRICT;
INSERT INTO "runs" VALUES(1,1,'apply','{"ci":null,"commit":"abc1234","host":"build-7","pid":4711,"user":"ann","version":"0.1.0"}',1780272001000,1780272003000,'interrupted',130);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX one_open_plan ON plans (app_id, name) WHERE state = 'open';
CREATE UNIQUE INDEX one_live_run ON runs (ended_at IS NULL) WHERE ended_at IS NULL;
CREATE TRIGGER items_illegal_move BEFORE UPDATE OF state ON items WHEN NEW.state <> OLD.state AND NOT (((OLD.state = 'pending' AND (NEW.state = 'sent' OR NEW.state = 'skipped')) OR (OLD.state = 'sent' AND (NEW.state = 'absent' OR NEW.state = 'accepted' OR NEW.state = 'failed' OR NEW.state = 'pending' OR NEW.state = 'skipped')) OR (OLD.state = 'accepted' AND (NEW.state = 'pending')) OR (OLD.state = 'failed' AND (NEW.state = 'pending')))
        AND (OLD.state <> 'accepted' OR OLD.verdict IS 'still_there')
        AND (OLD.state <> 'sent' OR NEW.state <> 'skipped' OR NEW.skip = 'recreated')) BEGIN SELECT RAISE(ABORT, 'items: illegal move'); END;
CREATE TRIGGER items_frozen BEFORE UPDATE OF plan_id, position, id, attempts, claimed_at ON items WHEN (NEW.plan_id IS NOT OLD.plan_id OR NEW.position IS NOT OLD.position) OR NEW.attempts < OLD.attempts
        OR (OLD.claimed_at IS NOT NULL AND (NEW.claimed_at IS NOT OLD.claimed_at))
        OR ((NEW.id IS NOT OLD.id) AND NOT (SELECT sealed_at FROM plans WHERE plan_id = OLD.plan_id) IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'items: frozen'); END;
CREATE TRIGGER items_kept BEFORE DELETE ON items WHEN 1 BEGIN SELECT RAISE(ABORT, 'items: kept'); END;
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
CREATE VIEW readable_items AS SELECT plans.name AS plan, items.plan_id, position, id,
        items.state, skip, code, status, attempts,
        datetime(claimed_at / 1000, 'unixepoch') AS claimed_at,
        datetime(settled_at / 1000, 'unixepoch') AS settled_at, onesignal_id, verdict, run_id
        FROM items JOIN plans USING (plan_id);
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
COMMIT;
