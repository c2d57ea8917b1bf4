extension Schema {
  /// Checksums of what is kept; null in rows that were last written before. And lists for the
  /// operator: pay-ins of which a provider took money back, reversals that wait for a person.
  static let version6 = """
    -- Of `opening`, which never changes, and of `body`.
    ALTER TABLE payins ADD COLUMN opening_checksum INTEGER;
    ALTER TABLE payins ADD COLUMN checksum INTEGER;
    ALTER TABLE events ADD COLUMN checksum INTEGER;
    ALTER TABLE callbacks ADD COLUMN checksum INTEGER;
    ALTER TABLE idempotency_keys ADD COLUMN checksum INTEGER;
    ALTER TABLE idempotency_keys ADD COLUMN answer_checksum INTEGER;
    ALTER TABLE webhook_endpoints ADD COLUMN checksum INTEGER;
    ALTER TABLE store_payments ADD COLUMN checksum INTEGER;

    ALTER TABLE payins ADD COLUMN disputed INTEGER;
    UPDATE payins SET disputed = 1
      WHERE discrepant = 1 AND instr(body, '"alert":"taken_back"') > 0;
    CREATE INDEX payins_disputed ON payins (created_ms, id) WHERE disputed = 1;

    ALTER TABLE store_payments ADD COLUMN held INTEGER;
    CREATE INDEX store_payments_held ON store_payments (id) WHERE held = 1;
    """
}
