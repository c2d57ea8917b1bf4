extension Schema {
  /// What is of payers stands apart from their pay-ins, each once, so that it can be sealed and
  /// erased. Rows of earlier releases have it in `payins` and `events`; they are rewritten a few at
  /// a time while the gateway runs, since there may be millions.
  static let version9 = """
    CREATE TABLE payin_secrets (
      -- Of the pay-in.
      number INTEGER NOT NULL,
      -- 1: the payer; 2: providers' answers kept as evidence.
      kind INTEGER NOT NULL,
      -- Which key seals it; 0 for none.
      key INTEGER NOT NULL,
      content BLOB NOT NULL,
      PRIMARY KEY (number, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX payin_secrets_by_key ON payin_secrets (key, number, kind);

    -- Payers' e-mail addresses as keyed digests.
    CREATE TABLE payer_emails (
      digest BLOB NOT NULL,
      number INTEGER NOT NULL,
      PRIMARY KEY (digest, number)
    ) STRICT, WITHOUT ROWID;

    -- The store's own.
    CREATE TABLE secrets (
      name TEXT NOT NULL PRIMARY KEY,
      content BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Up to which pay-in of the earlier ones rows are rewritten.
    CREATE TABLE older_payins (
      done INTEGER NOT NULL,
      last INTEGER NOT NULL
    ) STRICT;
    INSERT INTO older_payins SELECT 0, coalesce(max(number), 0) FROM payins;

    ALTER TABLE webhook_endpoints ADD COLUMN key INTEGER;
    """
}
