import Payins
import TestSupport
import Testing

private let refusal = Refusal(code: "x", message: "y")
private let dead: [ReportedStatus] = [.failed, .expired, .cancelled]

extension Life {
  /// The first order in doubt, the second shown to the payer, the first then found to exist.
  fileprivate static var withOrphan: Life {
    var life = Life(accounts: ["a", "b"], retry: [.inDoubt])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    life.hears(.sent(life.attempt(1), .accepted(accepted("o2"))))
    life.answered(StatusReport(status: .pending, providerOrderID: "o1"))
    return life
  }

  fileprivate func state(_ index: Int = 0) -> AttemptState { payin.attempts[index].state }
}

/// Several orders of one pay-in: each ends, fails and is paid by itself.
@Suite("orders beside the one that the payer was shown")
struct BesideTests {
  @Test("an order that the payer was never shown ends nothing but itself", arguments: dead)
  func orphanEnds(_ status: ReportedStatus) {
    for seconds in [0, 7200] as [Int64] {
      var life = Life.withOrphan
      #expect(life.state() == .orphaned && life.payin.status == .pending)
      life.passes(seconds)
      life.answered(StatusReport(status: status))
      #expect(life.payin.status == .pending && life.published == [])
      #expect(life.state().rawValue == status.label)
      // Its own end is another matter.
      life.answered(StatusReport(status: status), of: 1)
      #expect(life.payin.status != .pending)
    }
  }

  @Test("a part of the money waits for the order that it came on, whatever becomes of the others")
  func partOnOne() {
    var life = Life(accounts: ["a", "b"], retry: [.inDoubt])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    life.answered(Life.paid("d1", 5_000))
    #expect(life.payin.status == .partiallyPaid && life.payin.active == nil)
    life.hears(.sent(life.attempt(1), .accepted(Life.accepted("o2"))))
    #expect(life.state(1) == .orphaned)
    life.answered(StatusReport(status: .expired), of: 1)
    #expect(life.payin.status == .partiallyPaid)
    life.passes(7200)
    life.answered(StatusReport(status: .pending), of: 1)
    #expect(life.payin.status == .partiallyPaid)
    life.answered(Life.paid("d1", 5_000))
    #expect(life.payin.status == .expired)
  }

  @Test("a pay-in does not fail while an order of it is in doubt")
  func declinedBesideDoubt() {
    var life = Life(accounts: ["a", "b"], retry: [.inDoubt])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    life.hears(.sent(life.attempt(1), .declined(refusal)))
    #expect(life.payin.status == .processing && life.published == [])
    life.answered(
      StatusReport(status: .pending, instructions: Life.accepted("o1").instructions))
    #expect(life.payin.status == .pending && life.payin.active == life.attempt())
  }

  @Test("a pay-in does not fail while a create call of it is under way", arguments: dead)
  func deadBesideSending(_ status: ReportedStatus) {
    var life = Life(accounts: ["a", "b"], retry: [.inDoubt])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    life.answered(StatusReport(status: status))
    #expect(life.payin.status == .processing && life.published == [])
    life.hears(.sent(life.attempt(1), .accepted(Life.accepted("o2"))))
    #expect(life.payin.status == .pending)
  }

  @Test("one deposit on two orders of one account is one, and on two accounts it is two")
  func sameAccount() {
    for (accounts, amount) in [(["a", "a"], 5_000), (["a", "b"], 10_000)] as [([String], Int64)] {
      var life = Life(accounts: accounts, retry: [.inDoubt])
      life.hears(.sent(life.attempt(), .inDoubt(refusal)))
      life.answered(Life.paid("d1", 5_000))
      life.answered(Life.paid("d1", 5_000), of: 1)
      #expect(life.payin.amountReceived == amount)
    }
  }

  @Test("orders that are made at one instant have numbers of their own, of 32 characters at most")
  func orderNumbers() {
    let dice = Dice(seed: 5)
    for prefix in ["", "P", "SIXTEENCHARACTER"] {
      var candidate = Walk.candidate("a")
      candidate.orderNumberPrefix = prefix
      let attempts = (0..<1000).map { _ in
        Walk.open(dice, candidates: [candidate], retry: []).payin.attempts[0]
      }
      #expect(Set(attempts.map(\.orderNumber)).count == 1000)
      #expect(
        attempts.allSatisfy { $0.orderNumber.hasPrefix(prefix) && $0.orderNumber.utf8.count <= 32 })
    }
  }

  @Test("once the payer's time is over no further provider is asked")
  func nextAfterExpiry() {
    for seconds in [3599, 3600] as [Int64] {
      var life = Life(accounts: ["a", "b"])
      life.passes(seconds)
      life.hears(.sent(life.attempt(), .declined(refusal)))
      #expect(life.payin.attempts.count == (seconds < 3600 ? 2 : 1))
      #expect(life.payin.status == (seconds < 3600 ? .processing : .failed))
    }
  }

  @Test("an order that was believed not to exist, and does, is watched")
  func believedAbsent() {
    var absent = Life(accounts: ["a", "b"], retry: [.neverSent, .declined])
    absent.hears(.sent(absent.attempt(), .inDoubt(refusal)))
    for _ in 0..<3 {
      absent.passes(60)
      absent.hears(.queried(absent.attempt(), .absent))
    }
    #expect(absent.state() == .absent)
    var lives = [absent]
    for outcome in [
      CreateOutcome.declined(refusal), .refused(refusal, word: "W"), .unauthorized(refusal),
      .neverSent(refusal),
    ] {
      var life = Life(accounts: ["a", "b"], retry: [.neverSent, .declined])
      life.hears(.sent(life.attempt(), outcome))
      lives.append(life)
    }
    for var life in lives {
      life.hears(.sent(life.attempt(1), .accepted(Life.accepted("o2"))))
      life.hears(
        .reported(life.attempt(), StatusReport(status: .pending), .fullySignedCallback))
      #expect(life.state() == .orphaned && life.payin.attempts[0].nextCheckAt != nil)
      #expect(life.last.alerts == [.mismatch])
      #expect(life.payin.status == .pending && life.payin.active == life.attempt(1))
    }
  }

  @Test("a create call's answer counts only while it is waited for")
  func lateAnswers() {
    let accepted = CreateOutcome.accepted(
      Acceptance(providerOrderID: "o9", instructions: Life.accepted("o9").instructions))
    let outcomes = [
      accepted, .declined(refusal), .refused(refusal, word: "W"), .questioned(refusal),
      .unauthorized(refusal), .neverSent(refusal), .inDoubt(refusal),
    ]
    var lives = [Life.pending, Life.withOrphan]
    for status in dead {
      var life = Life.pending
      life.answered(StatusReport(status: status))
      lives.append(life)
    }
    for outcome in outcomes[1...] {
      guard outcome != .questioned(refusal), outcome != .inDoubt(refusal) else { continue }
      var life = Life(accounts: ["a", "b"])
      life.hears(.sent(life.attempt(), outcome))
      lives.append(life)
    }
    var paid = Life.pending
    paid.answered(Life.paid("d1", 15_000))
    lives.append(paid)
    for before in lives {
      for outcome in outcomes {
        var life = before
        life.hears(.sent(life.attempt(), outcome))
        #expect(life.last.events.map(\.type) == ["attempt.late_answer"])
        #expect(life.last.jobs.isEmpty && life.payin.status == before.payin.status)
        #expect(life.payin.attempts == before.payin.attempts)
        #expect(life.payin.instructions == before.payin.instructions)
      }
    }
  }
}

/// Which word counts: the newest, the better proved, the one that was heard often enough.
@Suite("words against words")
struct WordTests {
  @Test("a late signed word that it failed overrides no query: it is asked now", arguments: dead)
  func lateFailure(_ status: ReportedStatus) {
    var life = Life.pending
    life.answered(StatusReport(status: .pending))
    life.hears(.reported(life.attempt(), StatusReport(status: status), .fullySignedCallback))
    #expect(life.payin.status == .pending && life.published == [])
    #expect(life.last.jobs == [.query(life.attempt(), due: life.now)])
    // Where nothing better was heard, it counts.
    var first = Life.pending
    first.hears(.reported(first.attempt(), StatusReport(status: status), .fullySignedCallback))
    #expect(first.payin.status == (status == .expired ? .expired : .failed))
  }

  @Test("\"no such order\" is no proof twice, however long ago it was first heard")
  func absentTwice() {
    var life = Life(accounts: ["a", "b"])
    life.hears(.sent(life.attempt(), .inDoubt(refusal)))
    for count in 1...3 {
      life.passes(600)
      life.hears(.queried(life.attempt(), .absent))
      #expect((life.payin.attempts[0].state == .absent) == (count == 3))
    }
  }

  @Test("\"no such order\" is counted anew once the order was found")
  func foundBetween() {
    var life = Life.pending
    life.answered(Life.paid("d1", 15_000))
    var told: [Bool] = []
    for isFound in [false, false, true, false, false, false] {
      life.passes(60)
      if isFound {
        life.answered(Life.paid("d1", 15_000))
      } else {
        life.hears(.queried(life.attempt(), .absent))
      }
      told.append(life.published == ["payin.disputed_receipt"])
    }
    #expect(told == [false, false, false, false, false, true])
  }

  @Test("a late part of the money stands: its pay-in does not expire a second time")
  func latePart() {
    var life = Life.pending
    life.passes(3600)
    life.answered(StatusReport(status: .pending))
    life.answered(Life.paid("d1", 5_000))
    #expect(life.payin.status == .partiallyPaid && life.payin.late)
    for report in [Life.paid("d1", 5_000), StatusReport(status: .expired)] {
      life.passes(3600)
      life.answered(report)
      #expect(life.payin.status == .partiallyPaid && !life.published.contains("payin.expired"))
    }
  }

  @Test("an instrument that can be paid again is asked about after it was paid, another is not")
  func paidAgain() {
    for repeats in [true, false] {
      var life = Life(repeats: repeats)
      life.hears(.sent(life.attempt(), .accepted(Life.accepted("o1"))))
      life.answered(Life.paid("d1", 15_000))
      #expect((life.payin.nextCheckAt != nil) == repeats)
    }
  }
}
