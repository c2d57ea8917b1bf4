import JSONText
public import Payins
import Storage

/// What a call that makes an operation answers.
public struct Creation: Sendable {
  public var id: OperationID
  /// The operation as its merchant sees it.
  public var body: [UInt8]
  /// Whether every repeat gets this answer.
  public var isSettled: Bool
  public var isReplay: Bool
}

/// Why a call on an operation of any kind is not carried out.
public enum OperationRefusal: Error, Equatable, Sendable {
  case notFound(OperationKind)
  /// The same idempotency key with another body.
  case keyReused
  /// The same key's first call still runs.
  case inProgress
  /// What there may be one of belongs to that operation.
  case duplicate(OperationKind, OperationID)
}

extension Committer {
  /// What the key's first call answered; nil where the key is new. Throws `OperationRefusal` and
  /// `DatabaseError`.
  /// - Parameter patience: seconds since the first call from which on it is told how an operation
  ///   stands that is not settled yet; nil: never.
  func replay<State: ServedOperation>(
    of type: State.Type, merchant: String, key: String, _ requestHash: RequestHash,
    patience: Int64? = nil
  ) async throws -> Creation? {
    let key = IdempotencyKey(merchant: merchant, operation: type.createCall, key: key)
    guard let record = try await database.idempotent(key) else { return nil }
    guard requestHash.isSame(as: record.requestHash, in: database) else {
      throw OperationRefusal.keyReused
    }
    if let body = try await answer(record, of: type) {
      return Creation(id: record.operation, body: body, isSettled: true, isReplay: true)
    }
    // Where the clock was set back meanwhile, nobody knows how long it has run.
    let age = environment.time.now().milliseconds(since: record.createdAt)
    if let patience, (0..<patience * 1000).contains(age) { throw OperationRefusal.inProgress }
    let creation = try await creation(of: type, record, isReplay: true)
    guard patience != nil || creation.isSettled else { throw OperationRefusal.inProgress }
    return creation
  }

  /// Keeps a new operation with the key of the call that makes it. Returns what the key's first
  /// call answered, where this is a later one: then nothing is kept. Throws as `replay`.
  func create<State: ServedOperation>(
    _ opened: Transition<State>, _ requestHash: RequestHash, calling: CallLease,
    patience: Int64? = nil
  ) async throws -> Creation? {
    let state = opened.state
    do throws(DatabaseError) {
      try await insert(opened, requestHash: requestHash.kept(in: database), calling: calling)
      return nil
    } catch .duplicateKey {
      let replay = try await replay(
        of: State.self, merchant: state.merchant, key: state.idempotencyKey, requestHash,
        patience: patience)
      guard let replay else { throw DatabaseError.damaged("an idempotency key without a record") }
      return replay
    } catch .duplicateReference(let existing) {
      throw OperationRefusal.duplicate(State.kind, existing)
    }
  }

  /// How the operation that a call made stands now.
  func creation<State: ServedOperation>(of state: State) async throws(DatabaseError) -> Creation {
    let record = IdempotencyRecord(
      key: .creating(state), requestHash: [], operation: state.operationID,
      createdAt: state.createdAt)
    return try await creation(of: State.self, record, isReplay: false)
  }

  private func creation<State: ServedOperation>(
    of type: State.Type, _ record: IdempotencyRecord, isReplay: Bool
  ) async throws(DatabaseError) -> Creation {
    let id: State.ID? = record.operation.typed()
    guard let id, let state = try await database.operation(id, as: type) else {
      throw .damaged("an idempotency key without its operation")
    }
    // Read after the operation: a settled one has its answer, as long as that is kept.
    let latest = type.keepsAnswer ? try await database.idempotent(record.key) : record
    let kept = state.isSettled ? try await answer(latest ?? record, of: type) : nil
    return Creation(
      id: record.operation, body: kept ?? state.document(publicURL: publicURL),
      isSettled: state.isSettled, isReplay: isReplay)
  }

  private func answer<State: ServedOperation>(
    _ record: IdempotencyRecord, of type: State.Type
  ) async throws(DatabaseError) -> [UInt8]? {
    if type.keepsAnswer { return record.answer?.body }
    return try await database.publishedEvent(1, of: record.operation)?.notification?.body
  }
}
