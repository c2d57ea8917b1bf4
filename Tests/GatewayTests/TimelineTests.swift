import JSONText
import Payins
import Storage
import TestSupport
import Testing

@testable import Gateway

@Suite("timelines")
struct TimelineTests {
  private func ask(_ bench: PayinBench, _ id: PayinID) async throws {
    let payin = try await bench.service.payin(id, merchant: "shop")
    bench.clock.advance(to: try #require(payin.nextCheckAt))
    let job = try #require(try await bench.lease().first)
    try await bench.runner.ask(job, under: try #require(job.lease))
  }

  private func silences(
    _ bench: PayinBench, _ id: PayinID, after sequence: Int = 0, limit: Int = 100
  ) async throws -> [(silence: Silence, isLast: Bool, after: EventID)] {
    let page = try await bench.service.timeline(
      of: id, merchant: "shop", after: sequence, limit: limit)
    return page.entries.enumerated().compactMap { place, entry in
      guard case .silence(let silence, let event) = entry else { return nil }
      return (silence, place == page.entries.count - 1, event)
    }
  }

  @Test("what was asked in vain is one entry behind the last event, and an event once more happens")
  func silence() async throws {
    let bench = try PayinBench()
    let id = try await bench.made("order-1").id
    let first = bench.clock.now()
    bench.caller.answers { .charge(for: $0, "in_progress") }
    for count in 1...3 {
      try await ask(bench, id)
      let found = try await silences(bench, id)
      #expect(found.count == 1 && found[0].isLast)
      #expect(found[0].silence.count == count && found[0].silence.last == bench.clock.now())
      #expect(found[0].silence.first > first)
    }
    let events = try await bench.store.events(of: OperationID(id))
    let last = try #require(events.last)
    #expect(try await silences(bench, id).map(\.after) == [last.id])
    // On the last page alone, whether it has events or not.
    #expect(try await silences(bench, id, limit: events.count - 1).isEmpty)
    for sequence in [last.sequence - 1, last.sequence] {
      #expect(try await silences(bench, id, after: sequence).map(\.after) == [last.id])
    }

    bench.caller.answers { .charge(for: $0, "completed") }
    try await ask(bench, id)
    #expect(try await silences(bench, id).isEmpty)
    let told = try await bench.store.events(of: OperationID(id)).dropFirst(events.count)
    #expect(told.first?.type == "poll.pending" && told.first?.data["times"] == 3)
    #expect(told.last?.type == "payin.succeeded")
  }
}
