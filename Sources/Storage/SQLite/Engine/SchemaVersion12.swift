extension Schema {
  /// Nothing of the tables: a store may have been moved, which an older program does not know.
  static let version12 = "SELECT 1;"
}
