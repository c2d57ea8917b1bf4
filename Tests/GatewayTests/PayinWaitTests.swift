import Payins
import Synchronization
import Testing

@testable import Gateway

/// Waiting for a pay-in to become news to whoever waits.
@Suite("waiting for news of a pay-in", .timeLimit(.minutes(2)))
struct PayinWaitTests {
  @Test("what became news before the wait began is told at once")
  func before() async throws {
    let bench = try PayinBench()
    let payin = try await bench.made("order-1")
    _ = try await bench.service.cancel(payin.id, merchant: "shop")
    let known = payin.version
    let told = try await bench.service.payin(payin.id, merchant: "shop", waitingSeconds: 30) {
      $0.version != known
    }
    #expect(told.status == .cancelled)
  }

  @Test("a change without another status is told where it is news")
  func sameStatus() async throws {
    let bench = try PayinBench()
    let payin = try await bench.made("order-1")
    let known = payin.version
    let waiting = Task {
      try await bench.service.payin(payin.id, merchant: "shop", waitingSeconds: 30) {
        $0.version != known
      }
    }
    // Asked for, an answer that teaches nothing is no news; a callback is.
    _ = try await bench.service.sync(payin.id, merchant: "shop")
    _ = await bench.hears(
      "charge.succeeded", of: payin.attempts[0].orderNumber, status: "completed")
    let told = try await waiting.value
    #expect(told.version > known && told.status == .pending)
  }
}
