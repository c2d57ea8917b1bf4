public import Payins
public import Storage

/// One entry of an operation's timeline.
public enum TimelineEntry: Sendable {
  case event(OperationEvent)
  /// A try to tell the merchant of an event of that type.
  case delivery(DeliveryAttempt, type: String)
  /// Questions in vain behind the event of that id; they become an event with the next change.
  case silence(Silence, after: EventID)

  var at: Instant {
    switch self {
    case .event(let event): event.at
    case .delivery(let delivery, _): delivery.at
    case .silence(let silence, _): silence.last
    }
  }
}

public struct TimelinePage: Sendable {
  /// In the order of their times.
  public var entries: [TimelineEntry]
  /// Behind which event the next page begins; nil: there is none.
  public var next: Int?
}

extension Committer {
  /// What happened to the operation behind an event, and between it the tries to tell the merchant.
  /// - Parameters:
  ///   - sequence: of the event; 0 for all.
  ///   - limit: how many events, at most.
  func timeline<State: ServedOperation>(
    of id: State.ID, as type: State.Type, merchant: String, after sequence: Int, limit: Int
  ) async throws -> TimelinePage {
    let state = try await operation(id, merchant: merchant, as: type)
    let id = state.operationID
    let found = try await database.events(of: id, after: sequence, limit: limit + 1)
    let events = found.prefix(limit)
    var entries = events.map { TimelineEntry.event($0) }
    var types = Dictionary(events.map { ($0.id, $0.type) }, uniquingKeysWith: { $1 })
    let next = found.count > limit ? found.last : nil
    var start = events.first
    if start == nil, sequence > 0 {
      // Nothing happened since: only what was tried after it may be new.
      start = try await database.events(of: id, after: sequence - 1, limit: 1).first
    }
    for delivery in try await database.deliveryAttempts(of: id) {
      // Those before the page's first event stand on the page before.
      guard sequence == 0 || start.map({ delivery.at >= $0.at }) ?? false,
        next.map({ delivery.at < $0.at }) ?? true
      else { continue }
      if types[delivery.event] == nil {
        let event = try await database.publishedEvent(delivery.event, merchant: merchant)
        types[delivery.event] = event?.type
      }
      let place = entries.lastIndex { $0.at <= delivery.at } ?? entries.endIndex - 1
      entries.insert(.delivery(delivery, type: types[delivery.event] ?? ""), at: place + 1)
    }
    if next == nil, let silence = state.silence, let last = events.last ?? start {
      let place = entries.lastIndex { $0.at <= silence.last } ?? entries.endIndex - 1
      entries.insert(.silence(silence, after: last.id), at: place + 1)
    }
    return TimelinePage(entries: entries, next: next == nil ? nil : events.last?.sequence)
  }
}

extension PayinService {
  /// As `Committer.timeline`.
  public func timeline(
    of id: PayinID, merchant: String, after sequence: Int, limit: Int
  ) async throws -> TimelinePage {
    try await committer.timeline(
      of: id, as: Payin.self, merchant: merchant, after: sequence, limit: limit)
  }
}
