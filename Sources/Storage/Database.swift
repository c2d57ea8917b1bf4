public import JSONText
public import Payins

/// What keeps the gateway's books. Every change is one `Change`, durable in whole or not at all;
/// there is no other way to write. One contract suite holds for every implementation.
///
/// A row that is damaged is noted in `damage`. Asked for by itself it throws `.damaged`; a list
/// leaves it out and goes on behind it.
public protocol Database: DueTimes {
  /// Returns once the change is durable. Callers that wait at the same time share one commit;
  /// one caller's conflict leaves the others' changes as they are. Of several conflicts it throws
  /// the first in this order: `.duplicateKey`, `.leaseLost`, `.duplicateReference`,
  /// `.versionConflict`, `.endpointsChanged`.
  func commit(_ change: Change) async throws(DatabaseError)

  /// What was committed since it was opened.
  var statistics: DatabaseStatistics { get }

  /// The damaged rows that reads have met.
  var damage: DamageRegister { get }

  func operation<State: KeptOperation>(
    _ id: State.ID, as type: State.Type
  ) async throws(DatabaseError) -> State?
  /// Of a kind whose ids sort by time, newest first.
  func operations<State: KeptOperation>(
    _ query: OperationQuery<State>
  ) async throws(DatabaseError) -> [State]
  /// Those of the kind that wait for a person, oldest first: pay-ins of which a provider no longer
  /// shows money that is recorded, store payments whose reversal is held.
  func waitingForPerson(
    _ kind: OperationKind, limit: Int
  ) async throws(DatabaseError) -> Tally<OperationID>
  /// Those of the kind that somebody else still has to say something of, and since when the oldest.
  func unresolved(_ kind: OperationKind) async throws(DatabaseError) -> Backlog

  func payin(token: String) async throws(DatabaseError) -> Payin?
  func payin(merchant: String, reference: String) async throws(DatabaseError) -> PayinID?
  /// The attempt that an account's callback speaks of, by our number or the provider's.
  func attempt(account: String, number: OrderReference) async throws(DatabaseError)
    -> AttemptReference?
  /// Newest first.
  func page(_ query: PayinQuery) async throws(DatabaseError) -> PayinPage
  /// In order of `sequence`, those behind one.
  func events(
    of operation: OperationID, after sequence: Int, limit: Int
  ) async throws(DatabaseError) -> [OperationEvent]
  func idempotent(_ key: IdempotencyKey) async throws(DatabaseError) -> IdempotencyRecord?
  func callback(_ key: CallbackKey) async throws(DatabaseError) -> CallbackRecord?
  /// Callbacks about orders that no attempt of ours is known for, newest first, only those older
  /// than `before`.
  func unknownCallbacks(
    before: EventID?, limit: Int
  ) async throws(DatabaseError) -> [CallbackRecord]

  /// Every merchant's endpoints that the store keeps.
  func webhookEndpoints() async throws(DatabaseError) -> KeptEndpoints
  /// How often endpoints were changed, of all merchants.
  func endpointChanges() async throws(DatabaseError) -> Int
  /// How often the merchant's endpoints were changed.
  func endpointRevision(of merchant: String) async throws(DatabaseError) -> Int
  /// The event whose notification has that sequence within the operation.
  func publishedEvent(
    _ sequence: Int, of operation: OperationID
  ) async throws(DatabaseError) -> OperationEvent?
  func publishedEvent(_ id: EventID, merchant: String) async throws(DatabaseError)
    -> OperationEvent?
  func page(_ query: PublishedEventQuery) async throws(DatabaseError) -> PublishedEventPage
  /// In the order in which they were made.
  func deliveryAttempts(of operation: OperationID) async throws(DatabaseError) -> [DeliveryAttempt]
  /// The first job of that kind by subject, among those whose subjects begin so.
  func firstJob(_ kind: JobKind, subjectPrefix: String) async throws(DatabaseError) -> Job?

  /// Takes up to `limit` due jobs, soonest first, for the holder until the lease runs out; no two
  /// callers are given the same. Durable before it returns.
  func lease(_ request: LeaseRequest) async throws(DatabaseError) -> [Job]
  /// When the next job is due, leased ones at the end of their lease; nil: there are none.
  func nextDue() async throws(DatabaseError) -> Instant?
  /// Jobs whose time has come, and since when the oldest waits.
  func backlog(at now: Instant) async throws(DatabaseError) -> Backlog
  /// Ends the leases of processes that are surely gone: all of them where no other process has
  /// the store open, none otherwise, nor where machines share it. For a process that starts, before
  /// it leases anything: its own leases would end too. Returns how many.
  func releaseAbandonedLeases(at now: Instant) async throws(DatabaseError) -> Int

  /// A digest under a key that the store keeps for itself.
  func fingerprint(_ message: [UInt8]) -> [UInt8]
  /// The merchant's pay-ins whose payer has that e-mail address, in whatever case, newest first.
  func payins(
    merchant: String, email: String, limit: Int
  ) async throws(DatabaseError) -> [PayinID]
  /// How much is still to be sealed.
  func sealFigures() async throws(DatabaseError) -> SealFigures
  /// Seals up to so many rows under the current key that are not. Returns whether more may be left.
  func sealAnew(limit: Int) async throws(DatabaseError) -> Bool

  /// Pay-ins that something of a payer is kept of, in the order of their making.
  func payinsWithPayer(_ sweep: Sweep) async throws(DatabaseError) -> Swept
  /// Operations that have events, by the first of them.
  func operationsWithEvents(_ sweep: Sweep) async throws(DatabaseError) -> Swept
  /// Removes those that came last before the sweep's time.
  func removeCallbacks(_ sweep: Sweep) async throws(DatabaseError) -> Swept

  /// Says that the gateway is alive. Returns those that said so within the last `lasting`
  /// milliseconds, by the store's own clock where it has one.
  func beat(
    _ gateway: GatewayPresence, lasting milliseconds: Int64, at now: Instant
  ) async throws(DatabaseError) -> GatewaysAlive
  /// Says that it is not any more.
  func leave(_ gateway: GatewayPresence) async throws(DatabaseError)
  /// Hears from now on what other processes commit, where the store tells it. Something may be
  /// missed: whoever waits for it looks now and then.
  func hear(_ listener: @escaping @Sendable (StoreNotice) -> Void)

  /// Answers only where the store can be written to; leaves nothing behind.
  func probe() async throws(DatabaseError)
  /// Ends after the changes that wait; later calls throw `.closed`.
  func close() async
}

/// One that an operator may have looked through. Other reads have their turn between.
public protocol ExaminableDatabase: Database {
  /// What is wrong with its files, in sentences; nothing where a server answers for them.
  func faultsOfFile() async throws(DatabaseError) -> [String]
  /// Reads every document and notes in `damage` what is not what was written. Returns how many
  /// rows it read.
  /// - Parameter payins: is given all that can be read, some at a time.
  func examine(
    _ payins: ([Payin]) async throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Int
  /// Returns how many rows it looked at, and those that belong to nothing.
  func orphans(
    _ relation: StoreRelation
  ) async throws(DatabaseError) -> (count: Int, orphans: Orphans)
}

extension ExaminableDatabase {
  public func examine() async throws(DatabaseError) -> Int { try await examine { _ in } }
}

extension Database {
  /// A page's pay-ins.
  public func payins(_ query: PayinQuery) async throws(DatabaseError) -> [Payin] {
    try await page(query).payins
  }

  /// A page's events.
  public func publishedEvents(
    _ query: PublishedEventQuery
  ) async throws(DatabaseError) -> [OperationEvent] {
    try await page(query).events
  }

  /// All of an operation's events.
  public func events(of operation: OperationID) async throws(DatabaseError) -> [OperationEvent] {
    try await events(of: operation, after: 0, limit: .max)
  }

  public func payin(_ id: PayinID) async throws(DatabaseError) -> Payin? {
    try await operation(id, as: Payin.self)
  }
}

/// What follows a wall clock that was set back.
public protocol DueTimes: Sendable {
  /// When the last event was written; nil: there is none.
  func newestEvent() async throws(DatabaseError) -> Instant?
  /// Brings due times forward after the clock was set back.
  func drawIn(_ times: DrawnDueTimes) async throws(DatabaseError)
}

public enum DatabaseError: Error, Equatable, Sendable {
  /// The operation was changed by another; read it again and decide anew.
  case versionConflict
  /// The reference is another operation's.
  case duplicateReference(existing: OperationID)
  /// The key is taken; read its record.
  case duplicateKey
  /// Another holds the job now.
  case leaseLost
  /// The merchant's endpoints were changed by another; read them again and decide anew.
  case endpointsChanged
  /// The store's medium failed: function, code and message, for the operator. A change that
  /// throws this is not seen by later reads; whether it is there after a crash is not known.
  case failed(function: String, code: Int, message: String)
  /// A stored row cannot be read, or is not what was written.
  case damaged(String)
  /// What the store keeps is sealed under a key that is not given; for the operator.
  case otherDataKey(String)
  case closed
  /// There is no connection to the store: nothing was done. Why, for the operator.
  case away(String)
  /// The store lets nobody in who comes as configured, or is none that this program can use: for
  /// the operator. Trying again is of no use.
  case denied(String)
}

extension DatabaseError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .versionConflict: "the operation was changed by another"
    case .duplicateReference(let id): "the reference belongs to \(id)"
    case .duplicateKey: "the idempotency key is taken"
    case .leaseLost: "the job's lease was lost"
    case .endpointsChanged: "the merchant's webhook endpoints were changed by another"
    case .failed(let function, let code, let message): "\(function): \(message) (\(code))"
    case .damaged(let what): "damaged: \(what)"
    case .otherDataKey(let what), .denied(let what): what
    case .closed: "the store is closed"
    case .away(let why): "the store is away: \(why)"
    }
  }
}

/// One atomic change.
public struct Change: Sendable {
  public var operation: OperationWrite?
  /// A sequence that the operation has already throws `.versionConflict`.
  public var events: [OperationEvent] = []
  /// Done in this order.
  public var jobs: [JobChange] = []
  public var key: KeyWrite?
  /// One that came before, by its key, is counted, and keeps a pay-in once it is known.
  public var callback: CallbackRecord?
  public var endpoint: EndpointWrite?
  /// Throws `.endpointsChanged` unless the merchant's endpoints are still these, before `endpoint`
  /// changes them.
  public var endpointRevision: EndpointRevision?
  public var deliveries: [DeliveryAttempt] = []
  /// Removed after all else.
  public var forgotten: ForgottenHistory?

  public init() {}
}

/// The beginning of a timeline, with its notifications and the tries to deliver them.
public struct ForgottenHistory: Equatable, Sendable {
  public var operation: OperationID
  /// The last event that goes; later ones stay.
  public var through: Int

  public init(_ operation: OperationID, through: Int) {
    self.operation = operation
    self.through = through
  }
}

/// One entry of an operation's timeline.
public struct OperationEvent: Equatable, Sendable {
  public var id: EventID
  public var operation: OperationID
  /// 1, 2, 3 … without gaps within the operation.
  public var sequence: Int
  public var type: String
  public var at: Instant
  public var data: JSON
  /// Where the merchant is told: counts 1, 2, 3 … within the operation, and the operation
  /// as committed.
  public var notification: EventNotification?

  public init(
    id: EventID, operation: OperationID, sequence: Int, type: String, at: Instant, data: JSON,
    notification: EventNotification? = nil
  ) {
    self.id = id
    self.operation = operation
    self.sequence = sequence
    self.type = type
    self.at = at
    self.data = data
    self.notification = notification
  }
}

public struct EventNotification: Equatable, Sendable {
  public var sequence: Int
  /// The webhook's `data`: JSON.
  public var body: [UInt8]

  public init(sequence: Int, body: [UInt8]) {
    self.sequence = sequence
    self.body = body
  }
}

/// Scoped to the merchant and the operation, such as `payins.create`.
public struct IdempotencyKey: Hashable, Sendable {
  public static let createPayin = "payins.create"

  public var merchant: String
  public var operation: String
  public var key: String

  public init(merchant: String, operation: String, key: String) {
    self.merchant = merchant
    self.operation = operation
    self.key = key
  }
}

public struct IdempotencyRecord: Equatable, Sendable {
  public var key: IdempotencyKey
  /// Tells the request's body from others, such as `Database.fingerprint` of its SHA-256.
  public var requestHash: [UInt8]
  /// What the call made.
  public var operation: OperationID
  public var createdAt: Instant
  /// Nil until an answer is known that a retry cannot change.
  public var answer: KeptAnswer?

  public init(
    key: IdempotencyKey, requestHash: [UInt8], operation: OperationID, createdAt: Instant,
    answer: KeptAnswer? = nil
  ) {
    self.key = key
    self.requestHash = requestHash
    self.operation = operation
    self.createdAt = createdAt
    self.answer = answer
  }
}

public struct KeptAnswer: Equatable, Sendable {
  public var status: Int
  public var body: [UInt8]

  public init(status: Int, body: [UInt8]) {
    self.status = status
    self.body = body
  }
}

public enum KeyWrite: Equatable, Sendable {
  /// Throws `.duplicateKey`.
  case insert(IdempotencyRecord)
  /// Keeps the first answer; a later one, or one for a key that is not there, changes nothing.
  case answer(IdempotencyKey, KeptAnswer)
  /// Frees a key that has no answer: what it made is gone.
  case release(IdempotencyKey)
}

public struct AttemptReference: Equatable, Sendable {
  public var payin: PayinID
  public var attempt: AttemptID

  public init(payin: PayinID, attempt: AttemptID) {
    self.payin = payin
    self.attempt = attempt
  }
}

/// One merchant's pay-ins, newest first: by creation, then by id.
public struct PayinQuery: Equatable, Sendable {
  public var merchant: String
  public var status: PayinStatus?
  public var method: Method?
  public var account: String?
  public var merchantReference: String?
  /// Only those where a provider's books and ours differ.
  public var isDiscrepant = false
  public var createdFrom: Instant?
  /// Not included.
  public var createdTo: Instant?
  /// Centavos, both included.
  public var amountFrom: Int64?
  public var amountTo: Int64?
  /// Only those older than this one: the last of the page before. A pay-in that is not the
  /// merchant's has nothing older.
  public var before: PayinID?
  public var limit: Int
  /// How many pay-ins are looked at, at most, for those that fit: of a rare account or amount among
  /// millions a page may be short.
  public var scan = 10_000

  public init(merchant: String, limit: Int) {
    self.merchant = merchant
    self.limit = limit
  }

  /// Whether some that are looked at may not fit.
  package var isSifting: Bool {
    merchantReference == nil
      && (method != nil || account != nil || amountFrom != nil || amountTo != nil)
  }
}

public struct PayinPage: Equatable, Sendable {
  public var payins: [Payin]
  /// Where fewer than `limit` were found among those that were looked at: the last of these, for
  /// `before` of the next page. Nil where there are no older ones, or the page is full.
  public var lookedTo: PayinID?

  public init(_ payins: [Payin], lookedTo: PayinID? = nil) {
    self.payins = payins
    self.lookedTo = lookedTo
  }
}
