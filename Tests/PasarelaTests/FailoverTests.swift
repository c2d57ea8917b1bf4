import Glibc
import JSONText
import TestSupport
import Testing

/// Two gateways that know both servers of a PostgreSQL with a synchronous standby.
@Suite("failover to a standby", .timeLimit(.minutes(5)))
struct FailoverTests {
  @Test("the primary is killed for good: gateways go on with the standby, and nothing is lost")
  func failover() async throws {
    try await DatabaseServer.run(settings: ["synchronous_standby_names = '*'"]) { primary in
      try await DatabaseServer.run(following: primary) { standby in
        let isSynchronous = try await eventually {
          try primary.ask("SELECT sync_state FROM pg_stat_replication") == "sync"
        }
        try #require(isSynchronous)
        let hosts = "host=\(primary.folder),\(standby.folder) port=5432,5432"
        let store = "\(hosts) user=postgres dbname=postgres"
        let installation = try await Installation(
          requestSeconds: 3, limits: ["timeout_seconds": 5], store: "postgresql:\(store)")
        try await installation.run { installation in
          let gateways = try SharedStore(installation, [store, store])
          for number in gateways.places.indices { try await gateways.serve(number) }
          try await failover(from: primary, to: standby, gateways)
        }
      }
    }
  }

  private func failover(
    from primary: DatabaseServer, to standby: DatabaseServer, _ gateways: SharedStore
  ) async throws {
    let campaign = CrashCampaign(
      installation: gateways.installation, clients: gateways.clients, pause: .milliseconds(20))
    var (killed, ready) = (ContinuousClock.now, ContinuousClock.now)
    try await campaign.load {
      for _ in 0..<20 { try await campaign.serves() }
      killed = .now
      await primary.kill(by: SIGKILL)
      try await standby.promote()
      // It would wait for a standby of its own.
      try standby.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
      _ = try standby.ask("SELECT pg_reload_conf()::text")
      ready = .now
      for _ in 0..<20 { try await campaign.serves() }
      #expect(try await gateways.healed())
    }
    print("failover: the standby took writes after \(Self.milliseconds(ready - killed)) ms")
    report(campaign.ledger.heard, since: killed)
    #expect(try standby.ask("SELECT pg_is_in_recovery()::text") == "false")
    try await campaign.compare()
  }

  private static func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }

  /// What merchants noticed in the longest time without a pay-in told.
  private func report(_ heard: [CrashLedger.Heard], since killed: ContinuousClock.Instant) {
    // A call may have been answered by the primary just after the clock was read.
    let answers = heard.filter { $0.status == 201 }.map(\.at)
    let gaps = zip(answers, answers.dropFirst()).filter { $1 > killed }
    guard let gap = gaps.max(by: { $0.1 - $0.0 < $1.1 - $1.0 }) else { return }
    let during = heard.filter { gap.0 <= $0.at && $0.at <= gap.1 }
    print(
      "failover: \(Self.milliseconds(gap.1 - gap.0)) ms without a pay-in told,",
      "\(during.count { $0.status == nil }) calls without an answer,",
      "\(during.count { $0.status == 202 }) answered with 202 meanwhile, and with problems",
      Dictionary(grouping: during.compactMap(\.code)) { $0 }.mapValues(\.count))
  }
}
