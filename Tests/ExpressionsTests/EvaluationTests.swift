import Expressions
import Foundation
import TestSupport
import Testing

/// What the language gives over the values of a rule.
@Suite struct EvaluationTests {
  static let account = ObjectType(
    "account",
    [
      .required("healthy", .bool), .required("success_rate", .double),
      .required("latency_ms", .int),
    ])
  static let payer = ObjectType("payer", [.optional("name", .string), .optional("email", .string)])
  static let payin = ObjectType(
    "payin",
    [
      .optional("method", .string), .required("amount", .int), .optional("payer", .object(payer)),
      .required("metadata", .map(key: .string, value: .string)),
    ])
  static let declarations = Declarations([
    "payin": .object(payin), "now": .timestamp, "any": .dyn,
    "accounts": .map(key: .string, value: .object(account)),
  ])
  static let healthy = ObjectValue(
    account, ["healthy": .bool(true), "success_rate": .double(0.97), "latency_ms": .int(300)])

  static func activation(
    method: String? = "spei", amount: Int64 = 150_000, payer: Value? = nil,
    now: String = "2026-07-01T15:30:45.123456789Z"
  ) throws -> Activation {
    let reading = try Expression(
      "timestamp('\(now)')", declarations: Declarations([:]), expecting: .timestamp)
    guard case .value(let instant) = reading.evaluate(Activation(slots: [])) else {
      throw CocoaError(.coderReadCorrupt)
    }
    return Activation(
      declarations,
      [
        "payin": .object(
          ObjectValue(
            payin,
            [
              "method": method.map { .string($0) }, "amount": .int(amount), "payer": payer,
              "metadata": .map(MapValue([("tier", .string("vip"))])),
            ])),
        "now": instant, "any": .null,
        "accounts": .map(MapValue([("openpay-main", .object(healthy))])),
      ])
  }

  /// The outcome in one text: the value as a literal of the language, or "error: message".
  static func outcome(
    _ source: String, _ activation: Activation, expecting expected: ExpressionType = .dyn
  ) throws -> String {
    let expression = try Expression(source, declarations: declarations, expecting: expected)
    switch expression.explain(activation).parts[0].result {
    case .value(let text): return text
    case .error(let message): return "error: \(message)"
    case .notEvaluated: return "not evaluated"
    }
  }

  // MARK: Rules

  @Test(
    "decides the conditions of rules",
    arguments: [
      ("payin.method == 'spei' && payin.amount < 1000000", "true"),
      ("payin.method == 'store' || payin.amount >= 150000", "true"),
      (
        "payin.metadata['tier'] == 'vip' && hour(now, 'America/Mexico_City') in [9, 10, 11]", "true"
      ),
      ("weekday(now, 'America/Mexico_City') in [1, 2, 3, 4, 5]", "true"),
      ("accounts['openpay-main'].healthy && accounts['openpay-main'].success_rate > 0.9", "true"),
      ("accounts.all(id, accounts[id].latency_ms < 1000)", "true"),
      ("accounts.exists(id, id.startsWith('openpay') && !accounts[id].healthy)", "false"),
      ("payin.amount % 100 == 0 ? payin.metadata.tier : 'cents'", "'vip'"),
      ("payin.payer.email == 'a'", "error: payin.payer is absent"),
      (
        "payin.metadata['channel'] == 'web'",
        "error: no such key: 'channel' in payin.metadata['channel']"
      ),
      (
        "payin.metadata.channel == 'web'", "error: no such key: 'channel' in payin.metadata.channel"
      ),
      ("accounts['x'].healthy", "error: no such key: 'x' in accounts['x']"),
      ("[1, 2][payin.amount]", "error: index 150000 is out of range: the list has 2 elements"),
      ("payin.amount * 9223372036854775807", "error: the result is outside the range of int"),
      ("payin.amount / (payin.amount - 150000)", "error: division by zero"),
      ("any + 1", "error: not applicable to null_type and int"),
      ("any.field", "error: not applicable to null_type"),
      ("int(payin.method)", "error: 'spei' is no int"),
      ("uint(-payin.amount)", "error: the result is outside the range of uint"),
      ("{payin.method: 1, 'sp' + 'ei': 2}", "error: the key 'spei' stands twice"),
      (
        "payin.method.matches(payin.method + '(')",
        "error: in the pattern: a group has no closing ')'"
      ),
      ("hour(now, payin.method)", "error: 'spei' is no time zone"),
    ])
  func decides(source: String, expected: String) throws {
    #expect(try Self.outcome(source, try Self.activation()) == expected)
  }

  @Test("an absent field is an error value that has() asks about and && and || absorb")
  func absentFields() throws {
    let absent = try Self.activation(method: nil)
    #expect(try Self.outcome("payin.method == 'spei'", absent) == "error: payin.method is absent")
    #expect(try Self.outcome("has(payin.method)", absent) == "false")
    #expect(try Self.outcome("!has(payin.method)", absent) == "true")
    #expect(try Self.outcome("payin.method == 'spei' || payin.amount > 0", absent) == "true")
    #expect(try Self.outcome("payin.amount < 0 && payin.method == 'spei'", absent) == "false")
    #expect(try Self.outcome("payin.method == 'spei' && payin.amount < 0", absent) == "false")
    #expect(
      try Self.outcome("payin.method == 'spei' && payin.amount > 0", absent)
        == "error: payin.method is absent")
    #expect(try Self.outcome("has(payin.method) && payin.method == 'spei'", absent) == "false")
    #expect(try Self.outcome("dyn(payin).method == 'spei'", absent).hasPrefix("error: no such key"))
    #expect(try Self.outcome("has(dyn(payin).method)", absent) == "false")
  }

  @Test("has() of a field of an absent object is false, of a missing key's value an error")
  func hasLooksThroughAbsentObjects() throws {
    let without = try Self.activation()
    #expect(try Self.outcome("has(payin.payer)", without) == "false")
    #expect(try Self.outcome("has(payin.payer.email)", without) == "false")
    let empty = try Self.activation(payer: .object(ObjectValue(Self.payer, slots: [])))
    #expect(try Self.outcome("has(payin.payer)", empty) == "true")
    #expect(try Self.outcome("has(payin.payer.email)", empty) == "false")
    let full = try Self.activation(payer: .object(ObjectValue(Self.payer, ["email": .string("a")])))
    #expect(try Self.outcome("has(payin.payer.email)", full) == "true")
    #expect(try Self.outcome("has(accounts['x'].healthy)", full).hasPrefix("error: no such key"))
    #expect(try Self.outcome("has(accounts[payin.payer.name].healthy)", full).hasPrefix("error"))
    #expect(try Self.outcome("has(accounts['openpay-main'].healthy)", full) == "true")
  }

  @Test("an error says which part of the source it comes from")
  func errorsHavePlaces() throws {
    let expression = try Expression(
      "payin.amount > 0 &&\n  payin.method == 'spei'", declarations: Self.declarations,
      expecting: .bool)
    guard case .error(let error) = expression.evaluate(try Self.activation(method: nil)) else {
      Issue.record("expected an error")
      return
    }
    #expect(error.text == "payin.method")
    #expect(error.line == 2)
    #expect(error.column == 3)
    #expect(error.message == "payin.method is absent")
  }

  @Test("a result that turns out to be of another type is an error")
  func checksResult() throws {
    let activation = try Self.activation()
    #expect(
      try Expression("any", declarations: Self.declarations, expecting: .bool)
        .evaluate(activation).isTrue == false)
    guard
      case .error(let error) = try Expression(
        "any", declarations: Self.declarations, expecting: .bool
      ).evaluate(activation)
    else {
      Issue.record("expected an error")
      return
    }
    #expect(error.message == "the result must be a bool, but is null_type")
  }

  @Test("an activation that does not fit the declarations gives errors, never a crash")
  func survivesWrongActivations() throws {
    let sources = [
      "payin.method == 'spei' && payin.amount < 1000000", "has(payin.payer.email)",
      "accounts['a'].healthy", "accounts.all(id, accounts[id].healthy)", "hour(now, 'UTC') == 1",
      "payin.payer.email.endsWith('a')", "payin.amount + 1 > 2", "size(payin.metadata) > 0",
    ]
    let other = ObjectType("other", [.required("amount", .string)])
    let values: [Value?] = [
      nil, .null, .int(1), .string("a"), .list([.int(1)]), .map(MapValue()),
      .object(ObjectValue(other, ["amount": .string("a")])),
      .object(ObjectValue(Self.payin, slots: [])),
      .object(ObjectValue(Self.payin, slots: [.int(1), .string("a"), .int(2), .null])),
    ]
    for source in sources {
      let expression = try Expression(source, declarations: Self.declarations, expecting: .bool)
      #expect(!expression.evaluate(Activation(slots: [])).isTrue)
      for value in values {
        _ = expression.evaluate(Activation(slots: [value, value, value, value, value]))
      }
    }
  }

  @Test("an object of a type with the same field names is read by name")
  func readsByName() throws {
    let twin = ObjectType(
      "payin", [.required("amount", .int), .required("method", .string)])
    let activation = Activation(slots: [
      .object(ObjectValue(twin, ["amount": .int(5), "method": .string("store")]))
    ])
    #expect(try Self.outcome("payin.method == 'store' && payin.amount == 5", activation) == "true")
    #expect(try Self.outcome("has(payin.payer)", activation) == "false")
  }

  @Test("objects are equal field by field")
  func comparesObjects() throws {
    let activation = try Self.activation(
      payer: .object(ObjectValue(Self.payer, ["email": .string("a")])))
    #expect(try Self.outcome("payin == payin", activation) == "true")
    #expect(try Self.outcome("payin.payer == payin.payer", activation) == "true")
    #expect(try Self.outcome("dyn(payin.payer) == payin", activation) == "false")
    #expect(try Self.outcome("type(payin) == type(payin.payer)", activation) == "false")
    #expect(try Self.outcome("payin in [payin]", activation) == "true")
  }

  // MARK: Texts

  @Test(
    "texts are code points, kept apart by no normal form",
    arguments: [
      (#"'\U0001f389' == '🎉'"#, "true"),
      (#"'Am\u00E9lie' == 'Ame\u0301lie'"#, "false"),
      (#"{'\u00E9': 1, 'e\u0301': 2}.size()"#, "2"),
      (#"'e\u0301' in {'\u00E9': 1}"#, "false"),
      (#"'\u00E9' < 'e\u0301'"#, "false"),
      ("'a\nb'", "error"),
      ("'''a\nb'''", #"'a\nb'"#),
      ("r'''\\d\n'''.size()", "3"),
      (#"size('👨‍👩‍👧')"#, "5"),
      (#"b'\xff\u0041'"#, "error"),
      (#"bytes('é') == b'\303\251'"#, "true"),
      (#"'\uFFFF' < '\U00010000'"#, "true"),
    ])
  func textsAreCodePoints(source: String, expected: String) throws {
    let found = (try? Self.outcome(source, try Self.activation())) ?? "error"
    #expect(found == expected)
  }

  // MARK: Times

  @Test(
    "times to the nanosecond, in the clock of a zone",
    arguments: [
      ("hour(now, 'America/Mexico_City')", "9"),
      ("minute(now, 'Asia/Kathmandu')", "15"),
      ("date(now, 'America/Mexico_City')", "'2026-07-01'"),
      ("date(now, '+09:00')", "'2026-07-02'"),
      ("date(timestamp('0001-01-01T00:00:00Z'), 'UTC')", "'0001-01-01'"),
      ("weekday(now, 'UTC')", "3"),
      ("weekday(timestamp('2026-07-05T03:00:00Z'), 'America/Mexico_City')", "6"),
      ("hour(now, payin.method + '')", "error: 'spei' is no time zone"),
      ("hour(now, 'America/' + 'Mexico_City')", "9"),
      ("now.getHours('02:00')", "17"),
      ("now.getMilliseconds()", "123"),
      ("timestamp('1969-12-31T23:59:59.5Z').getMilliseconds()", "500"),
      // Mexico gave up daylight saving time in October 2022.
      ("timestamp('2022-07-01T12:00:00Z').getHours('America/Mexico_City')", "7"),
      ("timestamp('2023-07-01T12:00:00Z').getHours('America/Mexico_City')", "6"),
      ("timestamp('2026-03-08T07:59:59Z').getHours('America/New_York')", "3"),
      ("timestamp('2026-03-08T06:59:59Z').getHours('America/New_York')", "1"),
      ("string(now)", "'2026-07-01T15:30:45.123456789Z'"),
      ("now + duration('1ns')", "timestamp('2026-07-01T15:30:45.12345679Z')"),
      ("now - now", "duration('0s')"),
      ("now - (now - duration('1.5s'))", "duration('1.5s')"),
      (
        "timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')",
        "error: the result is outside the range of timestamp"
      ),
      (
        "timestamp('0001-01-01T00:00:00Z') + duration('-1ns')",
        "error: the result is outside the range of timestamp"
      ),
      (
        "duration('2562047h47m16.854775807s') + duration('1ns')",
        "error: the result is outside the range of duration"
      ),
      ("duration('-2562047h47m16.854775808s')", "duration('-9223372036.854775808s')"),
      ("now - duration('-9223372036854775808ns') > now", "true"),
      ("duration('1h1m1.5s').getMinutes()", "61"),
      ("duration('-1.5s').getMilliseconds()", "-500"),
      ("duration('.5h') == duration('30m')", "true"),
      ("duration('1µs') == duration('1us')", "true"),
      ("string(duration('1us'))", "'0.000001s'"),
    ])
  func times(source: String, expected: String) throws {
    #expect(try Self.outcome(source, try Self.activation()) == expected)
  }

  @Test("every timestamp is read back from its own text")
  func timestampsRoundTrip() throws {
    let expression = try Expression(
      "timestamp(string(now)) == now", declarations: Declarations(["now": .timestamp]),
      expecting: .bool)
    var random = SeededRandom(seed: 7)
    for _ in 0..<2_000 {
      let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random)
      let nanoseconds = Int32.random(in: 0..<1_000_000_000, using: &random)
      let instant = try #require(Timestamp(seconds: seconds, nanoseconds: nanoseconds))
      #expect(expression.evaluate(Activation(slots: [.timestamp(instant)])).isTrue)
    }
    #expect(Timestamp(seconds: 253_402_300_800) == nil)
    #expect(Timestamp(milliseconds: -1)?.description == "1969-12-31T23:59:59.999Z")
  }

  @Test("every double is read back from its own text")
  func doublesRoundTrip() throws {
    let expression = try Expression(
      "double(string(d)) == d", declarations: Declarations(["d": .double]), expecting: .bool)
    var random = SeededRandom(seed: 11)
    for _ in 0..<5_000 {
      let double = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random))
      guard double.isFinite else { continue }
      #expect(expression.evaluate(Activation(slots: [.double(double)])).isTrue, "\(double)")
    }
    let texts = [
      (0.0, "0"), (-0.0, "-0"), (100.0, "100"), (0.000001, "0.000001"), (1e-7, "1e-7"),
      (1e20, "100000000000000000000"), (1e21, "1e+21"), (123456.789, "123456.789"),
      (1.5e300, "1.5e+300"), (.leastNonzeroMagnitude, "5e-324"), (-2.5, "-2.5"),
    ]
    for (double, text) in texts {
      let written = try Expression(
        "string(d)", declarations: Declarations(["d": .double]), expecting: .string)
      #expect(written.evaluate(Activation(slots: [.double(double)])) == .value(.string(text)))
    }
  }
}
