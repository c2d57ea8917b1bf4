import Glibc
import TestSupport
import Testing

/// The real executable over SQLite under load, killed at random instants and started again.
/// `make crash-test` kills it PASARELA_CRASHES times.
@Suite("the crash campaign", .timeLimit(CrashCampaign.timeLimit))
struct CrashTests {
  @Test("nothing is lost, doubled or changed by kill -9")
  func campaign() async throws {
    let crashes = CrashCampaign.disasters(short: 4)
    let installation = try await Installation()
    try await installation.run { installation in
      let campaign = CrashCampaign(installation: installation, clients: [installation.client])
      var gateway = try await installation.serve()
      try await campaign.load {
        for _ in 0..<crashes {
          // At least one merchant is answered between two deaths.
          try await campaign.serves()
          try await Task.sleep(for: .milliseconds(Int.random(in: 50...700)))
          gateway.signal(SIGKILL)
          #expect(await gateway.ended().status == 128 + SIGKILL)
          gateway = try await installation.serve()
        }
        try await Task.sleep(for: .milliseconds(300))
      }
      #expect(campaign.ledger.payins.count > crashes)
      try await campaign.compare()
    }
  }
}
