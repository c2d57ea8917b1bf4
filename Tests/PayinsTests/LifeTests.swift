import JSONText
import Payins
import TestSupport
import Testing

private let refusal = Refusal(code: "x", message: "y")

@Suite("money")
struct MoneyTests {
  @Test("whose time cannot be read succeeds all the same, and the timeline says so")
  func unreadableTime() {
    let told = Instant(rfc3339: "2026-01-02T03:04:05Z")
    for (at, word) in [(nil, "el viernes"), (nil, nil), (told, nil)] as [(Instant?, String?)] {
      var life = Life.pending
      life.answered(
        StatusReport(
          status: .paid,
          deposits: [
            Deposit(
              identity: "o1", amount: 15_000, receivedAt: at, providerReference: nil,
              unreadableTime: word)
          ]))
      #expect(life.payin.status == .succeeded)
      #expect(life.payin.receipts.map(\.receivedAt) == [at ?? life.now])
      let recorded = life.last.events.first { $0.type == "receipt.recorded" }
      #expect(recorded?.data["unreadable_time"] == word.map { .string($0) })
      // It is evidence, and nothing that an operator would have to end.
      #expect(life.payin.attempts.allSatisfy(\.discrepancies.isEmpty) && life.last.alerts.isEmpty)
    }
  }

  @Test("that is all there succeeds, and is one receipt however often it is told")
  func paid() {
    var life = Life.pending
    life.answered(Life.paid("d1", 15_000))
    #expect(life.payin.status == .succeeded)
    #expect(life.published == ["payin.succeeded"])
    life.answered(Life.paid("d1", 15_000))
    life.hears(.reported(life.attempt(), Life.paid("d1", 15_000), .fullySignedCallback))
    #expect(life.payin.amountReceived == 15_000)
    #expect(life.payin.receipts.count == 1)
    #expect(life.published == [])
  }

  @Test("that is part of it is told, and the rest succeeds")
  func partial() {
    var life = Life.pending
    life.answered(Life.paid("d1", 10_000))
    #expect(life.payin.status == .partiallyPaid)
    #expect(life.published == ["payin.partially_paid"])
    life.answered(Life.paid("d1", 10_000, "d2", 5_000))
    #expect(life.payin.status == .succeeded)
    #expect(life.payin.amountReceived == 15_000)
  }

  @Test("beyond what was asked, and a second time, is a receipt of its own")
  func beyond() {
    var life = Life.pending
    life.answered(Life.paid("d1", 20_000))
    #expect(life.payin.status == .succeeded)
    life.answered(Life.paid("d1", 20_000, "d2", 15_000))
    #expect(life.payin.status == .succeeded)
    #expect(life.published == ["payin.receipt"])
    #expect(life.payin.amountReceived == 35_000)
  }

  @Test(
    "after the end is recorded, and late",
    arguments: [PayinInput.cancelled, nil], [15_000, 5_000] as [Int64])
  func late(_ end: PayinInput?, _ amount: Int64) {
    var life = Life.pending
    if let end {
      life.hears(end)
      #expect(life.payin.status == .cancelled)
    } else {
      life.passes(3600)
      life.answered(StatusReport(status: .pending))
      #expect(life.payin.status == .expired)
    }
    life.passes(86_400)
    life.answered(Life.paid("d1", amount))
    #expect(life.payin.status == (amount == 15_000 ? .succeeded : .partiallyPaid))
    #expect(life.payin.late)
    #expect(life.payin.amountReceived == amount)
  }

  @Test("after a failure succeeds where it is all there")
  func afterFailure() {
    var life = Life.pending
    life.answered(StatusReport(status: .failed))
    #expect(life.payin.status == .failed)
    life.answered(Life.paid("d1", 15_000))
    #expect(life.payin.status == .succeeded)
    #expect(life.payin.failure == nil)
  }

  @Test("on an order that the payer was never shown is the pay-in's, and an alert")
  func orphan() {
    var life = Life(accounts: ["a", "b"], retry: [.inDoubt])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    life.hears(.sent(life.attempt(1), .accepted(Life.accepted("o2"))))
    #expect(life.payin.status == .pending)
    life.answered(Life.paid("d1", 15_000), of: 0)
    #expect(life.payin.status == .succeeded)
    #expect(life.payin.receipts[0].attempt == life.attempt(0))
    #expect(life.last.alerts.contains(.orphanPaid))
  }

  @Test("is never believed from a callback that does not cover it: the provider is asked now")
  func hint() {
    for grade in [EvidenceGrade.unsignedCallback, .partlySignedCallback] {
      var life = Life.pending
      life.hears(.reported(life.attempt(), Life.paid("d1", 15_000), grade))
      #expect(life.payin.status == .pending)
      #expect(life.payin.amountReceived == 0)
      #expect(life.last.jobs == [.query(life.attempt(), due: life.now)])
    }
  }

  @Test("that is told without an amount pays nothing and ends nothing")
  func withoutAmount() {
    var life = Life.pending
    life.answered(StatusReport(status: .paid))
    #expect(life.payin.status == .pending)
    #expect(life.last.alerts == [.unknownStatus])
    #expect(life.payin.isDiscrepant)
  }

  @Test("that is told with another amount than before is an alert, and stays as it was")
  func changed() {
    var life = Life.pending
    life.answered(Life.paid("d1", 15_000))
    life.answered(Life.paid("d1", 16_000))
    #expect(life.payin.amountReceived == 15_000)
    #expect(life.last.alerts == [.mismatch])
    #expect(life.payin.isDiscrepant)
  }
}

@Suite("doubt")
struct DoubtTests {
  @Test("calls no second provider, and says whom it waits for")
  func waits() {
    var life = Life(accounts: ["a", "b"])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    #expect(life.payin.status == .processing)
    #expect(life.payin.attempts.count == 1)
    #expect(life.payin.nextCheckAt != nil)
  }

  @Test("ends with instructions where the order is found with them")
  func found() {
    var life = Life()
    life.hears(.interrupted(life.attempt()))
    let instructions = Life.accepted("o1").instructions
    life.answered(
      StatusReport(status: .pending, providerOrderID: "o1", instructions: instructions))
    #expect(life.payin.status == .pending)
    #expect(life.payin.instructions == instructions)
  }

  @Test("moves on where the order is found without anything to pay with, and watches it")
  func orphaned() {
    var life = Life(accounts: ["a", "b"])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    life.answered(StatusReport(status: .pending, providerOrderID: "o1"))
    #expect(life.payin.attempts.map(\.state) == [.orphaned, .sending])
    #expect(life.payin.attempts[0].nextCheckAt != nil)
  }

  @Test("ends in \"no such order\" only after three times over a minute")
  func absent() {
    var life = Life(accounts: ["a", "b"])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    for _ in 0..<5 {
      life.passes(5)
      life.hears(.queried(life.attempt(), .absent))
    }
    #expect(life.payin.attempts.map(\.state) == [.inDoubt])
    life.passes(40)
    life.hears(.queried(life.attempt(), .absent))
    #expect(life.payin.attempts.map(\.state) == [.absent, .sending])
  }

  @Test("an answer that cannot be read, and a word that is not known, end nothing")
  func unreadable() {
    for outcome in [
      QueryOutcome.undetermined(refusal), .mismatch(refusal),
      .found(StatusReport(status: .unrecognised("NEW"))),
    ] {
      var life = Life.pending
      life.hears(.queried(life.attempt(), outcome))
      #expect(life.payin.status == .pending)
      #expect(life.payin.nextCheckAt != nil)
    }
  }

  @Test("a late answer to the first call never gives the payer a second instrument")
  func lateAnswer() {
    var life = Life(accounts: ["a", "b"], retry: [.inDoubt])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    life.hears(.sent(life.attempt(1), .accepted(Life.accepted("o2"))))
    let shown = life.payin.instructions
    life.hears(.sent(life.attempt(0), .accepted(Life.accepted("o1"))))
    #expect(life.payin.active == life.attempt(1))
    #expect(life.payin.instructions == shown)
    #expect(life.payin.attempts[0].state == .orphaned)
  }
}
