import Payins
import TestSupport
import Testing

@testable import Gateway

@Suite("accounts that call back")
struct HearingTests {
  /// Makes a pay-in and has it paid; the provider tells of it by a callback or when it is asked.
  private func paid(
    _ bench: PayinBench, _ reference: String, isTold: Bool
  ) async throws -> Payin {
    let payin = try await bench.made(reference)
    let order = payin.attempts[0].orderNumber
    bench.caller.answers { .charge(for: $0, "completed") }
    if isTold { _ = await bench.hears("charge.succeeded", of: order, status: "completed") }
    return try await bench.service.sync(payin.id, merchant: "shop")
  }

  @Test("are those whose last payment was told, whatever comes without money")
  func learns() async throws {
    let bench = try PayinBench()
    let hearing = bench.committer.environment.hearing
    let waiting = try await bench.made("order-0")
    _ = await bench.hears(
      "charge.succeeded", of: waiting.attempts[0].orderNumber, status: "completed")
    #expect(!hearing.callsBack("first"))
    for (index, isTold) in [true, true, false, false, true].enumerated() {
      let payin = try await paid(bench, "order-\(index + 1)", isTold: isTold)
      #expect(payin.status == .succeeded)
      #expect(hearing.callsBack("first") == isTold)
    }
    #expect(!hearing.callsBack("second"))
  }
}
