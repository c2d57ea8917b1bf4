extension Schema {
  /// What never changes of a pay-in stands in a document of its own. Null in a row that was last
  /// written before: then `body` has it, too.
  static let version4 = "ALTER TABLE payins ADD COLUMN opening TEXT;"
}
