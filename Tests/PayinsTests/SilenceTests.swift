import JSONText
import TestSupport
import Testing

@testable import Payins

/// Questions that teach nothing, and how many of them there are.
@Suite("questions in vain")
struct SilenceTests {
  /// Asks whenever it is time, for an hour, while the provider says that nothing was paid. Returns
  /// after how many seconds each was asked.
  private func asked(_ life: inout Life) throws -> [Int64] {
    let start = life.payin.createdAt
    var seconds: [Int64] = []
    while life.payin.status == .pending {
      let due = try #require(life.payin.nextCheckAt)
      life.passes(milliseconds: due.milliseconds(since: life.now))
      seconds.append(life.now.milliseconds(since: start) / 1000)
      life.answered(StatusReport(status: .pending))
    }
    return seconds
  }

  private func hour(callsBack: Bool) -> Life {
    var life = Life()
    life.following.callsBack = callsBack
    life.hears(.sent(life.attempt(), .accepted(Life.accepted("o1"))))
    return life
  }

  @Test("of an hour's pay-in the timeline has one entry, at its end, and nothing is written before")
  func one() throws {
    var life = hour(callsBack: false)
    let version = life.payin.version
    let times = try asked(&life).count
    #expect(life.payin.status == .expired && life.payin.version == version + 1)
    #expect(life.last.events.map(\.type) == ["poll.pending", "poll.pending", "payin.expired"])
    #expect(life.last.events[0].data["times"] == JSON(times - 1))
    #expect(life.payin.attempts[0].polls == times && life.payin.silence == nil)
  }

  @Test("an account that calls back is asked late and seldom, and once right after the end")
  func heard() throws {
    var silent = hour(callsBack: false)
    var heard = hour(callsBack: true)
    let (often, seldom) = (try asked(&silent), try asked(&heard))
    #expect(often.first == 5 && often.count > 24)
    #expect(seldom.first == 45 && seldom.count < 13)
    #expect((3600...3610).contains(try #require(often.last)))
    #expect((3605...3610).contains(try #require(seldom.last)))
  }

  @Test(
    "where more questions fall due than can be asked they are further apart, except near the end",
    arguments: [(0, 5), (150, 5), (1000, 30), (4000, 120), (120_000, 1200)] as [(Int64, Int64)])
  func late(_ milliseconds: Int64, _ seconds: Int64) throws {
    var life = Life(expiresIn: 3600)
    life.following.lateMilliseconds = milliseconds
    life.hears(.sent(life.attempt(), .accepted(Life.accepted("o1"))))
    let due = try #require(life.payin.nextCheckAt)
    let wait = due.milliseconds(since: life.now) / 1000
    // Later by a sixty-fourth at most.
    #expect((seconds...seconds * 65 / 64).contains(wait))
    // Nor is a question that had no answer a sign of many.
    var unanswered = Life(expiresIn: 3600)
    unanswered.hears(.sent(unanswered.attempt(), .accepted(Life.accepted("o1"))))
    unanswered.following.lateMilliseconds = milliseconds
    unanswered.hears(
      .queried(unanswered.attempt(), .undetermined(Refusal(code: "timeout", message: ""))))
    let next = try #require(unanswered.payin.nextCheckAt)
    #expect(next.milliseconds(since: unanswered.now) / 1000 == 5)
    // Nothing is put off that somebody has spoken of, or that is in doubt.
    var doubtful = Life(expiresIn: 3600)
    doubtful.following.lateMilliseconds = milliseconds
    doubtful.hears(.sent(doubtful.attempt(), .inDoubt(Refusal(code: "x", message: "y"))))
    #expect(try #require(doubtful.payin.nextCheckAt).milliseconds(since: doubtful.now) / 1000 == 2)
  }

  @Test("for three days an account that calls back is asked some forty times")
  func days() throws {
    var count = 0
    var life = Life(expiresIn: 259_200)
    life.following.callsBack = true
    life.hears(.sent(life.attempt(), .accepted(Life.accepted("o1"))))
    count = try asked(&life).count
    #expect((30...50).contains(count))
  }

  @Test("what is new is never silent: money, another word, a discrepancy that goes")
  func new() {
    let id = Life.pending.attempt()
    let news: [QueryOutcome] = [
      .found(Life.paid("d1", 15_000)), .found(Life.paid("d1", 1)), .absent,
      .found(StatusReport(status: .failed)), .found(StatusReport(status: .unrecognised("X"))),
      .found(StatusReport(status: .pending, note: "a list")),
      .found(StatusReport(status: .pending, providerOrderID: "o1")),
      .undetermined(.unresolved), .mismatch(.unresolved), .unauthorized(.unresolved),
      .refused(.unresolved, word: "X"),
    ]
    for outcome in news {
      var life = Life.pending
      life.passes(10)
      life.hears(.queried(id, outcome))
      let isSilent = outcome == .found(StatusReport(status: .pending, providerOrderID: "o1"))
      #expect((life.last.silence != nil) == isSilent, "\(outcome)")
    }
    var doubted = Life.pending
    doubted.passes(10)
    doubted.hears(.queried(id, .mismatch(.unresolved)))
    doubted.passes(10)
    doubted.hears(.queried(id, .found(StatusReport(status: .pending))))
    #expect(doubted.last.silence == nil && !doubted.payin.isDiscrepant)
  }

  /// The seconds from question to question after a callback that says paid, for an hour, while the
  /// provider does not know of it.
  private func waits(_ life: inout Life) throws -> [Int64] {
    life.hears(.reported(life.attempt(), StatusReport(status: .paid), .unsignedCallback))
    let heard = life.now
    var waits: [Int64] = []
    while life.now < heard.adding(seconds: 3600) {
      life.answered(StatusReport(status: .pending))
      let due = try #require(life.payin.nextCheckAt)
      waits.append(due.milliseconds(since: life.now) / 1000)
      life.passes(milliseconds: due.milliseconds(since: life.now))
    }
    return waits
  }

  @Test(
    "told that it is paid, a provider that does not know yet is asked soon again, for an hour",
    arguments: [false, true])
  func told(isOver: Bool) throws {
    var life = Life(expiresIn: 259_200)
    life.following.callsBack = true
    life.hears(.sent(life.attempt(), .accepted(Life.accepted("o1"))))
    life.passes(86_400)
    if isOver { life.hears(.cancelled) }
    let waits = try waits(&life)
    #expect(waits.first == 5 && waits.allSatisfy { $0 < 1000 } && waits.count > 15)
    life.answered(StatusReport(status: .pending))
    let due = try #require(life.payin.nextCheckAt)
    #expect(due.milliseconds(since: life.now) > 3_600_000)
  }

  @Test("so is one that knows of a part")
  func partlyTold() throws {
    var life = Life(expiresIn: 259_200)
    life.following.callsBack = true
    life.hears(.sent(life.attempt(), .accepted(Life.accepted("o1"))))
    life.passes(80_000)
    life.answered(Life.paid("d1", 5000))
    life.passes(6400)
    life.hears(.reported(life.attempt(), StatusReport(status: .paid), .unsignedCallback))
    life.answered(Life.paid("d1", 5000))
    let due = try #require(life.payin.nextCheckAt)
    #expect(life.payin.status == .partiallyPaid)
    #expect(due.milliseconds(since: life.now) < 6000)
  }

  @Test("where nobody keeps it, an answer in vain is told at once")
  func loud() {
    let life = Life.pending
    var context = Context(now: life.now.adding(seconds: 9), entropy: Dice(seed: 2))
    context.keepsSilence = false
    let after = life.payin.apply(
      .queried(life.attempt(), .found(StatusReport(status: .pending))), context)
    #expect(after.silence == nil && after.events.map(\.type) == ["poll.pending"])
    #expect(after.payin.version == life.payin.version + 1)
  }
}
