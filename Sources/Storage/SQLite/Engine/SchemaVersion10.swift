extension Schema {
  /// What is written often stands apart from what is written once, and what questions taught
  /// nothing with the job that asks them. Rows of earlier releases stay as they are.
  static let version10 = """
    -- What never changes of a pay-in; its `payins.opening` is empty then.
    CREATE TABLE payin_openings (
      -- Of the pay-in.
      number INTEGER PRIMARY KEY,
      content TEXT NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;

    -- One tree instead of two.
    CREATE TABLE keys (
      merchant TEXT NOT NULL,
      operation TEXT NOT NULL,
      key TEXT NOT NULL,
      request_hash BLOB NOT NULL,
      subject TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      answer_status INTEGER,
      answer_body BLOB,
      checksum INTEGER,
      answer_checksum INTEGER,
      PRIMARY KEY (merchant, operation, key)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO keys SELECT merchant, operation, key, request_hash, subject, created_ms,
        answer_status, answer_body, checksum, answer_checksum
      FROM idempotency_keys ORDER BY merchant, operation, key;
    DROP TABLE idempotency_keys;
    ALTER TABLE keys RENAME TO idempotency_keys;

    -- Whoever held one is gone, and it is due at its lease's end.
    UPDATE jobs SET lease = NULL WHERE lease IS NOT NULL;
    DROP INDEX jobs_leased;

    -- `count first last word`, in milliseconds since 1970.
    ALTER TABLE jobs ADD COLUMN silence TEXT;
    -- The one attempt that is asked about, if it is one.
    ALTER TABLE payins ADD COLUMN watched TEXT;
    UPDATE payins SET watched = asked.subject FROM (
        SELECT payin, min(subject) AS subject FROM jobs WHERE kind = 'query_attempt'
        GROUP BY payin HAVING count(*) = 1
      ) AS asked WHERE payins.id = asked.payin;
    """
}
