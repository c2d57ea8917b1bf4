public import Payins
import Providers
public import Storage
public import StorePayments

/// Cash at a store chain's till: authorized through Paynet, and taken back for certain.
public struct StorePaymentService: Sendable {
  static let createOperation = "store_payments.create"

  let books: Books
  let calls: ProviderCalls
  let runner: StorePaymentRunner
  let leases: AttemptRunner
  /// How long a till waits for Paynet, in seconds; then the payment is reversed.
  let requestSeconds: Int64

  public init(books: Books, calls: ProviderCalls, requestSeconds: Int64) {
    self.books = books
    self.calls = calls
    self.requestSeconds = requestSeconds
    runner = StorePaymentRunner(books: books, calls: calls)
    leases = AttemptRunner(books: books, calls: calls)
  }

  /// Why a call on store payments is not carried out.
  public enum Refusal: Error, Sendable {
    case notFound
    /// No account of that id authorizes store payments.
    case noSuchAccount
    /// Outside the account's own range, in centavos.
    case amountOutOfRange(ClosedRange<Int64>)
    /// Nothing was asked of Paynet and nothing is kept: the same call may be made again.
    case unreachable(Payins.Refusal)
    case duplicateTransaction(StorePaymentID)
    case keyReused
    case inProgress
    /// Nothing was authorized that could be taken back.
    case notReversible(StorePaymentStatus)
    case store(StoreError)
  }

  public struct Created: Sendable {
    public var id: StorePaymentID
    public var status: Int
    public var body: [UInt8]
    public var isReplay: Bool
  }

  // MARK: Authorizing

  public func create(
    _ request: StorePaymentRequest, merchant: String, key: String, requestHash: RequestHash
  ) async throws(Refusal) -> Created {
    do throws(Refusal) { try check(request, merchant: merchant) } catch {
      // A repeat of a call that was answered is not refused for today's configuration.
      let key = IdempotencyKey(merchant: merchant, operation: Self.createOperation, key: key)
      if let replay = try await replay(key, requestHash) { return replay }
      throw error
    }
    let context = books.context
    let opened = StorePayment.open(
      request, id: .make(at: context.now, entropy: context.entropy), merchant: merchant,
      idempotencyKey: key, context)
    let lease = leases.newLease()
    var change = books.change(
      opened, .insert(opened.payment), nil,
      SendLease(lease: lease, until: leases.leaseEnd(at: context.now)))
    change.key = .insert(
      IdempotencyRecord(
        key: books.key(of: opened.payment), requestHash: requestHash.kept(in: books.store),
        subject: opened.payment.id.text, createdAt: context.now))
    do throws(StoreError) {
      try await books.store.commit(change)
    } catch .duplicateKey {
      let replay = try await replay(books.key(of: opened.payment), requestHash)
      guard let replay else { throw .store(.damaged("an idempotency key without a record")) }
      return replay
    } catch .duplicateReference(let existing) {
      throw .duplicateTransaction(StorePaymentID(unchecked: existing.text))
    } catch {
      throw .store(error)
    }
    books.committed(opened)
    // Not tied to the request: what a till has asked is brought to its end.
    let work = Task.detached { () -> Result<StorePaymentTransition, StoreError> in
      do throws(StoreError) {
        return .success(
          try await runner.authorize(
            opened.payment, withinSeconds: requestSeconds, under: lease))
      } catch {
        return .failure(error)
      }
    }
    switch await work.value {
    case .success(let done):
      if done.isWithdrawn, let reason = done.payment.failure { throw .unreachable(reason) }
      let answer = StorePaymentDocument.answer(done.payment)
      return Created(
        id: done.payment.id, status: answer.status, body: answer.body, isReplay: false)
    case .failure(let fault): throw .store(fault)
    }
  }

  private func check(_ request: StorePaymentRequest, merchant: String) throws(Refusal) {
    // By bytes: it is recorded as the merchant wrote it.
    guard let account = calls.accounts[request.account],
      account.id.utf8.elementsEqual(request.account.utf8),
      account.provider is any AuthorizesStorePayments,
      account.merchants?.contains(merchant) ?? true
    else { throw .noSuchAccount }
    let low = account.limits.amountMinimum ?? 1
    let range = low...max(low, account.limits.amountMaximum ?? .max)
    guard range.contains(request.amount) else { throw .amountOutOfRange(range) }
  }

  /// Nil where the key is new.
  private func replay(
    _ key: IdempotencyKey, _ requestHash: RequestHash
  ) async throws(Refusal) -> Created? {
    let record: IdempotencyRecord?
    do throws(StoreError) { record = try await books.store.idempotent(key) } catch {
      throw .store(error)
    }
    guard let record else { return nil }
    guard requestHash.isSame(as: record.requestHash, in: books.store) else { throw .keyReused }
    guard let answer = record.answer else { throw .inProgress }
    return Created(
      id: StorePaymentID(unchecked: record.subject), status: answer.status, body: answer.body,
      isReplay: true)
  }

  // MARK: Reading and taking back

  public func payment(
    _ id: StorePaymentID, merchant: String
  ) async throws(Refusal) -> StorePayment {
    let found: StorePayment?
    do throws(StoreError) { found = try await books.store.storePayment(id) } catch {
      throw .store(error)
    }
    guard let found, found.merchant == merchant else { throw .notFound }
    return found
  }

  public func payments(_ query: StorePaymentQuery) async throws(Refusal) -> [StorePayment] {
    do throws(StoreError) { return try await books.store.storePayments(query) } catch {
      throw .store(error)
    }
  }

  /// Takes an authorized payment back, or goes on with a reversal that waits for it. Returns how it
  /// stands after the first try; the others go on by themselves.
  public func reverse(
    _ id: StorePaymentID, merchant: String
  ) async throws(Refusal) -> StorePayment {
    let payment = try await payment(id, merchant: merchant)
    switch payment.status {
    case .sending: throw .inProgress
    case .declined: throw .notReversible(payment.status)
    case .reversing where payment.waitsForOperator: break
    case .inDoubt, .reversing, .reversed: return payment
    case .authorized: break
    }
    let lease = leases.newLease()
    do throws(StoreError) {
      let asked = try await books.apply(
        .reversalAsked, to: id, holding: nil,
        sending: SendLease(lease: lease, until: leases.leaseEnd(at: books.time.now())))
      // Where another asked first, the reversal is under way.
      guard asked.job != nil else { return asked.payment }
      let work = Task.detached { () -> Result<StorePaymentTransition, StoreError> in
        do throws(StoreError) {
          return .success(
            try await runner.reverse(asked.payment, withinSeconds: requestSeconds, under: lease))
        } catch {
          return .failure(error)
        }
      }
      return try await work.value.get().payment
    } catch {
      throw .store(error)
    }
  }
}
