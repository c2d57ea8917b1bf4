import Payins

/// Keeps which gateways are alive.
struct GatewayTable {
  private let putGateway: SQLiteStatement
  private let forgetSilent: SQLiteStatement
  private let forget: SQLiteStatement
  private let select: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    putGateway = try SQLiteStatement(
      connection,
      """
      INSERT INTO gateways (id, name, version, since_ms, rules, configuration, seen_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET rules = excluded.rules,
        configuration = excluded.configuration, seen_ms = excluded.seen_ms
      """)
    // Words cross: another's may be a little younger than this one's time. A clock that was set
    // back by more leaves none.
    forgetSilent = try SQLiteStatement(
      connection, "DELETE FROM gateways WHERE seen_ms NOT BETWEEN ? AND ?")
    forget = try SQLiteStatement(connection, "DELETE FROM gateways WHERE id = ?")
    select = try SQLiteStatement(
      connection,
      "SELECT id, name, version, since_ms, rules, configuration FROM gateways")
  }

  func beat(
    _ gateway: GatewayPresence, lasting milliseconds: Int64, at now: Instant
  ) throws(DatabaseError) -> [GatewayPresence] {
    try putGateway.run(
      .text(gateway.id), .text(gateway.name), .text(gateway.version),
      .milliseconds(gateway.since), .text(gateway.rules), .text(gateway.configuration),
      .milliseconds(now))
    try forgetSilent.run(
      .milliseconds(now.adding(milliseconds: -milliseconds)),
      .milliseconds(now.adding(milliseconds: milliseconds)))
    return try select.rows { row in
      GatewayPresence(
        id: row.text(0), name: row.text(1), version: row.text(2), since: row.instant(3),
        rules: row.text(4), configuration: row.text(5))
    }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
  }

  func remove(_ id: String) throws(DatabaseError) { try forget.run(.text(id)) }
}
