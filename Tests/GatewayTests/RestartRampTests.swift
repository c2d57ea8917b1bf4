import Payins
import Testing

@testable import Gateway

@Suite("after a restart")
struct RestartRampTests {
  private let start = Instant(seconds: 1_780_000_000)

  /// Starts all that there is room for, every ten milliseconds. Returns how many in each second.
  private func starts(_ dueCount: Int, of accounts: [String]) -> [String: [Int]] {
    var ramp = RestartRamp(dueCount: dueCount, at: start)
    var out: [String: [Int]] = [:]
    for second in 0..<40 {
      for step in 0..<100 {
        let now = start.adding(milliseconds: Int64(second * 1000 + step * 10))
        for account in accounts {
          // As the runner does: so many at a time, and none more than there is room for.
          let most = JobRunner.concurrencyPerAccount
          let room = min(most, ramp.room(for: account, at: now) ?? most)
          for _ in 0..<room { ramp.started(account, at: now) }
          out[account, default: Array(repeating: 0, count: 40)][second] += room
        }
      }
    }
    return out
  }

  @Test("what is due is spread out, for each account by itself")
  func spread() throws {
    for counts in starts(30_000, of: ["a", "b"]).values {
      #expect((1000...1150).contains(counts[0]))
      for second in 1..<14 { #expect((990...1010).contains(counts[second])) }
      // Both together have done what was due.
      #expect(counts[16...].allSatisfy { $0 == 100 * JobRunner.concurrencyPerAccount })
    }
  }

  @Test("a little is no storm, and nothing but what was due is held back")
  func little() throws {
    for dueCount in [0, 5] {
      let counts = try #require(starts(dueCount, of: ["a"])["a"])
      #expect(counts.allSatisfy { $0 == 100 * JobRunner.concurrencyPerAccount })
    }
  }
}
