import Crypto
import JSONText
public import Payins
public import Routing
public import Storage

/// What merchants do with pay-ins.
public struct PayinService: Sendable {
  static let createOperation = IdempotencyKey.createPayin

  let books: Books
  let runner: AttemptRunner
  let calls: ProviderCalls
  let rules: RuleBook
  /// How long a create call waits for a provider, in seconds.
  let requestSeconds: Int64

  public init(books: Books, calls: ProviderCalls, rules: RuleBook, requestSeconds: Int64) {
    self.books = books
    self.calls = calls
    self.rules = rules
    self.requestSeconds = requestSeconds
    runner = AttemptRunner(books: books, calls: calls)
  }

  public var document: PayinDocument { books.document }

  // MARK: Stopping

  /// Whoever waits for news of a pay-in is answered with the pay-in as it stands, from now on.
  public func letPollsGo() { books.changes.letGo(.poll) }

  /// As above, of those who wait for the provider's answer to their own creation.
  public func letCreationsGo() { books.changes.letGo(.creation) }

  /// Returns once no order is being made any more, or at `instant` of the steady clock.
  public func creationsEnded(by instant: Instant) async {
    await books.creations.allEnded(by: instant, books.time)
  }

  /// An answer to `POST /v1/payins`: 201, or 202 while no provider has answered.
  public struct Created: Sendable {
    public var id: PayinID
    public var status: Int
    public var body: [UInt8]
    public var isReplay: Bool
  }

  public func create(
    _ request: PayinRequest, merchant: String, key: String, requestHash: RequestHash
  ) async throws(PayinRefusal) -> Created {
    let key = IdempotencyKey(
      merchant: merchant, operation: Self.createOperation, key: key)
    let context = books.context
    let id = PayinID.make(at: context.now, entropy: context.entropy)
    let (decision, reservation) = decide(request, id, merchant)
    guard let reservation else {
      // A repeat of a call that was answered is not refused for today's health.
      if let replay = try await replay(key, requestHash) { return replay }
      throw unserved(decision)
    }
    let opened = Payin.open(
      request, id: id, merchant: merchant,
      token: Self.token(context), idempotencyKey: key.key,
      routing: decision.record, context)
    let sending = SendLease(lease: runner.newLease(), until: runner.leaseEnd(at: context.now))
    var change = books.change(opened, .insert(opened.payin), holding: nil, sending: sending)
    change.key = .insert(
      IdempotencyRecord(
        key: key, requestHash: requestHash.kept(in: books.store), subject: id.text,
        createdAt: context.now))
    do throws(StoreError) {
      do throws(StoreError) { try await books.store.commit(change) } catch {
        calls.withdraw(reservation)
        throw error
      }
    } catch .duplicateKey {
      if let replay = try await replay(key, requestHash) { return replay }
      throw .store(.damaged("an idempotency key without a record"))
    } catch .duplicateReference(let existing) {
      throw .duplicateReference(existing)
    } catch {
      throw .store(error)
    }
    books.committed(opened, before: nil)
    return await settled(opened, sending.lease, reservation)
  }

  /// Decides, and takes a place at the first candidate: a limit that is reached costs a pay-in
  /// nothing but another candidate, or a refusal that leaves nothing behind.
  private func decide(
    _ request: PayinRequest, _ id: PayinID, _ merchant: String
  ) -> (Decision, ProviderCalls.Reservation?) {
    while true {
      let decision = rules.decide(
        request, payin: id, merchant: merchant, now: books.time.now(), calls: calls)
      // Where another took the place meanwhile, the account has fallen out by the next look.
      guard let first = decision.candidates.first else { return (decision, nil) }
      if let reservation = calls.reserve(first.target.account) { return (decision, reservation) }
    }
  }

  /// A repeat may go through where a candidate fell out for a reason that passes.
  private func unserved(_ decision: Decision) -> PayinRefusal {
    let now = books.time.steady()
    let waits = decision.dropped.filter(\.reason.isPassing).map { dropped in
      calls.monitors[dropped.target.account]?.secondsUntilOpen(at: now) ?? 1
    }
    guard let soonest = waits.min() else { return .noEligibleProvider(decision) }
    return .noProviderNow(decision, retryAfterSeconds: soonest)
  }

  /// Opens the payer's page: 128 random bits, after the time, so that tokens made together stand
  /// together in the store's index.
  private static func token(_ context: Context) -> String {
    let time = UInt64(clamping: context.now.milliseconds)
    let bytes = stride(from: 40, through: 0, by: -8).map { UInt8(truncatingIfNeeded: time >> $0) }
    return Hex.encode(bytes + context.entropy.bytes(16))
  }

  /// Sends, and answers when a provider has answered or the time is over; the work goes on.
  private func settled(
    _ opened: Transition, _ lease: Lease, _ reservation: ProviderCalls.Reservation
  ) async -> Created {
    let payin = opened.payin
    let deadline = books.time.steady().adding(seconds: requestSeconds)
    let first = await books.changes.next(
      of: payin.id, by: deadline, books.time, as: .creation, where: { $0.status != .processing },
      start: {
        books.creations.began()
        // Not tied to the request: a payment is not given up half way.
        Task.detached { [runner, books] in
          defer { books.creations.ended() }
          // A failing store leaves the job to its lease: it is taken up again.
          _ = try? await runner.send(
            Books.Applied(payin: payin, started: opened.started), under: lease,
            reservation: reservation)
        }
      })
    // Only the commit that settles the pay-in has the answer that the key gets for ever; where
    // another process settled it, or it took more commits, the answer is read.
    if let first, first.payin.version == opened.payin.version + 1, let document = first.document {
      return Created(id: payin.id, status: 201, body: document, isReplay: false)
    }
    return (try? await recorded(payin.id, isReplay: false)) ?? created(payin, isReplay: false)
  }

  /// The kept answer, or for a pay-in that is not settled yet how it stands.
  private func recorded(
    _ id: PayinID, isReplay: Bool
  ) async throws(StoreError) -> Created {
    guard let payin = try await books.store.payin(id) else {
      throw .damaged("an idempotency key without its pay-in")
    }
    // Read after the pay-in: a settled one has its answer.
    if payin.status != .processing, let answer = try await answer(id, isReplay: isReplay) {
      return answer
    }
    return created(payin, isReplay: isReplay)
  }

  /// What a key answers for ever once its pay-in is settled: the pay-in as it was first announced.
  private func answer(_ id: PayinID, isReplay: Bool) async throws(StoreError) -> Created? {
    guard let body = try await books.store.announcement(1, of: id)?.announcement?.body else {
      return nil
    }
    return Created(id: id, status: 201, body: body, isReplay: isReplay)
  }

  private func created(_ payin: Payin, isReplay: Bool) -> Created {
    Created(
      id: payin.id, status: payin.status == .processing ? 202 : 201,
      body: document.json(payin).bytes, isReplay: isReplay)
  }

  /// What the key's first call answered; nil where the key is new.
  public func replay(
    merchant: String, key: String, requestHash: RequestHash
  ) async throws(PayinRefusal) -> Created? {
    let key = IdempotencyKey(merchant: merchant, operation: Self.createOperation, key: key)
    return try await replay(key, requestHash)
  }

  private func replay(
    _ key: IdempotencyKey, _ requestHash: RequestHash
  ) async throws(PayinRefusal) -> Created? {
    do {
      guard let record = try await books.store.idempotent(key) else { return nil }
      guard requestHash.isSame(as: record.requestHash, in: books.store) else {
        throw PayinRefusal.keyReused
      }
      let id = PayinID(unchecked: record.subject)
      if let answer = try await answer(id, isReplay: true) { return answer }
      // Where the clock was set back meanwhile, nobody knows how long it has run.
      let age = books.time.now().milliseconds(since: record.createdAt)
      guard !(0..<requestSeconds * 1000).contains(age) else {
        throw PayinRefusal.inProgress
      }
      return try await recorded(id, isReplay: true)
    } catch {
      throw PayinRefusal(error)
    }
  }
}

/// Why a call on pay-ins is not carried out.
public enum PayinRefusal: Error, Sendable {
  case notFound
  /// The reason stands beside each account.
  case noEligibleProvider(Decision)
  /// As above, for reasons of which one at least passes.
  case noProviderNow(Decision, retryAfterSeconds: Int64)
  case duplicateReference(PayinID)
  /// The same key with another body.
  case keyReused
  /// The same key's first call still runs.
  case inProgress
  /// It is over already.
  case notCancellable(PayinStatus)
  /// The account's limits leave no room to ask the provider now.
  case accountBusy
  case store(StoreError)

  /// What work threw that meets the store and refuses, too.
  init(_ error: any Error) {
    self =
      switch error {
      case let refusal as PayinRefusal: refusal
      case let fault as StoreError: .store(fault)
      default: .store(.damaged("\(error)"))
      }
  }
}
