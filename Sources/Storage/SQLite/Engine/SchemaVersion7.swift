extension Schema {
  /// Of a callback only what its adapter reads is kept, once for all deliveries of the same bytes.
  /// What was kept of earlier ones loses its body.
  static let version7 = """
    CREATE TABLE callback_notices (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      account TEXT NOT NULL,
      digest BLOB NOT NULL,
      received_ms INTEGER NOT NULL,
      last_ms INTEGER NOT NULL,
      count INTEGER NOT NULL,
      payin TEXT,
      order_number TEXT,
      provider_order_id TEXT,
      amount INTEGER,
      grade TEXT NOT NULL,
      notice TEXT NOT NULL,
      checksum INTEGER
    ) STRICT;
    INSERT INTO callback_notices
        (id, account, digest, received_ms, last_ms, count, payin, grade, notice)
      SELECT id, account, CAST(id AS BLOB), received_ms, received_ms, 1, payin, grade, 'null'
      FROM callbacks ORDER BY received_ms, id;
    DROP TABLE callbacks;
    CREATE UNIQUE INDEX callback_notices_by_key ON callback_notices (account, digest);
    CREATE INDEX callback_notices_unknown ON callback_notices (id) WHERE payin IS NULL;
    """
}
