public import HTTPCalling
import JSONText
import Payins
import Storage
import Synchronization

/// Tells merchants of events: one durable job for each event and endpoint, at least once, in order
/// for each operation.
public struct WebhookRunner: Sendable {
  /// Seconds from each failed try to the next; the last repeats until `patienceSeconds` are over.
  private static let delays: [Int64] = [5, 30, 120, 600, 1800, 3600, 7200, 14_400]
  /// From the event until its delivery is given up.
  static let patienceSeconds: Int64 = 3 * 86_400
  /// Seconds for which a receiver may ask to be left alone, at most.
  private static let longestAsked: Int64 = 14_400
  /// Milliseconds; and of the answer's body, which does not matter, bytes.
  private static let limits = (connect: 5_000, total: 15_000, response: 4096)

  let committer: Committer
  let environment: Environment
  let caller: any HTTPClient
  let addresses: AddressPolicy
  let failing = FailingEndpoints()

  /// - Parameter addresses: where deliveries may go.
  public init(committer: Committer, caller: any HTTPClient, addresses: AddressPolicy) {
    self.committer = committer
    environment = committer.environment
    self.caller = caller
    self.addresses = addresses
  }

  // MARK: Jobs

  /// What an endpoint's deliveries load, for the job runner's limits.
  static func account(_ endpoint: String, _ merchant: String) -> String {
    "webhook:\(merchant)/\(endpoint)"
  }

  private static func merchant(of job: Job) -> String? {
    let (account, kind) = (job.account.utf8, "webhook:".utf8)
    guard account.starts(with: kind) else { return nil }
    let place = account.dropFirst(kind.count)
    return String(Substring(place.prefix { $0 != UInt8(ascii: "/") }))
  }

  /// Sorts by notification within the operation and endpoint.
  private static func subject(_ place: Place) -> String {
    let number = String(1_000_000 + place.sequence).dropFirst()
    return "\(place.operation.text)/\(place.endpoint)/\(number)"
  }

  private struct Place {
    var operation: OperationID
    var endpoint: String
    var sequence: Int

    init(operation: OperationID, endpoint: String, sequence: Int) {
      self.operation = operation
      self.endpoint = endpoint
      self.sequence = sequence
    }

    /// Nil for a subject that is not of our making.
    init?(_ subject: String) {
      let parts = subject.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
      guard parts.count == 3, let sequence = Int(parts[2]) else { return nil }
      self.init(
        operation: OperationID(unchecked: String(parts[0])), endpoint: String(parts[1]),
        sequence: sequence)
    }

    /// Of all subjects of the operation and endpoint.
    var prefix: String { "\(operation.text)/\(endpoint)/" }
  }

  static func job(_ event: OperationEvent, to endpoint: WebhookEndpoint, due: Instant) -> Job {
    let place = Place(
      operation: event.operation, endpoint: endpoint.id,
      sequence: event.notification?.sequence ?? 0)
    return Job(
      key: JobKey(kind: .deliverEvent, subject: subject(place)), operation: event.operation,
      account: account(endpoint.id, endpoint.merchant), due: due)
  }

  /// Whether the event is still to be delivered to the endpoint.
  static func isWaiting(
    _ event: OperationEvent, at endpoint: String, _ store: any Database
  ) async throws(DatabaseError) -> Bool {
    guard let sequence = event.notification?.sequence else { return false }
    let place = Place(operation: event.operation, endpoint: endpoint, sequence: sequence)
    return try await store.firstJob(.deliverEvent, subjectPrefix: subject(place)) != nil
  }

  // MARK: Delivering

  /// Longer than a call and the commit after it.
  func leaseEnd(at now: Instant) -> Instant { now.adding(seconds: 45) }

  func perform(_ job: Job, under lease: Lease) async throws(DatabaseError) {
    let store = committer.database
    guard let place = Place(job.key.subject), let merchant = Self.merchant(of: job) else {
      return try await finish(job, lease, next: nil)
    }
    guard let event = try await event(place, of: merchant), let notification = event.notification
    else { return try await finish(job, lease, next: place.prefix) }
    let known = try await endpoint(place, of: merchant)
    guard let endpoint = known, endpoint.disabled == nil else {
      failing.note(job.account, isFailing: false)
      let undone = DeliveryAttempt(
        operation: place.operation, event: event.id, endpoint: place.endpoint,
        at: environment.time.now(),
        status: nil, failure: known == nil ? "endpoint_deleted" : "endpoint_disabled",
        milliseconds: 0)
      return try await finish(job, lease, undone, next: place.prefix)
    }
    let first = try await store.firstJob(.deliverEvent, subjectPrefix: place.prefix)
    if let first, first.key != job.key {
      // Its turn comes with the end of the one before it, which brings it forward; unless that
      // ended just now, before this one is let go.
      let now = environment.time.now()
      let due = first.lease == nil ? max(first.due, now) : now
      var change = Change()
      change.jobs = [.reschedule(job.key, lease, due: due.adding(seconds: 1))]
      return try await store.commit(change)
    }
    let (start, began) = (environment.time.now(), environment.time.steady())
    let outcome = await caller.call(
      request(event, notification, to: endpoint, at: start),
      limits: CallLimits(
        connectMilliseconds: Self.limits.connect, totalMilliseconds: Self.limits.total,
        responseBytes: Self.limits.response, cutsBody: true, addressPolicy: addresses))
    var delivery = DeliveryAttempt(
      operation: place.operation, event: event.id, endpoint: endpoint.id, at: start, status: nil,
      failure: nil, milliseconds: environment.time.steady().milliseconds(since: began))
    var asked: Int64 = 0
    switch outcome {
    case .answered(let response):
      delivery.status = response.status
      if !(200...299).contains(response.status) {
        delivery.failure = "status"
        asked =
          RetryAfter.seconds(in: response, at: environment.time.now(), cap: Self.longestAsked) ?? 0
      }
    case .neverSent(let failure) where failure.label == .shutdown:
      return try await letGo(job, lease, nil)
    case .sentNoAnswer(let failure) where failure.label == .shutdown:
      delivery.failure = failure.label.rawValue
      return try await letGo(job, lease, delivery)
    case .neverSent(let failure), .sentNoAnswer(let failure):
      delivery.failure = failure.label.rawValue
    }
    failing.note(job.account, isFailing: delivery.failure != nil)
    try await record(delivery, job, lease, event, endpoint, place, askedSeconds: asked)
  }

  /// The gateway stops: the next one goes on with it.
  private func letGo(
    _ job: Job, _ lease: Lease, _ delivery: DeliveryAttempt?
  ) async throws(DatabaseError) {
    var change = Change()
    change.deliveries = delivery.map { [$0] } ?? []
    let due = environment.time.now().adding(seconds: delivery == nil ? 0 : Self.delays[0])
    change.jobs = [.reschedule(job.key, lease, due: due)]
    try await committer.database.commit(change)
  }

  /// Nil where there is none, or none that could ever be sent: the others do not wait behind it.
  private func event(
    _ place: Place, of merchant: String
  ) async throws(DatabaseError) -> OperationEvent? {
    do throws(DatabaseError) {
      return try await committer.database.publishedEvent(place.sequence, of: place.operation)
    } catch .damaged(let what) {
      environment.log.error(
        "a webhook was given up",
        [
          "merchant": .string(merchant), "endpoint": .string(place.endpoint),
          "payin": .string(place.operation.text), "detail": .string(what),
        ])
      return nil
    }
  }

  /// As the store has it now. One that cannot be read is not taken for deleted.
  private func endpoint(
    _ place: Place, of merchant: String
  ) async throws(DatabaseError) -> WebhookEndpoint? {
    let standing = try await committer.endpoints.current(of: merchant, in: committer.database)
    if let known = standing.endpoint(place.endpoint) { return known }
    let id = EndpointRecord.place(merchant, place.endpoint)
    if let row = committer.database.damage.row(.webhookEndpoint, id) {
      throw .damaged(row.description)
    }
    return nil
  }

  private func request(
    _ event: OperationEvent, _ notification: EventNotification, to endpoint: WebhookEndpoint,
    at now: Instant
  ) -> HTTPRequest {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("type")
    writer.string(event.type)
    writer.key("timestamp")
    writer.string(event.at.rfc3339)
    writer.key("sequence")
    writer.int64(Int64(notification.sequence))
    writer.key("data")
    writer.encoded(notification.body)
    writer.endObject()
    let body = writer.bytes
    return HTTPRequest(
      method: "POST", url: endpoint.url,
      headers: [
        HTTPHeader("Content-Type", "application/json"), HTTPHeader("User-Agent", "Pasarela"),
        HTTPHeader("webhook-id", event.id.text),
        HTTPHeader("webhook-timestamp", String(now.seconds)),
        HTTPHeader(
          "webhook-signature", endpoint.signatures(id: event.id.text, at: now, body: body)),
      ], body: body)
  }

  private func record(
    _ delivery: DeliveryAttempt, _ job: Job, _ lease: Lease, _ event: OperationEvent,
    _ endpoint: WebhookEndpoint, _ place: Place, askedSeconds: Int64
  ) async throws(DatabaseError) {
    let result =
      delivery.failure == nil ? "delivered" : delivery.status == 410 ? "gone" : "failed"
    environment.metrics.increment("pasarela_webhook_tries_total", [("result", result)])
    if result == "delivered" { return try await finish(job, lease, delivery, next: place.prefix) }
    if result == "gone" {
      return try await finish(job, lease, delivery, next: place.prefix, gone: endpoint)
    }
    let tries = try await committer.database.deliveryAttempts(of: place.operation)
      .count { $0.event == event.id && $0.endpoint == endpoint.id }
    let due = environment.time.now().adding(
      milliseconds: max(delay(after: tries), askedSeconds * 1000))
    let patience = event.at.adding(seconds: Self.patienceSeconds)
    // One that was asked for again long after its time has some tries, too.
    guard due <= patience || job.tries <= Self.delays.count else {
      environment.log.error(
        "a webhook was given up",
        ["merchant": .string(endpoint.merchant), "endpoint": .string(endpoint.id)])
      return try await finish(job, lease, delivery, next: place.prefix)
    }
    var change = Change()
    change.deliveries = [delivery]
    change.jobs = [.reschedule(job.key, lease, due: due)]
    try await committer.database.commit(change)
  }

  /// Milliseconds; a fifth more at most, so that what failed together does not come back together.
  private func delay(after tries: Int) -> Int64 {
    let delay = Self.delays[min(tries, Self.delays.count - 1)] * 1000
    return delay + delay * Int64(environment.entropy.bytes(1)[0]) / 1280
  }

  /// - Parameters:
  ///   - next: of the subjects that may go now.
  ///   - called: an endpoint that answered 410. It is disabled as it stands now, and not where it
  ///     was given another address meanwhile.
  private func finish(
    _ job: Job, _ lease: Lease, _ delivery: DeliveryAttempt? = nil, next prefix: String?,
    gone called: WebhookEndpoint? = nil
  ) async throws(DatabaseError) {
    var change = Change()
    change.deliveries = delivery.map { [$0] } ?? []
    change.jobs = [.finish(job.key, lease)]
    if let prefix {
      change.jobs.append(
        .bringForward(.deliverEvent, subjectPrefix: prefix, due: environment.time.now()))
    }
    if let called {
      try await disable(called, with: change)
    } else {
      try await committer.database.commit(change)
    }
    committer.jobSignal.raise()
  }

  private func disable(
    _ called: WebhookEndpoint, with change: Change
  ) async throws(DatabaseError) {
    while true {
      let standing = committer.endpoints.standing(of: called.merchant)
      var change = change
      var gone = standing.endpoint(called.id)
      if gone?.url == called.url, gone?.disabled == nil {
        gone?.disabled = "gone"
      } else {
        gone = nil
      }
      change.endpoint = gone.map { .put($0.record) }
      change.endpointRevision = standing.revision
      do throws(DatabaseError) {
        try await committer.database.commit(change)
        guard let gone else { return }
        committer.endpoints.committed(gone, gone.id, after: standing.revision)
        return environment.log.warn(
          "a webhook endpoint is gone and disabled",
          ["merchant": .string(gone.merchant), "endpoint": .string(gone.id)])
      } catch .endpointsChanged {
        try await committer.endpoints.load(from: committer.database)
      }
    }
  }
}

/// The endpoints whose last call failed, by the accounts that their jobs load.
final class FailingEndpoints: Sendable {
  private let state = Mutex<Set<String>>([])

  var accounts: Set<String> { state.withLock { $0 } }

  func note(_ account: String, isFailing: Bool) {
    state.withLock { accounts in
      if isFailing { accounts.insert(account) } else { accounts.remove(account) }
    }
  }
}
