import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Providers
import Storage
import Testing

@testable import Gateway

/// An Openpay charge that failed, beside which another of the same order may stand: until that
/// question is answered nothing is known.
@Suite("a question that decides")
struct DecisiveQuestionTests {
  private let bench: PayinBench
  private let payin: Payin

  init() async throws {
    bench = try PayinBench()
    payin = try await bench.made("order-1")
    #expect(payin.status == .pending)
  }

  /// By its id the charge failed; by its number there is what `list` says.
  private func answers(_ list: @escaping ScriptedClient.Script) {
    bench.caller.answers { request in
      request.url.contains("?") ? await list(request) : .charge(for: request, "failed")
    }
  }

  private func ask() async throws -> Payin {
    _ = bench.caller.taken()
    let job = try #require(
      try await bench.store.firstJob(.queryAttempt, subjectPrefix: payin.attempts[0].id.text))
    bench.clock.advance(to: job.due)
    let leased = try #require(try await bench.lease().first { $0.key == job.key })
    try await bench.runner.ask(leased, under: try #require(leased.lease))
    return try await bench.service.payin(payin.id, merchant: "shop")
  }

  @Test("without an answer it leaves the order as it is")
  func unanswered() async throws {
    answers { _ in .timeout }
    #expect(try await ask().status == .pending)
    answers { _ in .neverSent(CallFailure(.shutdown, "closed")) }
    #expect(try await ask().status == .pending)
    answers { _ in .answered(HTTPResponse(status: 200, body: Array("[]".utf8))) }
    #expect(try await ask().status == .failed)
  }

  @Test("asks no longer than one call may last, however many pages there are")
  func timeOver() async throws {
    answers { [clock = bench.clock] request in
      clock.advance(seconds: 12)
      let offset = request.url.split(separator: "=").last ?? ""
      return .answered(
        HTTPResponse(
          status: 200, body: JSON.array([.charge("ANOTHERS\(offset)", "completed")]).bytes))
    }
    let after = try await ask()
    #expect(after.status == .pending && after.attempts[0].unanswered == 1)
    // By its id, by its number, and two pages: thirty seconds are over.
    #expect(bench.caller.taken().count == 4)
  }
}
