extension Schema {
  /// Merchants' endpoints are changed by compare and set.
  static let version8 = """
    -- How often a merchant's endpoints were changed.
    CREATE TABLE endpoint_revisions (
      merchant TEXT NOT NULL PRIMARY KEY,
      revision INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO endpoint_revisions SELECT DISTINCT merchant, 1 FROM webhook_endpoints;
    """
}
