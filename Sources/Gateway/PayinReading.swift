public import Payins
public import Storage

/// Reading, waiting, cancelling, asking anew. A merchant sees its own pay-ins only.
extension PayinService {
  /// Between two looks at the store for what another process committed.
  private static let lookMilliseconds: Int64 = 1000

  public func payin(_ id: PayinID, merchant: String) async throws(PayinRefusal) -> Payin {
    let payin: Payin?
    do { payin = try await books.store.payin(id) } catch { throw .store(error) }
    guard let payin, payin.merchant == merchant else { throw .notFound }
    return payin
  }

  /// The pay-in once its status differs from what it was at the call, after `seconds`, or once the
  /// task is cancelled or the gateway stops. One that succeeded never changes its status, so it is
  /// not waited for.
  public func payin(
    _ id: PayinID, merchant: String, waitingSeconds seconds: Int64
  ) async throws(PayinRefusal) -> Payin {
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
  ) async throws(PayinRefusal) -> Payin {
    let payin = try await payin(id, merchant: merchant)
    guard seconds > 0, !isNews(payin) else { return payin }
    let deadline = books.time.steady().adding(seconds: seconds)
    let books = books
    let look: @Sendable () async -> Void = {
      if let latest = try? await books.store.payin(id) {
        books.changes.publish(PayinChanges.Commit(payin: latest))
      }
      await books.time.sleep(
        until: books.time.steady().adding(milliseconds: Self.lookMilliseconds))
    }
    // A commit between the read above and the wait, or by another process, is found by a look.
    let changed = await books.changes.looking(at: id, look) {
      await books.changes.next(of: id, by: deadline, books.time, as: .poll, where: isNews)
    }
    if let changed { return changed.payin }
    return try await self.payin(id, merchant: merchant)
  }

  public func page(_ query: PayinQuery) async throws(PayinRefusal) -> PayinPage {
    do { return try await books.store.page(query) } catch { throw .store(error) }
  }

  /// - Parameter sequence: those behind it.
  public func events(
    of id: PayinID, merchant: String, after sequence: Int, limit: Int
  ) async throws(PayinRefusal) -> [PayinEvent] {
    _ = try await payin(id, merchant: merchant)
    do {
      return try await books.store.events(of: id, after: sequence, limit: limit)
    } catch {
      throw .store(error)
    }
  }

  /// What merchants were told by that event; nil where they were told nothing.
  public func announcedType(
    _ id: EventID, merchant: String
  ) async throws(PayinRefusal) -> String? {
    do { return try await books.store.announcement(id, merchant: merchant)?.type } catch {
      throw .store(error)
    }
  }

  /// Callbacks about orders that are not ours, newest first.
  public func unknownCallbacks(
    before: EventID?, limit: Int
  ) async throws(PayinRefusal) -> [CallbackRecord] {
    do { return try await books.store.unknownCallbacks(before: before, limit: limit) } catch {
      throw .store(error)
    }
  }

  /// The tries to tell the merchant of the pay-in's events, in their order.
  public func deliveryTries(of id: PayinID) async throws(PayinRefusal) -> [DeliveryTry] {
    do { return try await books.store.deliveryTries(of: id) } catch { throw .store(error) }
  }

  public func cancel(_ id: PayinID, merchant: String) async throws(PayinRefusal) -> Payin {
    let payin = try await payin(id, merchant: merchant)
    if payin.status == .cancelled { return payin }
    guard payin.status.isOpen else { throw .notCancellable(payin.status) }
    let after: Payin
    do { after = try await books.apply(.cancelled, to: id, known: payin).payin } catch {
      throw .store(error)
    }
    // Money may have come first.
    guard after.status == .cancelled else { throw .notCancellable(after.status) }
    return after
  }

  /// Erases what is known of the payer, here and in everything that was kept of the pay-in.
  public func erasePayer(of id: PayinID, merchant: String) async throws(PayinRefusal) {
    let payin = try await payin(id, merchant: merchant)
    do { _ = try await books.apply(.payerErased, to: id, known: payin) } catch {
      throw .store(error)
    }
  }

  /// Asks the provider of every attempt that may still bring money, now.
  public func sync(_ id: PayinID, merchant: String) async throws(PayinRefusal) -> Payin {
    var payin = try await payin(id, merchant: merchant)
    do {
      for attempt in payin.attempts where attempt.state.isLive && attempt.state != .sending {
        guard let (outcome, answer) = await calls.query(payin, attempt) else {
          throw PayinRefusal.accountBusy
        }
        let lease = runner.newLease()
        let applied = try await books.apply(
          .queried(attempt.id, outcome, answer: answer), to: id, known: payin,
          sending: SendLease(lease: lease, until: runner.leaseEnd(at: books.time.now())))
        payin = try await runner.send(applied, under: lease)
      }
    } catch {
      throw PayinRefusal(error)
    }
    return payin
  }

  /// The pay-in whose payer's page the token opens.
  public func payin(token: String) async throws(PayinRefusal) -> Payin {
    do {
      guard let payin = try await books.store.payin(token: token) else {
        throw PayinRefusal.notFound
      }
      return payin
    } catch {
      throw PayinRefusal(error)
    }
  }
}
