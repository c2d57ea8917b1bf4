import Payins
import PostgreSQLClient

/// Keeps which gateways are alive, by the server's clock.
enum PostgreSQLGateways {
  private static let put = PostgreSQLStatement(
    """
    INSERT INTO gateways (id, name, version, since_ms, rules, configuration, seen)
    VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET rules = excluded.rules,
      configuration = excluded.configuration, seen = excluded.seen
    """)
  private static let forgetSilent = PostgreSQLStatement(
    "DELETE FROM gateways WHERE seen < clock_timestamp() - $1::bigint * interval '1 millisecond'")
  private static let select = PostgreSQLStatement(
    """
    SELECT id, name, version, since_ms, rules, configuration FROM gateways ORDER BY name, id
    """)
  private static let forget = PostgreSQLStatement("DELETE FROM gateways WHERE id = $1")

  /// The last two of their answers are `alive`'s.
  static func beating(
    _ gateway: GatewayPresence, lasting milliseconds: Int64, _ identity: WriterIdentity
  ) -> [PostgreSQLQuery] {
    [
      PostgreSQLQuery(
        put,
        [
          .kept(gateway.id), .kept(gateway.name), .kept(gateway.version),
          .integer(gateway.since.milliseconds), .kept(gateway.rules),
          .kept(gateway.configuration),
        ]), PostgreSQLQuery(forgetSilent, [.integer(milliseconds)]), PostgreSQLQuery(select),
      identity.othersAlive,
    ]
  }

  static func alive(_ rows: [PostgreSQLRows]) -> GatewaysAlive {
    let gateways = rows[2].map { row in
      GatewayPresence(
        id: row.text(0), name: row.text(1), version: row.text(2), since: row.instant(3),
        rules: row.text(4), configuration: row.text(5))
    }
    // One that has not said so yet is connected.
    return GatewaysAlive(gateways, isAlone: gateways.count == 1 && rows[3].count == 0)
  }

  static func leaving(_ gateway: GatewayPresence) -> [PostgreSQLQuery] {
    [PostgreSQLQuery(forget, [.kept(gateway.id)])]
  }
}
