/// When a provider is asked again: a pure function of what is known of an attempt.
enum PollSchedule {
  /// Seconds between questions while an order is in doubt, by how many were asked.
  private static let doubtSeconds: [Int64] = [2, 4, 8, 16, 30, 30, 60, 120, 300]
  static let graceAfterExpirySeconds: Int64 = 5
  private static let shortest: Int64 = 5
  private static let longest: Int64 = 1800
  /// The same of accounts that call back: there, asking is not how money is heard of.
  private static let shortestIfHeard: Int64 = 45
  private static let longestIfHeard: Int64 = 7200
  /// Where more questions fall due than can be asked, they are so many times their lateness apart:
  /// the more orders are open, the more seldom each is asked about, instead of ever later.
  private static let spread: Int64 = 30
  /// Questions that are more frequent are not gathered.
  private static let shortestGathered: Int64 = 60
  /// For how long a callback's word that nobody confirms makes questions frequent.
  private static let toldLongSeconds: Int64 = 3600

  /// "Not found" must be heard this often, over this many seconds, to be believed: providers
  /// index new orders late.
  static let absencesForProof = 3
  static let proofSeconds: Int64 = 60
  /// Callbacks that say the same within it are one, and are asked about once.
  static let repetitionSeconds: Int64 = 5
  /// Doubt that lasts longer is shown to the operator.
  static let longDoubtSeconds: Int64 = 600

  /// Nil: the instrument is dead, or can bring no more money.
  /// - Parameter isUnanswered: whether the provider was just asked in vain.
  static func next(
    for attempt: Attempt, of payin: Payin, isUnanswered: Bool = false, _ context: Context
  ) -> Instant? {
    let now = context.now
    var following = context.following(attempt.target.account)
    // It is no question of how many there are.
    if isUnanswered { following.lateMilliseconds = 0 }
    var delay = delaySeconds(for: attempt, of: payin, following, now: now)
    // Whatever the question was about, it stands until it is answered.
    if delay == nil, isUnanswered {
      delay = repeatSeconds(for: attempt, until: payin.instrumentDiesAt(attempt), now: now)
    }
    guard var delay else { return nil }
    if let told = toldSeconds(for: attempt, of: payin, now: now) { delay = min(delay, told) }
    let due = context.now.adding(milliseconds: jittered(delay * 1000, context.entropy))
    guard following.hasList, payin.mayBeListed(attempt.id) else { return due }
    return gathered(due, delay, before: payin.status.isOpen ? payin.expiresAt : nil)
  }

  /// Of an order that is done with, until a provider that spoke of it again has answered.
  private static func repeatSeconds(
    for attempt: Attempt, until diesAt: Instant, now: Instant
  ) -> Int64? {
    now < diesAt ? doubtSeconds(attempt, now) : nil
  }

  /// Doubt that lasts for hours will not be gone in minutes.
  private static func doubtSeconds(_ attempt: Attempt, _ now: Instant) -> Int64 {
    let age = now.milliseconds(since: attempt.createdAt) / 1000
    return max(doubtSeconds[min(attempt.polls, doubtSeconds.count - 1)], min(age / 8, 86_400))
  }

  private static func delaySeconds(
    for attempt: Attempt, of payin: Payin, _ following: Following, now: Instant
  ) -> Int64? {
    guard attempt.state.isLive else { return nil }
    // One look decides, so it is taken at once.
    if attempt.isQuestioned, attempt.state == .inDoubt, attempt.polls == 0 { return 0 }
    let isRefusalOpen = attempt.state == .refused && attempt.absences < absencesForProof
    if attempt.state == .inDoubt || attempt.state == .sending || isRefusalOpen {
      return doubtSeconds(attempt, now)
    }
    let age = now.milliseconds(since: attempt.createdAt) / 1000
    // An open pay-in always has a question to come.
    let isOpen = payin.status.isOpen && (attempt.state == .pending || attempt.id == payin.active)
    let isDisputed = attempt.discrepancies.contains { $0.alert == .takenBack }
    let settled = attempt.state == .paid && !attempt.candidate.showsRepeatedPayments
    guard isOpen || isDisputed || !settled else { return nil }
    guard isOpen || now < payin.instrumentDiesAt(attempt) else { return nil }
    // "No such order" is heard again soon before it is believed of a paid one.
    if isDisputed, attempt.absences < absencesForProof { return proofSeconds }
    if isOpen {
      let left = payin.expiresAt.milliseconds(since: now) / 1000
      guard left > 0 else {
        // Past expiry and not yet confirmed: the provider did not answer.
        return min(max(-left, shortest), longest)
      }
      let spread = following.lateMilliseconds * spread / 1000
      if following.callsBack {
        let seldom = min(max(age / 2, shortestIfHeard, spread), longestIfHeard)
        return min(seldom, left + graceAfterExpirySeconds)
      }
      let regular = min(max(age / 4, shortest, spread), longest)
      // Denser near the end, and once right after it.
      return min(regular, max(left / 3, 15), left + graceAfterExpirySeconds)
    }
    // Closed for us, but money may still come: ever more seldom, at most daily.
    return min(max(age / 2, 3600), 86_400)
  }

  /// Where a callback says that the order is paid and its provider does not know yet: it may soon.
  /// Nil where none does, or it is long ago, or everything is there.
  private static func toldSeconds(
    for attempt: Attempt, of payin: Payin, now: Instant
  ) -> Int64? {
    guard payin.status != .succeeded, let heard = attempt.heard, heard.saysPaid else { return nil }
    let seconds = now.milliseconds(since: heard.at) / 1000
    return (0...toldLongSeconds).contains(seconds) ? max(seconds / 4, shortest) : nil
  }

  /// Later by a sixty-fourth at most, so that orders created together are not asked together. Not
  /// by more: those that are made one after another stand near each other in the table of what is
  /// due, so that a commit writes few of its pages.
  private static func jittered(_ milliseconds: Int64, _ entropy: any Entropy) -> Int64 {
    let byte = Int64(entropy.bytes(1)[0])
    return milliseconds + milliseconds * byte / 16_384
  }

  /// Where a list answers many questions at once, those that are as frequent fall due together:
  /// later by a quarter of the delay at most, and not because of it behind the payer's time.
  private static func gathered(
    _ due: Instant, _ delaySeconds: Int64, before end: Instant?
  ) -> Instant {
    guard delaySeconds >= shortestGathered else { return due }
    // The greatest power of two of seconds in a quarter of it.
    let quarter = delaySeconds / 4
    let grid = Int64(1000) << (Int64.bitWidth - 1 - quarter.leadingZeroBitCount)
    let beyond = due.milliseconds % grid
    let gathered = due.adding(milliseconds: beyond == 0 ? 0 : grid - beyond)
    return end.map { gathered < $0 } ?? true ? gathered : due
  }
}
