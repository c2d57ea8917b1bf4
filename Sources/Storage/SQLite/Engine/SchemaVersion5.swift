extension Schema {
  /// Nothing of the tables: the job that ends a pay-in without instructions, attempts refused in
  /// unknown words, and several discrepancies of an attempt, which an older program cannot read.
  static let version5 = "SELECT 1;"
}
