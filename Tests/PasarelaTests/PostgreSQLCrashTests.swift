import Foundation
import Glibc
import JSONText
import TestSupport
import Testing

/// Three real gateways over one PostgreSQL under load, while gateways, the database and what lies
/// between them fail in turn. `make crash-test STORE=postgres` has PASARELA_CRASHES disasters.
@Suite("the crash campaign over PostgreSQL", .timeLimit(CrashCampaign.timeLimit))
struct PostgreSQLCrashTests {
  enum Disaster: String, CaseIterable {
    case gatewayKilled = "a gateway is killed"
    case gatewayPaused = "a gateway stands still for longer than the others wait for it"
    case databaseKilled = "the database is killed"
    case databaseStopped = "the database is stopped at once"
    case networkCut = "a gateway and the database lose each other"
    case connectionsEnded = "the database ends a gateway's connections"
  }

  @Test("nothing is lost, doubled or changed by what happens to three gateways and their database")
  func campaign() async throws {
    try await DatabaseServer.run { server in
      let installation = try await Installation(
        requestSeconds: 3, limits: ["timeout_seconds": 5], store: "postgresql:\(server.address)")
      let folders = (0..<3).map { "\(installation.place.path)/network-\($0)" }
      let proxies = try folders.map { folder in
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        return try CuttingProxy(in: folder, to: server.folder)
      }
      // After the gateways, which end over them.
      defer { for proxy in proxies { proxy.stop() } }
      try await installation.run { installation in
        // Of two hosts in one address the last counts.
        let gateways = try SharedStore(
          installation, folders.map { "\(server.address) host=\($0)" })
        for number in proxies.indices { try await gateways.serve(number) }
        try await campaign(Scene(server: server, proxies: proxies, gateways: gateways))
      }
    }
  }

  private func campaign(_ scene: Scene) async throws {
    let all = Disaster.allCases
    let count = CrashCampaign.disasters(short: all.count)
    let campaign = CrashCampaign(
      installation: scene.gateways.installation, clients: scene.gateways.clients,
      pause: .milliseconds(CrashCampaign.isLong ? 100 : 300))
    var happened: [Disaster: Int] = [:]
    try await campaign.load {
      // Each kind once, then by chance; standing still takes long, and is rarer.
      var next = all.shuffled()
      for _ in 0..<count {
        let disaster = next.popLast() ?? (all + all.filter { $0 != .gatewayPaused }).randomElement()
        guard let disaster else { continue }
        // At least one merchant is answered between two disasters.
        try await campaign.serves()
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...700)))
        try await scene.strike(disaster)
        happened[disaster, default: 0] += 1
      }
      #expect(try await scene.gateways.healed())
    }
    report(campaign.ledger, happened)
    #expect(campaign.ledger.payins.count > count)
    try await campaign.compare()
  }

  private func report(_ ledger: CrashLedger, _ happened: [Disaster: Int]) {
    for (disaster, count) in happened { print("crash campaign: \(disaster.rawValue): \(count)") }
    print(
      "crash campaign: \(ledger.payins.count) pay-ins told, \(ledger.doubtful.count) in doubt,",
      "\(ledger.tills.count) tills answered within \(ledger.longestAtTill),",
      "\(ledger.heard.count { $0.status == nil }) calls unanswered,",
      "and with problems",
      Dictionary(grouping: ledger.heard.compactMap(\.code)) { $0 }.mapValues(\.count))
  }

  /// What disasters strike.
  struct Scene {
    let server: DatabaseServer
    let proxies: [CuttingProxy]
    let gateways: SharedStore

    /// Lets it happen to a gateway of chance, and mends what does not mend itself.
    func strike(_ disaster: Disaster) async throws {
      let number = Int.random(in: proxies.indices)
      switch disaster {
      case .gatewayKilled:
        let program = try #require(gateways.program(number))
        program.signal(SIGKILL)
        // One that had ended by itself would have another status.
        #expect(await program.status() == 128 + SIGKILL)
        try await gateways.serve(number)
      case .gatewayPaused:
        gateways.program(number)?.signal(SIGSTOP)
        // Sometimes for longer than its leases last.
        let isLong = CrashCampaign.isLong && Int.random(in: 0..<3) == 0
        try await Task.sleep(
          for: .milliseconds(Int.random(in: 6000...7000) + (isLong ? 16_000 : 0)))
        gateways.program(number)?.signal(SIGCONT)
      case .databaseKilled, .databaseStopped:
        await server.kill(by: disaster == .databaseKilled ? SIGKILL : SIGQUIT)
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...1500)))
        try await server.start()
      case .networkCut: try await cut(proxies[number])
      case .connectionsEnded:
        for _ in 0..<Int.random(in: 1...5) {
          try server.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = '\(gateways.places[number].name)'
            """)
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...300)))
        }
      }
    }

    /// Nothing passes for a while, or a message is lost in the middle of what it belongs to: each
    /// in turn, because by chance it is a commit that is hit.
    private func cut(_ proxy: CuttingProxy) async throws {
      let modes: [CuttingProxy.Mode] = [.refuse, .hang, .loseAnswer, .loseRequest, .delayRequest]
      for mode in modes.shuffled() {
        let cuts = proxy.cuts
        proxy.set(mode)
        switch mode {
        case .refuse, .hang:
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...1500)))
        default: #expect(try await eventually { proxy.cuts > cuts })
        }
        proxy.set(.forward)
        if mode == .delayRequest {
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...1000)))
          proxy.deliver()
        }
      }
    }
  }
}
