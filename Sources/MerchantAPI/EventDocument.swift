import Gateway
import HTTPCalling
import JSONText
import Payins
import Storage

/// Events and their deliveries as merchants and operators see them.
enum EventDocument {
  static func timeline(_ entry: TimelineEntry) -> JSON {
    switch entry {
    case .event(let event): timeline(event)
    case .delivery(let delivery, let type): timeline(delivery, of: type)
    case .silence(let silence, let last): timeline(silence, after: last)
    }
  }

  /// Under the id of the event before them, without a number of their own.
  private static func timeline(_ silence: Silence, after last: EventID) -> JSON {
    [
      "id": JSON(last.text), "object": "polls", "sequence": nil, "type": JSON(silence.eventType),
      "at": JSON(silence.last.rfc3339), "data": .object(silence.data), "announced": false,
    ]
  }

  private static func timeline(_ event: OperationEvent) -> JSON {
    [
      "id": JSON(event.id.text), "object": "event", "sequence": JSON(event.sequence),
      "type": JSON(event.type), "at": JSON(event.at.rfc3339), "data": event.data,
      "announced": JSON(event.notification != nil),
    ]
  }

  /// A try to deliver stands on the timeline, too, under its event's id and without a number of
  /// its own.
  private static func timeline(_ delivery: DeliveryAttempt, of type: String) -> JSON {
    var data = attempt(delivery)
    data["endpoint"] = JSON(delivery.endpoint)
    data["event_type"] = JSON(type)
    return [
      "id": JSON(delivery.event.text), "object": "delivery", "sequence": nil,
      "type": delivery.failure == nil ? "webhook.delivered" : "webhook.failed",
      "at": JSON(delivery.at.rfc3339), "data": .object(data), "announced": false,
    ]
  }

  static func published(_ event: OperationEvent, _ deliveries: [WebhookService.Delivery]) -> JSON {
    [
      "id": JSON(event.id.text),
      "object": [
        "type": JSON(event.operation.kind?.rawValue), "id": JSON(event.operation.text),
      ], "type": JSON(event.type),
      "payin": event.operation.kind == .payin ? JSON(event.operation.text) : nil,
      "sequence": JSON(event.notification.map { Int64($0.sequence) }),
      "created_at": JSON(event.at.rfc3339), "data": data(event),
      "deliveries": .array(deliveries.map(delivery)),
    ]
  }

  /// What was announced; null for an event that was not.
  private static func data(_ event: OperationEvent) -> JSON {
    event.notification.flatMap { try? JSON(parsing: $0.body) } ?? .null
  }

  private static func delivery(_ delivery: WebhookService.Delivery) -> JSON {
    [
      "endpoint": JSON(delivery.endpoint), "state": JSON(delivery.state.rawValue),
      "tries": .array(
        delivery.tries.map { each in
          var object = attempt(each)
          object["at"] = JSON(each.at.rfc3339)
          return .object(object)
        }),
    ]
  }

  private static func attempt(_ delivery: DeliveryAttempt) -> JSONObject {
    [
      "status": JSON(delivery.status.map { Int64($0) }),
      "failure": JSON(delivery.failure.map(shown)),
      "duration_ms": JSON(delivery.milliseconds),
    ]
  }

  /// Whether a name leads nowhere or to a private address is one to merchants: else they could find
  /// out the names of the gateway's own network.
  private static func shown(_ failure: String) -> String {
    hidden.contains(failure) ? "unresolvable_host" : failure
  }

  private static let hidden = [
    CallFailure.Label.dns.rawValue, CallFailure.Label.forbiddenAddress.rawValue,
  ]
}
