import TestSupport

@testable import HTTPServing

/// A conversation with its clock in the test's hand.
struct Talk {
  var conversation: Conversation
  var now = ConversationTime(milliseconds: 0, date: "DATE")
  private var ids = 0
  /// Requests handed out, as `sequence path`.
  var taken: [String] = []

  init(_ adjust: (inout HTTPLimits, inout HTTPDeadlines) -> Void = { _, _ in }) {
    var limits = HTTPLimits()
    var deadlines = HTTPDeadlines()
    deadlines.headerMilliseconds = 100
    deadlines.bodyMilliseconds = 300
    deadlines.idleMilliseconds = 1_000
    deadlines.writeMilliseconds = 500
    deadlines.lingerMilliseconds = 50
    adjust(&limits, &deadlines)
    conversation = Conversation(limits: limits, deadlines: deadlines, at: now)
  }

  /// Takes what there is to take; the test sends output when it likes.
  mutating func settle() {
    var next = ids
    while let assignment = conversation.takeRequest(
      at: now,
      id: {
        next += 1
        return "req_\(next)"
      })
    {
      taken.append("\(assignment.sequence) \(assignment.request.path)")
    }
    ids = next
  }

  mutating func receive(_ text: String) {
    conversation.received(latin1(text).span)
    settle()
  }

  mutating func get(_ paths: String...) {
    receive(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
  }

  mutating func answer(_ sequence: Int, _ body: String = "") throws {
    let answer = try PreparedAnswer(
      Response(.ok, body: Array(body.utf8)), id: "r\(sequence)", isHead: false)
    conversation.answered(sequence, with: answer)
    settle()
  }

  /// Sends everything, or that many bytes; gives what went out.
  mutating func send(_ limit: Int = .max) -> String {
    var sent: [UInt8] = []
    while sent.count < limit, !conversation.output.isEmpty {
      let piece = conversation.output.first.dropFirst(conversation.output.offset)
        .prefix(limit - sent.count)
      sent += piece
      conversation.sent(piece.count)
    }
    settle()
    return String(decoding: sent, as: UTF8.self)
  }

  mutating func end() {
    conversation.receivedEnd()
    settle()
  }

  mutating func drain() {
    conversation.drain()
    settle()
  }

  /// Moves the clock, and tells the conversation if its deadline has passed.
  mutating func pass(_ milliseconds: Int64) {
    now.milliseconds += milliseconds
    if let deadline = conversation.deadline, deadline <= now.milliseconds {
      conversation.expired(at: now) { "req_late" }
    }
    settle()
  }
}
