import Payins
import PostgreSQLClient

/// A statement that is put together from what is asked.
struct PostgreSQLListing {
  private(set) var sql: String
  private(set) var values: [PostgreSQLValue] = []

  private init(_ sql: String) { self.sql = sql }

  /// Planned anew each time, since there are many forms.
  var query: PostgreSQLQuery { PostgreSQLQuery(once: sql, values) }

  private mutating func argument(_ value: PostgreSQLValue) -> String {
    values.append(value)
    return "$\(values.count)"
  }

  private mutating func filter(_ condition: String, _ value: PostgreSQLValue?) {
    guard let value else { return }
    sql += " AND \(condition) \(argument(value))"
  }

  private mutating func end(_ order: String, limit: Int, offset: Int? = nil) {
    sql += " ORDER BY \(order) LIMIT \(argument(.integer(max(limit, 0))))"
    if let offset { sql += " OFFSET \(argument(.integer(offset)))" }
  }
}

/// A merchant's pay-ins, newest first.
extension PostgreSQLListing {
  /// - Parameter end: the oldest that is looked at.
  init(_ query: PayinQuery, through end: PayinID? = nil) {
    self.init(query, selecting: Payin.layout.selected, from: Payin.layout.source)
    filter("payins.method =", query.method.map { .text($0.rawValue) })
    filter("payins.account =", query.account.map { .kept($0) })
    filter("payins.amount >=", query.amountFrom.map { .integer($0) })
    filter("payins.amount <=", query.amountTo.map { .integer($0) })
    if let end { compare(">=", end, query) }
    self.end(Self.order(query), limit: query.limit)
  }

  /// The last of those that are looked at; none where there are fewer.
  static func end(of query: PayinQuery) -> PostgreSQLListing {
    var listing = PostgreSQLListing(query, selecting: "payins.id", from: "payins")
    listing.end(order(query), limit: 1, offset: max(query.scan, 1) - 1)
    return listing
  }

  /// The one with a reference is found by it, and by no index that has the order.
  private static func order(_ query: PayinQuery) -> String {
    query.merchantReference == nil
      ? "payins.created_ms DESC, payins.id DESC" : "payins.created_ms + 0 DESC"
  }

  private init(_ query: PayinQuery, selecting columns: String, from source: String) {
    self.init("SELECT \(columns) FROM \(source) WHERE true")
    filter("payins.merchant =", .kept(query.merchant))
    if query.isDiscrepant {
      // The one with a reference is looked for by that alone.
      sql +=
        query.merchantReference == nil
        ? " AND payins.discrepant = 1" : " AND coalesce(payins.discrepant, 0) = 1"
    }
    filter("payins.status =", query.status.map { .text($0.rawValue) })
    filter("payins.reference =", query.merchantReference.map { .kept($0) })
    filter("payins.created_ms >=", query.createdFrom.map { .integer($0.milliseconds) })
    filter("payins.created_ms <", query.createdTo.map { .integer($0.milliseconds) })
    if let before = query.before { compare("<", before, query) }
  }

  private mutating func compare(_ relation: String, _ payin: PayinID, _ query: PayinQuery) {
    sql += """
       AND (payins.created_ms, payins.id) \(relation) (
        SELECT mark.created_ms, mark.id FROM payins AS mark
        WHERE mark.id = \(argument(.kept(payin.text)))
          AND mark.merchant = \(argument(.kept(query.merchant))))
      """
  }
}

/// A merchant's rows by an index that begins with the merchant: of an equality the planner would
/// know that the key's own index has the same order, and look at every merchant's rows through it.
extension PostgreSQLListing {
  private mutating func range(_ column: String, _ merchant: String) {
    let merchant = argument(.kept(merchant))
    sql += " AND \(column) >= \(merchant) AND \(column) <= \(merchant)"
  }

  /// A merchant's operations of a kind whose ids sort by time, newest first.
  init<State: KeptOperation>(_ query: OperationQuery<State>) {
    let layout = State.layout
    let (merchant, id) = ("\(layout.table).merchant", "\(layout.table).id")
    self.init("SELECT \(layout.selected) FROM \(layout.source) WHERE true")
    range(merchant, query.merchant)
    if !query.statuses.isEmpty {
      let statuses = query.statuses.map { argument(.kept($0)) }
      sql += " AND \(layout.table).status IN (\(statuses.joined(separator: ", ")))"
    }
    if let before = query.before {
      let mark = [query.merchant, before.text].map { argument(.kept($0)) }
      sql += " AND (\(merchant), \(id)) < (\(mark.joined(separator: ", ")))"
    }
    end("\(merchant) DESC, \(id) DESC", limit: query.limit)
  }

  /// A merchant's published events, newest first.
  /// - Parameter end: the oldest that is looked at.
  init(_ query: PublishedEventQuery, through end: EventID? = nil) {
    self.init(query, selecting: EventRow.columns)
    filter("type =", query.type.map { .kept($0) })
    if let end { compare(">=", end, query) }
    self.end(Self.order, limit: query.limit)
  }

  /// The last of those that are looked at; none where there are fewer.
  static func end(of query: PublishedEventQuery) -> PostgreSQLListing {
    var listing = PostgreSQLListing(query, selecting: "id")
    listing.end(order, limit: 1, offset: max(query.scan, 1) - 1)
    return listing
  }

  private static let order = "merchant DESC, number DESC"

  /// Of one operation the few events are taken, whatever else is asked of them, and sorted.
  private init(_ query: PublishedEventQuery, selecting columns: String) {
    self.init("SELECT \(columns) FROM ")
    if let operation = query.operation {
      let own = argument(.kept(operation.text))
      sql += "(SELECT * FROM events WHERE payin = \(own) OFFSET 0) AS "
    }
    sql += "events WHERE announcement_sequence IS NOT NULL"
    range("merchant", query.merchant)
    if let before = query.before { compare("<", before, query) }
  }

  private mutating func compare(
    _ relation: String, _ event: EventID, _ query: PublishedEventQuery
  ) {
    sql += """
       AND (merchant, number) \(relation) (
        SELECT mark.merchant, mark.number FROM events AS mark
        WHERE mark.id = \(argument(.kept(event.text)))
          AND mark.merchant = \(argument(.kept(query.merchant)))
          AND mark.announcement_sequence IS NOT NULL)
      """
  }
}
