public import Payins
public import Storage

/// Reading, waiting, cancelling, asking anew.
extension PayinService {
  /// Between two looks at the store for what another process committed.
  private static let lookMilliseconds: Int64 = 1000

  public func payin(_ id: PayinID, merchant: String) async throws -> Payin {
    try await committer.operation(id, merchant: merchant)
  }

  /// The pay-in once its status differs from what it was at the call, after `seconds`, or once the
  /// task is cancelled or the gateway stops. One that succeeded never changes its status, so it is
  /// not waited for.
  public func payin(
    _ id: PayinID, merchant: String, waitingSeconds seconds: Int64
  ) async throws -> Payin {
    let payin = try await payin(id, merchant: merchant)
    guard payin.status != .succeeded else { return payin }
    let status = payin.status
    return try await self.payin(id, merchant: merchant, waitingSeconds: seconds) {
      $0.status != status
    }
  }

  /// As above, once it is news to whoever asks.
  public func payin(
    _ id: PayinID, merchant: String, waitingSeconds seconds: Int64,
    where isNews: @escaping @Sendable (Payin) -> Bool
  ) async throws -> Payin {
    let payin = try await payin(id, merchant: merchant)
    guard seconds > 0, !isNews(payin) else { return payin }
    let deadline = environment.time.steady().adding(seconds: seconds)
    let (committer, time) = (committer, environment.time)
    let look: @Sendable () async -> Void = {
      if let latest = try? await committer.database.payin(id) {
        committer.polls.publish(latest, to: id)
      }
      await time.sleep(until: time.steady().adding(milliseconds: Self.lookMilliseconds))
    }
    // A commit between the read above and the wait, or by another process, is found by a look.
    let changed = await committer.polls.looking(for: id, look) {
      await committer.polls.next(for: id, by: deadline, time, where: isNews)
    }
    if let changed { return changed }
    return try await self.payin(id, merchant: merchant)
  }

  /// How an account's orders are followed now.
  public func following(_ account: String) -> Following { environment.following(account) }

  public func page(_ query: PayinQuery) async throws -> PayinPage {
    try await committer.database.page(query)
  }

  /// Callbacks about orders that are not ours, newest first.
  public func unknownCallbacks(before: EventID?, limit: Int) async throws -> [CallbackRecord] {
    try await committer.database.unknownCallbacks(before: before, limit: limit)
  }

  public func cancel(_ id: PayinID, merchant: String) async throws -> Payin {
    let payin = try await payin(id, merchant: merchant)
    if payin.status == .cancelled { return payin }
    guard payin.status.isOpen else { throw PayinRefusal.notCancellable(payin.status) }
    let after = try await committer.apply(.cancelled, to: id, known: payin).state
    // Money may have come first.
    guard after.status == .cancelled else { throw PayinRefusal.notCancellable(after.status) }
    return after
  }

  /// Erases what is known of the payer, here and in everything that was kept of the pay-in.
  public func erasePayer(of id: PayinID, merchant: String) async throws {
    let payin = try await payin(id, merchant: merchant)
    _ = try await committer.apply(.payerErased, to: id, known: payin)
  }

  /// Asks the provider of every attempt that may still bring money, now.
  public func sync(_ id: PayinID, merchant: String) async throws -> Payin {
    var payin = try await payin(id, merchant: merchant)
    for attempt in payin.attempts where attempt.state.isLive && attempt.state != .sending {
      guard let (outcome, answer) = await calls.query(payin, attempt) else {
        throw PayinRefusal.accountBusy
      }
      let calling = Committer.CallLease(.new(environment.entropy), for: calls)
      let applied = try await committer.apply(
        .queried(attempt.id, outcome, answer: answer), to: id, known: payin, calling: calling)
      payin = try await runner.send(applied, under: calling.lease).state
    }
    return payin
  }

  /// The pay-in whose payer's page the token opens.
  public func payin(token: String) async throws -> Payin {
    guard let payin = try await committer.database.payin(token: token) else {
      throw OperationRefusal.notFound(.payin)
    }
    return payin
  }
}

/// Operations of any kind, of their merchant alone.
extension Committer {
  func operation<State: ServedOperation>(
    _ id: State.ID, merchant: String, as type: State.Type = State.self
  ) async throws -> State {
    guard let state = try await database.operation(id, as: type), state.merchant == merchant else {
      throw OperationRefusal.notFound(type.kind)
    }
    return state
  }
}
