/// A statement over up to so many rows in the order of a unique key, from one of them on.
struct RowPage {
  var columns: [String]
  var source: String
  /// What must hold beside; nil: nothing.
  var condition: String?
  var key: [String]
  /// Whether it begins behind a key that is given, and not with the first row.
  var isBehind: Bool
  var limit: Int

  /// - Parameter mark: how the store's language names the argument of that number, from 1 on.
  func sql(_ mark: (Int) -> String) -> String {
    let order = key.joined(separator: ", ")
    var conditions = condition.map { ["(\($0))"] } ?? []
    if isBehind {
      let marks = key.indices.map { mark($0 + 1) }.joined(separator: ", ")
      conditions.append("(\(order)) > (\(marks))")
    }
    let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
    return """
      SELECT \(columns.joined(separator: ", ")) FROM \(source) \(filter)
      ORDER BY \(order) LIMIT \(limit)
      """
  }

  static func inSQLite(_ number: Int) -> String { "?\(number)" }
  static func inPostgreSQL(_ number: Int) -> String { "$\(number)" }
}
