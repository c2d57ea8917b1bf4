import Payins
import Storage
import Synchronization

/// Questions of accounts whose providers have lists.
extension JobRunner {
  /// What came of looking at accounts with lists.
  struct ListRound {
    /// How many were started, of each account that was looked at.
    var started: [String: Int] = [:]
    /// Those of the urgent ones that there was no room for.
    var waiting: Set<JobKey> = []
  }

  /// Leases them, as many as there are, and has them asked together where they are many.
  /// - Parameters:
  ///   - urgent: those that do not wait for others.
  ///   - limits: how many of an account may be asked singly.
  func listRound(
    _ urgent: Set<JobKey>, _ limits: [String: Int], _ wall: Instant, _ now: Instant
  ) async throws(DatabaseError) -> ListRound {
    var round = ListRound()
    for account in calls.listing.sorted() where mayList(account, limits[account], at: now) {
      var kinds = Dictionary(uniqueKeysWithValues: JobKind.allCases.map { ($0, 0) })
      kinds[.queryAttempt] = nil
      let request = LeaseRequest(
        now: wall, until: leaseEnd(at: wall), limit: ListPolicy.mostQuestions,
        lease: .new(environment.entropy), limitPerAccount: 0,
        limits: [account: ListPolicy.mostQuestions], limitsPerKind: kinds)
      let jobs = try await committer.database.lease(request)
      if calls.monitors[account]?.isAnswering(at: now) == true {
        environment.lateness.looked(
          at: account, leavesSome: jobs.count == request.limit,
          late: jobs.compactMap(\.fellDue).min().map { wall.milliseconds(since: $0) }, now: now)
      } else {
        environment.lateness.forget(account)
      }
      var singly = jobs.filter { urgent.contains($0.key) }
      let together = jobs.filter { !urgent.contains($0.key) }
      var room = limits[account] ?? Self.concurrencyPerAccount
      if together.count >= lists.leastQuestions {
        startList(together, of: account, request.lease, at: now)
        room -= 1
      } else {
        singly += together
      }
      for job in singly.prefix(max(0, room)) { start(job, request.lease, at: now) }
      let left = Array(singly.dropFirst(max(0, room)))
      await giveBack(left, request.lease)
      round.waiting.formUnion(left.map(\.key).filter(urgent.contains))
      round.started[account] = jobs.count - left.count
    }
    return round
  }

  /// Whether the account may be asked by its list, and fewer questions than a list is for singly;
  /// or there are more of them than may be asked.
  private func mayList(_ account: String, _ limit: Int?, at now: Instant) -> Bool {
    let (turns, total) = state.withLock { ($0.lists, $0.total) }
    let room = min(limit ?? Self.concurrencyPerAccount, Self.concurrency - total)
    guard room > 0, turns.mayBegin(account, at: now) else { return false }
    return room >= lists.leastQuestions || environment.lateness.milliseconds(of: account) > 0
  }

  /// Takes one place, since one call is made at a time.
  private func startList(_ jobs: [Job], of account: String, _ lease: Lease, at now: Instant) {
    state.withLock { $0.lists.began(account) }
    start(account: account, at: now) { [self] in
      let isWorthwhile = await runner.ask(jobs, of: account, lists, under: lease) { keys in
        let now = environment.time.steady()
        state.withLock { $0.lists.leave(keys, of: account, at: now) }
      }
      let end = environment.time.steady()
      state.withLock { $0.lists.ended(account, isWorthwhile: isWorthwhile, at: end) }
    }
  }

  /// What there is no room for is due as it was.
  private func giveBack(_ jobs: [Job], _ lease: Lease) async {
    guard !jobs.isEmpty else { return }
    var change = Change()
    change.jobs = jobs.map { .reschedule($0.key, lease, due: $0.fellDue ?? $0.due) }
    // Else their leases run out.
    try? await committer.database.commit(change)
  }
}
