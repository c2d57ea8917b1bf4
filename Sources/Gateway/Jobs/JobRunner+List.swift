import Payins
import Storage
import Synchronization

/// Questions of accounts whose providers have lists.
extension JobRunner {
  /// Leases them, as many as there are, and has them asked together where they are many. Returns
  /// how many were started of each account that was looked at.
  /// - Parameters:
  ///   - urgent: those that do not wait for others. Where they take all the room of an account it
  ///     is not looked at.
  ///   - limits: how many of an account may be asked singly.
  func listRound(
    _ urgent: [Job], _ limits: [String: Int], _ wall: Instant, _ now: Instant
  ) async throws(DatabaseError) -> [String: Int] {
    var started: [String: Int] = [:]
    for account in calls.listing.sorted() {
      let first = Set(urgent.filter { $0.account == account }.map(\.key))
      guard mayList(account, limits[account], beside: first.count, at: now) else { continue }
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
      var singly = jobs.filter { first.contains($0.key) }
      let together = jobs.filter { !first.contains($0.key) }
      var room = limits[account] ?? Self.concurrencyPerAccount
      if together.count >= lists.leastQuestions {
        startList(together, of: account, request.lease, at: now)
        room -= 1
      } else {
        singly += together
      }
      for job in singly.prefix(room) { start(job, request.lease, at: now) }
      let left = Array(singly.dropFirst(room))
      await giveBack(left, request.lease)
      started[account] = jobs.count - left.count
    }
    return started
  }

  /// Whether the account may be asked by its list, and fewer questions than a list is for singly;
  /// or there are more of them than may be asked.
  /// - Parameter urgent: how many are asked before.
  private func mayList(
    _ account: String, _ limit: Int?, beside urgent: Int, at now: Instant
  ) -> Bool {
    let (turns, total) = state.withLock { ($0.lists, $0.total) }
    let room = min(limit ?? Self.concurrencyPerAccount, Self.concurrency - total)
    guard room > urgent, turns.mayBegin(account, at: now) else { return false }
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
