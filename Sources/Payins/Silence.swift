public import JSONText

/// Questions that taught nothing since the pay-in was written last: each time the provider said
/// again what it had said. They are kept with the job that asks, and not with the pay-in.
public struct Silence: Equatable, Sendable {
  public var attempt: AttemptID
  /// What was answered, each time: `QueryOutcome.label`.
  public var word: String
  public var count: Int
  /// When the first of them was answered.
  public var first: Instant
  public var last: Instant
  /// When the provider is asked next.
  public var nextCheckAt: Instant

  public init(
    attempt: AttemptID, word: String, count: Int, first: Instant, last: Instant,
    nextCheckAt: Instant
  ) {
    self.attempt = attempt
    self.word = word
    self.count = count
    self.first = first
    self.last = last
    self.nextCheckAt = nextCheckAt
  }

  /// Whether the provider showed the order.
  var isEvidence: Bool { word != QueryOutcome.absent.label }
}

extension Silence {
  public var eventType: String { "poll.\(word)" }

  /// What the timeline says of them.
  public var data: JSONObject {
    [
      "attempt": .string(attempt.text), "times": JSON(count), "first_at": JSON(first.rfc3339),
      "last_at": JSON(last.rfc3339),
    ]
  }
}
