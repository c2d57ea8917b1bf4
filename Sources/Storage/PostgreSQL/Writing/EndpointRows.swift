import Payins
import PostgreSQLClient

/// Changes of merchants' endpoints, and which of them changes were decided by. They are compared as
/// of the statement: who changes them later comes behind this transaction.
struct EndpointRows {
  private static let compare = RowStatement([.text("merchant"), .integer("revision")]) {
    """
    SELECT pasarela_expect(
      count(*) FILTER (WHERE coalesce(kept.revision, 0) <> new.revision) = 0,
      '\(WriteConflict.endpoints.rawValue)')
    FROM \($0) LEFT JOIN endpoint_revisions kept ON kept.merchant = new.merchant
    """
  }
  /// Waits for whoever changes them at the same time; with a revision it must have been that one.
  private static let raise = RowStatement([.text("merchant"), .integer("revision")]) {
    """
    WITH raised AS (
      INSERT INTO endpoint_revisions (merchant, revision) SELECT merchant, 1 FROM \($0)
      ON CONFLICT (merchant) DO UPDATE SET revision = endpoint_revisions.revision + 1
      RETURNING revision)
    SELECT pasarela_expect(
      coalesce(raised.revision - 1 = ($2)[1], true), '\(WriteConflict.endpoints.rawValue)')
    FROM raised
    """
  }
  private static let put = RowStatement.inserting(
    into: "webhook_endpoints",
    [.text("merchant"), .text("id"), .bytes("body"), .integer("checksum"), .integer("key")],
    conflict: """
      ON CONFLICT (merchant, id) DO UPDATE SET
        body = excluded.body, checksum = excluded.checksum, key = excluded.key
      """)
  private static let remove = RowStatement([.text("merchant"), .text("id")]) {
    """
    DELETE FROM webhook_endpoints AS kept USING \($0)
    WHERE kept.merchant = new.merchant AND kept.id = new.id
    """
  }

  private var compare = RowSet(Self.compare)
  private var raise = RowSet(Self.raise)
  private var put = RowSet(Self.put)
  private var remove = RowSet(Self.remove)

  mutating func add(_ change: ChangeRows) {
    let expected = change.endpointRevision
    guard let endpoint = change.endpoint else {
      if let expected { compare.add([.text(expected.merchant), .number(expected.number)]) }
      return
    }
    if let expected, expected.merchant != endpoint.merchant {
      compare.add([.text(expected.merchant), .number(expected.number)])
    }
    let own = expected.flatMap { $0.merchant == endpoint.merchant ? $0.number : nil }
    raise.add([.text(endpoint.merchant), .number(own)])
    let place: [Cell] = [.text(endpoint.merchant), .text(endpoint.id)]
    guard let body = endpoint.body else { return remove.add(place) }
    put.add(place + [.bytes(body), .integer(endpoint.checksum), .integer(endpoint.key)])
  }

  var queries: [PostgreSQLQuery] { [compare, raise, put, remove].compactMap { $0.query() } }
}
