/// A point in time as a conversation needs it.
struct ConversationTime: Sendable {
  /// Of a clock that never goes back.
  var milliseconds: Int64
  /// The wall clock as `Date` says it.
  var date: String
}
