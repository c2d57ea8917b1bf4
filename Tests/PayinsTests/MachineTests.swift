import Payins
import TestSupport
import Testing

/// The state machine over random lives: whatever happens, these hold after every step.
@Suite("the state machine")
struct MachineTests {
  /// Product contract, "States of a pay-in"; a status may also stay.
  static let next: [PayinStatus: Set<PayinStatus>] = [
    // Money may be learnt of before the create call's answer is.
    .processing: [.pending, .failed, .cancelled, .succeeded, .partiallyPaid],
    .pending: [.partiallyPaid, .succeeded, .expired, .cancelled, .failed],
    .partiallyPaid: [.succeeded, .expired, .cancelled],
    .succeeded: [],
    .failed: [.succeeded],
    .expired: [.succeeded, .partiallyPaid],
    .cancelled: [.succeeded, .partiallyPaid],
  ]

  @Test("keeps its promises in 10,000 random lives", arguments: 0..<10)
  func lives(_ block: Int) {
    for seed in 0..<1000 {
      var walk = Walk(seed: UInt64(block * 1000 + seed))
      for _ in 0..<30 {
        let (input, before, after) = walk.step()
        let faults = Self.faults(input, before, after)
        guard faults.isEmpty else {
          Issue.record("seed \(block * 1000 + seed), \(input): \(faults)")
          return
        }
      }
    }
  }

  private static func faults(
    _ input: PayinInput, _ before: Payin, _ transition: PayinTransition
  ) -> [String] {
    let after = transition.payin
    var out: [String] = []
    func demand(_ holds: Bool, _ what: String) { if !holds { out.append(what) } }

    var status = before.status
    let statusless = ["payin.receipt", "payin.disputed_receipt"]
    for event in transition.events where event.isPublished && !statusless.contains(event.type) {
      let told = PayinStatus(rawValue: String(event.type.dropFirst("payin.".count)))
      demand(told.map { next[status]?.contains($0) == true } ?? false, "\(status): \(event.type)")
      status = told ?? status
    }
    demand(status == after.status, "\(after.status) and told of \(status)")
    demand(
      before.instructions == nil || after.instructions == before.instructions,
      "instructions that were shown changed")
    demand(before.active == nil || after.active == before.active, "another attempt is shown")
    demand((after.active == nil) == (after.instructions == nil), "shown without instructions")
    demand(after.receipts.starts(with: before.receipts), "a receipt changed or is gone")
    demand(
      Set(after.receipts.map { "\($0.identity)|\(accountOf($0, after))" }).count
        == after.receipts.count, "a deposit was recorded twice")
    demand(
      after.amountReceived == after.receipts.reduce(0) { $0 + $1.amount }, "amounts do not add up")
    demand(after.receipts.allSatisfy { $0.amount > 0 }, "a receipt of nothing")
    if after.status == .succeeded {
      demand(after.amountReceived >= after.request.amount, "succeeded without the money")
      demand(after.succeededAt != nil && after.failure == nil, "succeeded, and not quite")
    } else {
      demand(
        after.amountReceived < after.request.amount || after.amountReceived == 0,
        "the money is there and \(after.status)")
    }
    if transition.isIdle {
      demand(
        after == before && transition.jobs == input.askedSingly(before, transition)
          && transition.events.isEmpty, "idle, and moved")
    } else if let silence = transition.silence {
      demand(transition.events.isEmpty && transition.alerts.isEmpty, "silent, and told")
      demand(after == before.after(silence) && after.silence == silence, "silent, and moved")
      demand(transition.jobs.count == 1, "silent, and not asked again")
    } else {
      demand(after.silence == nil, "written, and what was asked in vain is not told")
      demand(after.version == before.version + 1, "the version does not count")
    }
    demand(after.eventCount == before.eventCount + transition.events.count, "events do not count")
    demand(
      after.publishedCount
        == before.publishedCount + transition.events.count(where: \.isPublished),
      "announcements do not count")
    let told = transition.events.contains {
      $0.isPublished && $0.type != "payin.disputed_receipt"
    }
    demand(
      told == (after.status != before.status || after.receipts.count > before.receipts.count),
      "the merchant is told of nothing, or not told")
    demand(after.attempts.count <= after.routing.candidates.count, "more attempts than candidates")
    demand(
      Set(after.attempts.map(\.orderNumber)).count == after.attempts.count,
      "an order number was used twice")
    demand(after.updatedAt >= before.updatedAt, "time went back")
    if case .deadline = input, after.status == .processing {
      demand(after.updatedAt < after.expiresAt, "processing after its time")
      demand(
        transition.jobs.contains(.endDoubt(after, due: after.expiresAt)), "its end is not planned")
    }
    if after.status == .processing, after.attempts.contains(where: { $0.state == .inDoubt }),
      !before.attempts.contains(where: { $0.state == .inDoubt })
    {
      demand(transition.jobs.contains(.endDoubt(after, due: after.expiresAt)), "doubt has no end")
    }
    demand(
      after.attempts.allSatisfy {
        Set($0.discrepancies.map(\.alert)).count == $0.discrepancies.count
      },
      "a discrepancy is shown twice")
    demand(
      after.attempts.allSatisfy { attempt in
        !attempt.isUnfollowed || attempt.discrepancies.contains { $0.alert == .unfollowed }
          || !attempt.state.isLive
      }, "nobody is told that it cannot be followed")
    demand(
      !after.request.payer.isErased || after.storedPayer == nil && after.storedAnswers == nil,
      "something of an erased payer is kept")
    out += jobFaults(after, answered: input.answered) + moneyFaults(input, before, after)
    out += wordFaults(input, before, transition)
    return out
  }

  /// What is believed is recorded, once at each account, and nothing else is.
  private static func moneyFaults(
    _ input: PayinInput, _ before: Payin, _ after: Payin
  ) -> [String] {
    let (id, report): (AttemptID, StatusReport)
    switch input {
    case .queried(let asked, .found(let found), _): (id, report) = (asked, found)
    case .listed(let shown, .found(let found)):
      if after.receipts == before.receipts { return [] }
      (id, report) = (shown, found)
    case .reported(let named, let told, let grade):
      let isOurs = told.orderAmount.map { $0 == before.request.amount } ?? true
      if grade < .fullySignedCallback || !isOurs {
        return after.receipts == before.receipts ? [] : ["money from a hint"]
      }
      // A signed word that contradicts the books is asked about instead.
      if after.receipts == before.receipts { return [] }
      (id, report) = (named, told)
    default: return after.receipts == before.receipts ? [] : ["money from nowhere"]
    }
    guard let account = before.attempt(id)?.target.account else { return [] }
    func known(_ payin: Payin) -> Set<String> {
      Set(payin.receipts.filter { accountOf($0, payin) == account }.map(\.identity))
    }
    let told = Set(report.deposits.filter { $0.amount > 0 }.map(\.identity))
    return known(after) == known(before).union(told) ? [] : ["\(told) told, \(known(after)) known"]
  }

  /// An attempt's word counts for it alone, and a create's answer while it is waited for.
  private static func wordFaults(
    _ input: PayinInput, _ before: Payin, _ transition: PayinTransition
  ) -> [String] {
    let after = transition.payin
    var out: [String] = []
    let isEnded =
      !after.status.isOpen && after.status != .succeeded && after.status != before.status
    let undecided = after.attempts.contains { $0.state == .sending || $0.state == .inDoubt }
    if before.status == .processing, after.status == .failed, undecided, input != .deadline {
      out.append("failed, and an order of it may exist")
    }
    switch input {
    case .queried(let id, _, _), .reported(let id, _, _):
      if isEnded, let active = before.active, active != id { out.append("ended by an orphan") }
    case .listed(let id, _):
      if isEnded { out.append("ended by a list") }
      if after.attempt(id)?.discrepancies != before.attempt(id)?.discrepancies {
        out.append("a list contradicts")
      }
    case .sent(let id, _):
      guard let state = before.attempt(id)?.state, state != .sending, state != .inDoubt else {
        break
      }
      if after.attempts != before.attempts || !transition.jobs.isEmpty
        || after.status != before.status
      {
        out.append("a late answer changes something")
      }
    case .payerErased:
      if after.status != before.status || after.receipts != before.receipts
        || !transition.jobs.isEmpty || !after.request.payer.isErased
      {
        out.append("erasing a payer changes something else, or leaves something")
      }
    case .interrupted, .cancelled, .deadline: break
    }
    return out
  }

  private static func accountOf(_ receipt: Receipt, _ payin: Payin) -> String {
    payin.attempt(receipt.attempt)?.target.account ?? "none"
  }

  /// Whatever may still bring money or an answer is looked after.
  private static func jobFaults(_ payin: Payin, answered: AttemptID?) -> [String] {
    var out: [String] = []
    for attempt in payin.attempts {
      let isWatched = attempt.nextCheckAt != nil
      switch attempt.state {
      case .inDoubt, .pending, .orphaned, .refused:
        if !isWatched, payin.updatedAt < payin.instrumentDiesAt(attempt) {
          out.append("\(attempt.state) and nobody asks")
        }
      case .declined, .neverSent, .absent:
        // A callback's hint is followed up until the provider answers.
        if isWatched, attempt.id == answered {
          out.append("\(attempt.state) and still asked for")
        }
      case .sending, .paid, .failed, .expired, .cancelled: break
      }
    }
    if payin.status == .pending || payin.status == .partiallyPaid, payin.nextCheckAt == nil {
      out.append("\(payin.status) and nobody asks")
    }
    let isUndecided = payin.attempts.contains { $0.state == .sending || $0.state == .inDoubt }
    if payin.status == .processing, !isUndecided { out.append("processing for ever") }
    return out
  }

  @Test("is kept and read back without loss", arguments: 0..<200)
  func stored(_ seed: Int) {
    var walk = Walk(seed: UInt64(seed))
    for _ in 0..<20 {
      let after = walk.step().after
      // What a silent answer leaves is kept with its job.
      guard after.payin.silence == nil else { continue }
      #expect(after.payin.reread == after.payin)
    }
  }

  @Test("does the same for the same input, time and randomness")
  func pure() {
    for seed in 0..<100 as Range<UInt64> {
      var first = Walk(seed: seed)
      var second = Walk(seed: seed)
      for _ in 0..<20 { #expect(first.step().after == second.step().after) }
    }
  }

  @Test("doubt is asked about ever more seldom, and ends with the instrument's life")
  func longDoubt() {
    let dice = Dice(seed: 3)
    var now = Walk.noon
    let refusal = Refusal(code: "x", message: "y")
    var payin = Walk.open(dice, accounts: ["a"], retry: [.neverSent]).payin
    let id = payin.attempts[0].id
    payin = payin.apply(.sent(id, .inDoubt(refusal)), Context(now: now, entropy: dice)).payin
    var polls = 0
    while let due = payin.attempts[0].nextCheckAt {
      now = due
      polls += 1
      payin =
        payin.apply(.queried(id, .undetermined(refusal)), Context(now: now, entropy: dice)).payin
    }
    #expect(payin.status == .failed)
    #expect(payin.attempts[0].state == .absent)
    #expect(now >= payin.instrumentDiesAt(payin.attempts[0]))
    #expect((50...400).contains(polls), "\(polls)")
  }
}

extension PayinInput {
  /// Where a list is no answer, the question that follows at once.
  fileprivate func askedSingly(_ payin: Payin, _ transition: PayinTransition) -> [JobEffect] {
    guard case .listed(let id, _) = self, payin.attempt(id) != nil else { return [] }
    return transition.jobs.filter {
      if case .plan(JobKey(kind: .queryAttempt, subject: id.text), _) = $0 { true } else { false }
    }
  }

  /// The attempt that its provider has said something definite of.
  fileprivate var answered: AttemptID? {
    switch self {
    case .queried(let id, .absent, _), .queried(let id, .found, _): id
    default: nil
    }
  }
}
