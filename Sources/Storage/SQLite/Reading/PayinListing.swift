import Payins

/// The statement that lists a merchant's pay-ins as a query asks.
struct PayinListing {
  private(set) var sql: String
  private(set) var values: [SQLiteValue]

  /// - Parameter end: the oldest that is looked at.
  init(_ query: PayinQuery, through end: PayinID? = nil) {
    self.init(query, selecting: Payin.layout.selection)
    filter("method = ?", query.method.map { .text($0.rawValue) })
    filter("account = ?", query.account.map { .text($0) })
    filter("amount >= ?", query.amountFrom.map { .integer($0) })
    filter("amount <= ?", query.amountTo.map { .integer($0) })
    if let end { compare(">=", end, query) }
    sql += " ORDER BY created_ms DESC, id DESC LIMIT ?"
    values.append(.integer(max(query.limit, 0)))
  }

  /// The last of those that are looked at; none where there are fewer.
  static func end(of query: PayinQuery) -> PayinListing {
    var listing = PayinListing(query, selecting: "id")
    listing.sql += " ORDER BY created_ms DESC, id DESC LIMIT 1 OFFSET ?"
    listing.values.append(.integer(max(query.scan, 1) - 1))
    return listing
  }

  /// With what the index alone decides.
  private init(_ query: PayinQuery, selecting columns: String) {
    // Named, so that no statistics can ever turn a page into a look at every row.
    let index =
      query.merchantReference != nil
      ? "payins_by_reference"
      : query.isDiscrepant
        ? "payins_discrepant" : query.status != nil ? "payins_by_status" : "payins_by_time"
    sql = "SELECT \(columns) FROM payins INDEXED BY \(index) WHERE merchant = ?"
    values = [.text(query.merchant)]
    if query.isDiscrepant { sql += " AND discrepant = 1" }
    filter("status = ?", query.status.map { .text($0.rawValue) })
    filter("reference = ?", query.merchantReference.map { .text($0) })
    filter("created_ms >= ?", query.createdFrom.map { .milliseconds($0) })
    filter("created_ms < ?", query.createdTo.map { .milliseconds($0) })
    if let before = query.before { compare("<", before, query) }
  }

  private mutating func compare(_ relation: String, _ payin: PayinID, _ query: PayinQuery) {
    sql += """
       AND (created_ms, id) \(relation)
        (SELECT created_ms, id FROM payins WHERE id = ? AND merchant = ?)
      """
    values += [.text(payin.text), .text(query.merchant)]
  }

  private mutating func filter(_ condition: String, _ value: SQLiteValue?) {
    guard let value else { return }
    sql += " AND \(condition)"
    values.append(value)
  }
}
