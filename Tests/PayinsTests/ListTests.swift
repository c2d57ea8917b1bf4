import TestSupport
import Testing

@testable import Payins

/// What a page of a provider's list is believed of an order.
@Suite("an order on a list")
struct ListTests {
  private static func found(_ status: ReportedStatus) -> QueryOutcome {
    .found(StatusReport(status: status, providerOrderID: "o1"))
  }

  private static let paid = QueryOutcome.found(Life.paid("d1", 15_000))

  /// Ten seconds after it was shown to the payer.
  private var life: Life {
    var life = Life.pending
    life.passes(10)
    return life
  }

  @Test("that is still in progress is silence, and one that is paid is paid: as by a question")
  func answers() {
    for outcome in [Self.found(.pending), Self.paid] {
      var (listed, asked) = (life, life)
      listed.hears(.listed(listed.attempt(), outcome))
      asked.hears(.queried(asked.attempt(), outcome))
      #expect((listed.last.silence == nil) == (outcome == Self.paid))
      #expect(listed.payin.status == (outcome == Self.paid ? .succeeded : .pending))
      // Each has dice of its own, so that a receipt's id may differ.
      #expect(listed.last.silence?.word == asked.last.silence?.word)
      #expect(listed.last.events.map(\.type) == asked.last.events.map(\.type))
      #expect(listed.payin.receipts.map(\.identity) == asked.payin.receipts.map(\.identity))
      #expect(listed.payin.lastEvidence == asked.payin.lastEvidence)
    }
  }

  /// Whether nothing is learnt, and the question is asked by itself at once.
  private func isAskedSingly(_ outcome: QueryOutcome, _ life: Life) -> Bool {
    var life = life
    let before = life.payin
    life.hears(.listed(life.attempt(), outcome))
    let now = [JobEffect.query(life.attempt(), due: life.now)]
    return life.last.isIdle && life.payin == before && life.last.jobs == now
      && life.last.events.isEmpty && life.last.alerts.isEmpty
  }

  @Test(
    "that is shown as anything else is asked about by itself, at once",
    arguments: [
      found(.failed), found(.cancelled), found(.expired), found(.unrecognised("X")), found(.paid),
      .absent, .mismatch(.unresolved), .undetermined(.unresolved), .unauthorized(.unresolved),
      .refused(.unresolved, word: "X"), .found(StatusReport(status: .pending, note: "a list")),
    ] as [QueryOutcome])
  func others(_ outcome: QueryOutcome) {
    #expect(isAskedSingly(outcome, life))
  }

  @Test("is asked about by itself where something is unclear, or urgent")
  func unclear() {
    var overdue = life
    overdue.passes(3600)
    #expect(isAskedSingly(Self.found(.pending), overdue))
    var told = life
    told.hears(.reported(told.attempt(), StatusReport(status: .paid), .unsignedCallback))
    var differs = life
    differs.hears(.queried(differs.attempt(), .mismatch(.unresolved)))
    var received = life
    received.hears(.queried(received.attempt(), .found(Life.paid("d1", 5_000))))
    var doubted = Life()
    doubted.hears(.sent(doubted.attempt(), .inDoubt(.unresolved)))
    for life in [told, differs, received, doubted] {
      #expect(!life.payin.mayBeListed(life.attempt()))
      #expect(isAskedSingly(Self.found(.pending), life))
      #expect(isAskedSingly(Self.paid, life))
    }
    #expect(life.payin.mayBeListed(life.attempt()))
  }

  @Test("that its provider ended, and that was heard, may go on being shown so")
  func ended() {
    var life = life
    life.answered(StatusReport(status: .cancelled, providerOrderID: "o1"))
    life.passes(3600)
    life.hears(.listed(life.attempt(), Self.found(.cancelled)))
    #expect(life.last.silence?.word == "cancelled")
    // Money on it is heard from the order itself.
    #expect(isAskedSingly(Self.paid, life))
  }
}
