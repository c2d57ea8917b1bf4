extension Schema {
  /// The gateways that serve the store, while there are several.
  static let version11 = """
    CREATE TABLE gateways (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      version TEXT NOT NULL,
      since_ms INTEGER NOT NULL,
      rules TEXT NOT NULL,
      configuration TEXT NOT NULL,
      seen_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
