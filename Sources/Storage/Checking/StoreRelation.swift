/// Rows that belong to something: each is an orphan where that is not there.
public struct StoreRelation: Sendable {
  /// For the operator.
  public var name: String
  var table: String
  /// A text that tells the row.
  var label: String
  /// What must hold for a row.
  var condition: String

  static let all: [StoreRelation] = [
    StoreRelation(
      name: "attempts", table: "attempts", label: "attempt", condition: isPayin("attempts.payin")),
    StoreRelation(
      name: "openings", table: "payin_openings", label: "''",
      condition: isNumber("payin_openings.number")),
    StoreRelation(
      name: "payers", table: "payin_secrets", label: "''",
      condition: isNumber("payin_secrets.number")),
    StoreRelation(
      name: "payers' addresses", table: "payer_emails", label: "''",
      condition: isNumber("payer_emails.number")),
    StoreRelation(
      name: "timelines", table: "events", label: "payin",
      condition: isOperation("events.payin")),
    StoreRelation(
      name: "jobs", table: "jobs", label: "subject",
      condition: "kind = 'replay_callback' OR \(isOperation("jobs.payin"))"),
    StoreRelation(
      name: "idempotency keys", table: "idempotency_keys", label: "subject",
      condition: isOperation("idempotency_keys.subject")),
    StoreRelation(
      name: "deliveries", table: "delivery_tries", label: "payin",
      condition: isOperation("delivery_tries.payin")),
    StoreRelation(
      name: "callbacks", table: "callback_notices", label: "id",
      condition: "payin IS NULL OR \(isPayin("callback_notices.payin"))"),
  ]

  /// The columns of a row: whether it is an orphan, and what tells it.
  var columns: String { "CASE WHEN \(condition) THEN 0 ELSE 1 END, \(label)" }

  private static func isPayin(_ column: String) -> String {
    "EXISTS (SELECT 1 FROM payins WHERE payins.id = \(column))"
  }

  private static func isNumber(_ column: String) -> String {
    "EXISTS (SELECT 1 FROM payins WHERE payins.number = \(column))"
  }

  private static func isOperation(_ column: String) -> String {
    """
    \(isPayin(column))
    OR EXISTS (SELECT 1 FROM store_payments WHERE store_payments.id = \(column))
    """
  }
}

/// What a pass found of orphans.
public struct Orphans: Sendable {
  private static let most = 20

  private(set) var count = 0
  private(set) var labels: [String] = []

  mutating func add(_ label: String) {
    count += 1
    if labels.count < Self.most, !label.isEmpty { labels.append(label) }
  }
}
