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

  @Test("are those whose last twenty payments were told, whatever comes without money")
  func learns() async throws {
    let bench = try PayinBench()
    let hearing = bench.committer.environment.hearing
    for index in 0..<Hearing.trusted {
      let waiting = try await bench.made("waiting-\(index)")
      _ = await bench.hears(
        "charge.succeeded", of: waiting.attempts[0].orderNumber, status: "completed")
    }
    #expect(!hearing.callsBack("first"))
    let series = [(19, true), (1, false), (19, true)].flatMap { repeatElement($1, count: $0) }
    for (index, isTold) in series.enumerated() {
      let payin = try await paid(bench, "order-\(index)", isTold: isTold)
      #expect(payin.status == .succeeded && !hearing.callsBack("first"))
    }
    for index in 0..<3 {
      _ = try await paid(bench, "last-\(index)", isTold: index < 2)
      #expect(hearing.callsBack("first") == (index < 2))
    }
    #expect(!hearing.callsBack("second"))
  }
}
