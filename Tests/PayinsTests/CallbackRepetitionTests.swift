import JSONText
import Payins
import TestSupport
import Testing

/// A callback may be told a thousand times within a second: it is asked about once, and nothing of
/// money is missed.
@Suite("callbacks that are repeated")
struct CallbackRepetitionTests {
  private func hear(
    _ life: inout Life, _ input: PayinInput, afterMilliseconds pause: Int64 = 1000
  ) -> PayinTransition {
    life.hears(input, afterMilliseconds: pause)
  }

  private func report(
    _ status: ReportedStatus, _ amounts: [Int64] = [], orderAmount: Int64? = nil
  ) -> StatusReport {
    StatusReport(
      status: status,
      deposits: amounts.enumerated().map {
        Deposit(identity: "d\($0)", amount: $1, receivedAt: nil, providerReference: nil)
      }, orderAmount: orderAmount)
  }

  @Test("of many that say the same, one is on the timeline and one is asked about")
  func flood() {
    var life = Life.pending
    let id = life.payin.attempts[0].id
    let start = life.payin.updatedAt
    life.passes(milliseconds: 100)
    var events: [String] = []
    var asked: [Instant] = []
    for _ in 0..<1000 {
      life.hears(.reported(id, report(.paid, [15_000]), .unsignedCallback))
      events += life.last.events.map(\.type)
      for case .plan(_, let due) in life.last.jobs { asked.append(due) }
    }
    #expect(events == ["callback.received"])
    #expect(asked == [start.adding(milliseconds: 100)])
    #expect(life.payin.receipts.isEmpty)
  }

  @Test("one that comes after the question was answered is asked about a little later")
  func afterTheAnswer() {
    var life = Life.pending
    let id = life.payin.attempts[0].id
    // An old pay-in, whose next question is far away.
    _ = hear(&life, .queried(id, .found(report(.pending))), afterMilliseconds: 1_000_000)
    let hint = PayinInput.reported(id, report(.pending), .unsignedCallback)
    _ = hear(&life, hint)
    let heard = life.payin.updatedAt
    _ = hear(&life, .queried(id, .found(report(.pending))), afterMilliseconds: 10)
    #expect(life.payin.attempts[0].nextCheckAt.map { $0 > heard.adding(seconds: 60) } == true)
    let again = hear(&life, hint, afterMilliseconds: 10)
    // Only what was asked in vain before.
    #expect(again.events.map(\.type) == ["poll.pending"] && !again.isIdle)
    #expect(again.jobs == [.query(id, due: heard.adding(seconds: 5))])
    #expect(life.payin.attempts[0].nextCheckAt == heard.adding(seconds: 5))
    #expect(hear(&life, hint, afterMilliseconds: 10).isIdle)
    // Later it is said anew.
    let later = hear(&life, hint, afterMilliseconds: 5000)
    #expect(later.events.map(\.type) == ["callback.received"])
  }

  @Test("another grade or status, and a clock that was set back, are no repetition")
  func others() {
    let inputs: [(ReportedStatus, EvidenceGrade, Int64)] = [
      (.failed, .unsignedCallback, 1), (.paid, .partlySignedCallback, 1),
      (.paid, .unsignedCallback, -10), (.paid, .unsignedCallback, 5000),
    ]
    for (status, grade, pause) in inputs {
      var life = Life.pending
      let id = life.payin.attempts[0].id
      _ = hear(&life, .reported(id, report(.paid), .unsignedCallback))
      let next = hear(&life, .reported(id, report(status), grade), afterMilliseconds: pause)
      #expect(next.events.contains { $0.type == "callback.received" }, "\(status) \(grade)")
    }
  }

  @Test("a signed one that tells of other money, or of money gone, is never a repetition")
  func money() {
    var life = Life.pending
    let id = life.payin.attempts[0].id
    func tell(_ report: StatusReport) -> PayinTransition {
      hear(&life, .reported(id, report, .fullySignedCallback), afterMilliseconds: 1)
    }
    #expect(tell(report(.paid, [5000])).events.contains { $0.type == "receipt.recorded" })
    #expect(tell(report(.paid, [5000])).events.isEmpty)
    // A second payment, the first one with another amount, none, and another order's amount.
    #expect(tell(report(.paid, [5000, 10_000])).events.contains { $0.type == "receipt.recorded" })
    #expect(life.payin.amountReceived == 15_000)
    #expect(tell(report(.paid, [5000, 10_001])).alerts.contains(.mismatch))
    #expect(tell(report(.paid)).alerts.contains(.takenBack))
    #expect(tell(report(.paid, [5000, 10_000], orderAmount: 1)).alerts.contains(.mismatch))
  }

  @Test("is remembered as stored")
  func stored() {
    var life = Life.pending
    _ = hear(
      &life,
      .reported(life.payin.attempts[0].id, report(.unrecognised("NEW")), .partlySignedCallback))
    #expect(life.payin.attempts[0].heard?.status == "unrecognised")
    #expect(life.payin.reread == life.payin)
  }

  @Test(
    "a report is read back as it was stored",
    arguments: [.pending, .paid, .failed, .expired, .cancelled, .unrecognised("NEW")]
      as [ReportedStatus])
  func codec(_ status: ReportedStatus) {
    let full = StatusReport(
      status: status,
      deposits: [
        Deposit(
          identity: "d", amount: 1, receivedAt: Walk.noon, providerReference: "r",
          unreadableTime: "t"),
        Deposit(identity: "e", amount: .max, receivedAt: nil, providerReference: nil),
      ], providerOrderID: "o", note: "n", orderAmount: 3, coveredIdentities: ["d"])
    for report in [full, StatusReport(status: status)] {
      #expect(StatusReport(stored: report.stored) == report)
    }
    var damaged = full.stored.object ?? [:]
    damaged["deposits"] = [["identity": "d"]]
    #expect(StatusReport(stored: .object(damaged)) == nil)
    damaged["status"] = "nothing"
    #expect(StatusReport(stored: .object(damaged)) == nil)
  }
}
