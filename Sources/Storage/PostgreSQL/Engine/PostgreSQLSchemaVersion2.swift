extension PostgreSQLSchema {
  /// Rows may come from an SQLite store, whose earliest releases kept no checksums: such a row is
  /// believed without one here, too.
  static let version2 = """
    ALTER TABLE payins ALTER checksum DROP NOT NULL;
    ALTER TABLE payin_openings ALTER checksum DROP NOT NULL;
    ALTER TABLE events ALTER checksum DROP NOT NULL;
    ALTER TABLE idempotency_keys ALTER checksum DROP NOT NULL;
    ALTER TABLE callback_notices ALTER checksum DROP NOT NULL;
    ALTER TABLE store_payments ALTER checksum DROP NOT NULL;
    ALTER TABLE webhook_endpoints ALTER checksum DROP NOT NULL;
    """
}
