/// A table that both kinds of store have, for whoever takes all of it elsewhere. What is not listed
/// here is of one store alone: leases, writers, gateways.
struct StoreTable: Sendable {
  struct Column: Sendable {
    enum Content {
      case integer, text
      /// JSON: a text in SQLite, `bytea` in PostgreSQL, which keeps no zero byte in a text.
      case document
      case bytes
    }

    var name: String
    var content: Content
    /// What stands for it in an SQLite store.
    var inSQLite: String
    /// What stands for it in a PostgreSQL store; nil: its name.
    var inPostgreSQL: String?

    static func integer(
      _ name: String, inSQLite: String? = nil, inPostgreSQL: String? = nil
    ) -> Column {
      Column(
        name: name, content: .integer, inSQLite: inSQLite ?? name, inPostgreSQL: inPostgreSQL)
    }
    static func text(_ name: String) -> Column {
      Column(name: name, content: .text, inSQLite: name)
    }
    static func document(_ name: String, inSQLite: String? = nil) -> Column {
      Column(name: name, content: .document, inSQLite: inSQLite ?? name)
    }
    static func bytes(_ name: String) -> Column {
      Column(name: name, content: .bytes, inSQLite: name)
    }
  }

  var name: String
  /// Those of the primary key first.
  var columns: [Column]
  var keyCount = 1
  /// What its rows are selected from in an SQLite store, with a condition; nil: the table.
  var sourceInSQLite: (from: String, condition: String)?
  /// What else an SQLite row is given.
  var constantInSQLite: (column: String, value: String)?
  /// Where PostgreSQL takes the next `number` from.
  var sequence: String?

  var key: ArraySlice<Column> { columns.prefix(keyCount) }
}

extension StoreTable {
  static let all: [StoreTable] = [
    payins, openings, secrets, emails, attempts, events, jobs, keys, callbacks, storePayments,
    endpoints, endpointRevisions, deliveries, storeSecrets,
  ]

  /// What a store has that was only opened.
  static let storeSecrets = StoreTable(
    name: "secrets", columns: [.text("name"), .bytes("content")])

  private static let payins = StoreTable(
    name: "payins",
    columns: [
      .integer("number"), .text("id"), .text("merchant"), .text("reference"), .text("status"),
      .text("method"), .text("account"), .integer("amount"), .integer("created_ms"),
      .text("token"), .integer("version"), .document("body"), .integer("checksum"),
      .integer("discrepant"), .integer("disputed"), .text("watched"),
    ], constantInSQLite: ("opening", "''"), sequence: "'payin_numbers'")

  /// Earlier releases kept one in `payins.opening`, which is empty else.
  private static let openings = StoreTable(
    name: "payin_openings",
    columns: [
      .integer("number", inSQLite: "payins.number"),
      .document(
        "content", inSQLite: "CASE opening WHEN '' THEN apart.content ELSE opening END"),
      .integer(
        "checksum", inSQLite: "CASE opening WHEN '' THEN apart.checksum ELSE opening_checksum END"),
    ],
    sourceInSQLite: (
      "payins LEFT JOIN payin_openings AS apart ON apart.number = payins.number",
      "(opening <> '' OR apart.number IS NOT NULL)"
    ))

  private static let secrets = StoreTable(
    name: "payin_secrets",
    columns: [.integer("number"), .integer("kind"), .integer("key"), .bytes("content")],
    keyCount: 2)

  private static let emails = StoreTable(
    name: "payer_emails", columns: [.bytes("digest"), .integer("number")], keyCount: 2)

  private static let attempts = StoreTable(
    name: "attempts",
    columns: [
      .text("account"), .text("order_number"), .text("payin"), .text("attempt"),
      .text("provider_order_id"),
    ], keyCount: 2)

  private static let events = StoreTable(
    name: "events",
    columns: [
      .integer("number"), .text("payin"), .integer("sequence"), .text("id"), .text("type"),
      .integer("at_ms"), .document("data"), .integer("announcement_sequence"),
      .document("announcement_body"), .text("merchant"), .integer("checksum"),
    ], sequence: "pg_get_serial_sequence('events', 'number')")

  /// Who holds a lease may be at its work, though it has lost its connection: the job is due when
  /// the lease ends.
  private static let jobs = StoreTable(
    name: "jobs",
    columns: [
      .text("kind"), .text("subject"), .text("payin"), .text("account"),
      .integer("due_ms", inPostgreSQL: "greatest(due_ms, lease_ms)"), .integer("tries"),
      .text("silence"),
    ], keyCount: 2)

  private static let keys = StoreTable(
    name: "idempotency_keys",
    columns: [
      .text("merchant"), .text("operation"), .text("key"), .bytes("request_hash"),
      .text("subject"), .integer("created_ms"), .integer("answer_status"),
      .bytes("answer_body"), .integer("checksum"), .integer("answer_checksum"),
    ], keyCount: 3)

  private static let callbacks = StoreTable(
    name: "callback_notices",
    columns: [
      .integer("number"), .text("id"), .text("account"), .bytes("digest"),
      .integer("received_ms"), .integer("last_ms"), .integer("count"), .text("payin"),
      .text("order_number"), .text("provider_order_id"), .integer("amount"), .text("grade"),
      .document("notice"), .integer("checksum"),
    ], sequence: "pg_get_serial_sequence('callback_notices', 'number')")

  private static let storePayments = StoreTable(
    name: "store_payments",
    columns: [
      .text("id"), .text("merchant"), .text("transaction_key"), .text("status"),
      .integer("unresolved_ms"), .integer("held"), .integer("version"), .document("body"),
      .integer("checksum"),
    ])

  private static let endpoints = StoreTable(
    name: "webhook_endpoints",
    columns: [
      .text("merchant"), .text("id"), .document("body"), .integer("checksum"),
      .integer("key", inSQLite: "coalesce(key, 0)"),
    ], keyCount: 2)

  private static let endpointRevisions = StoreTable(
    name: "endpoint_revisions", columns: [.text("merchant"), .integer("revision")])

  private static let deliveries = StoreTable(
    name: "delivery_tries",
    columns: [
      .integer("number"), .text("payin"), .text("event"), .text("endpoint"), .integer("at_ms"),
      .integer("status"), .text("failure"), .integer("took_ms"),
    ], sequence: "pg_get_serial_sequence('delivery_tries', 'number')")
}
