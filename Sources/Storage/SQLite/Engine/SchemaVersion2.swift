extension Schema {
  /// What merchants are told, where, and how it went.
  static let version2 = """
    -- Only where the merchant is told.
    ALTER TABLE events ADD COLUMN merchant TEXT;
    UPDATE events SET merchant = (SELECT merchant FROM payins WHERE payins.id = events.payin)
      WHERE announcement_sequence IS NOT NULL;
    CREATE INDEX events_announced ON events (merchant, number, type)
      WHERE announcement_sequence IS NOT NULL;
    CREATE UNIQUE INDEX events_announced_by_id ON events (id)
      WHERE announcement_sequence IS NOT NULL;

    -- 1 where a provider's books and ours differ.
    ALTER TABLE payins ADD COLUMN discrepant INTEGER;
    CREATE INDEX payins_discrepant
      ON payins (merchant, created_ms, id, method, account, amount) WHERE discrepant = 1;
    CREATE INDEX callbacks_unknown ON callbacks (received_ms, id) WHERE payin IS NULL;

    CREATE TABLE webhook_endpoints (
      merchant TEXT NOT NULL,
      id TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (merchant, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE delivery_tries (
      number INTEGER PRIMARY KEY,
      payin TEXT NOT NULL,
      event TEXT NOT NULL,
      endpoint TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      status INTEGER,
      failure TEXT,
      took_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX delivery_tries_by_payin ON delivery_tries (payin);
    """
}
