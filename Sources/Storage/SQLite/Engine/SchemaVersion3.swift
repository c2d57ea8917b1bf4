extension Schema {
  /// Payments at store chains' tills.
  static let version3 = """
    CREATE TABLE store_payments (
      id TEXT NOT NULL PRIMARY KEY,
      merchant TEXT NOT NULL,
      transaction_key TEXT NOT NULL,
      status TEXT NOT NULL,
      -- Since when Paynet has something to say; null where it has not.
      unresolved_ms INTEGER,
      version INTEGER NOT NULL,
      body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX store_payments_by_key ON store_payments (transaction_key);
    CREATE INDEX store_payments_by_time ON store_payments (merchant, id, status);
    CREATE INDEX store_payments_unresolved ON store_payments (unresolved_ms)
      WHERE unresolved_ms IS NOT NULL;
    """
}
