/// What version 1 of the schema was when it was released. Never changed: databases out there are
/// like this.
enum SchemaVersion1 {
  static let sql = """
    CREATE TABLE payins (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      merchant TEXT NOT NULL,
      reference TEXT NOT NULL,
      status TEXT NOT NULL,
      method TEXT NOT NULL,
      account TEXT NOT NULL,
      amount INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      token TEXT NOT NULL,
      version INTEGER NOT NULL,
      body TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX payins_by_id ON payins (id);
    CREATE UNIQUE INDEX payins_by_reference ON payins (merchant, reference);
    CREATE UNIQUE INDEX payins_by_token ON payins (token);
    -- Lists are read from these alone until a pay-in fits every filter.
    CREATE INDEX payins_by_time
      ON payins (merchant, created_ms, id, method, account, amount);
    CREATE INDEX payins_by_status
      ON payins (merchant, status, created_ms, id, method, account, amount);

    CREATE TABLE attempts (
      account TEXT NOT NULL,
      order_number TEXT NOT NULL,
      payin TEXT NOT NULL,
      attempt TEXT NOT NULL,
      provider_order_id TEXT,
      PRIMARY KEY (account, order_number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX attempts_by_provider_order
      ON attempts (account, provider_order_id, attempt) WHERE provider_order_id IS NOT NULL;

    CREATE TABLE events (
      number INTEGER PRIMARY KEY,
      payin TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      id TEXT NOT NULL,
      type TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      data TEXT NOT NULL,
      announcement_sequence INTEGER,
      announcement_body TEXT
    ) STRICT;
    CREATE UNIQUE INDEX events_by_payin ON events (payin, sequence);

    CREATE TABLE jobs (
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      payin TEXT NOT NULL,
      account TEXT NOT NULL,
      due_ms INTEGER NOT NULL,
      tries INTEGER NOT NULL,
      lease TEXT,
      PRIMARY KEY (kind, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX jobs_by_due ON jobs (account, due_ms, kind, subject);
    CREATE INDEX jobs_leased ON jobs (lease) WHERE lease IS NOT NULL;
    -- Every account that has jobs, by one search each, however many jobs there are.
    CREATE VIEW job_accounts (account) AS
      WITH RECURSIVE found (account) AS (
        SELECT min(account) FROM jobs
        UNION ALL
        SELECT (SELECT min(account) FROM jobs WHERE account > found.account)
        FROM found WHERE found.account IS NOT NULL
      )
      SELECT account FROM found WHERE account IS NOT NULL;

    CREATE TABLE idempotency_keys (
      number INTEGER PRIMARY KEY,
      merchant TEXT NOT NULL,
      operation TEXT NOT NULL,
      key TEXT NOT NULL,
      request_hash BLOB NOT NULL,
      subject TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      answer_status INTEGER,
      answer_body BLOB
    ) STRICT;
    CREATE UNIQUE INDEX idempotency_keys_by_key ON idempotency_keys (merchant, operation, key);

    CREATE TABLE callbacks (
      id TEXT PRIMARY KEY,
      account TEXT NOT NULL,
      received_ms INTEGER NOT NULL,
      payin TEXT,
      grade TEXT NOT NULL,
      body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Written and emptied again to prove that the file can be written.
    CREATE TABLE probes (number INTEGER PRIMARY KEY) STRICT;
    PRAGMA application_id = 1349743212;
    PRAGMA user_version = 1;
    """
}
