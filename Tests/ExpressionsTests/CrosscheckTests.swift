import Expressions
import Foundation
import Testing

/// Compares with cel-python, an independent implementation; see crosscheck.py beside the fixture.
@Suite struct CrosscheckTests {
  /// A line of the fixture.
  struct Case: Decodable {
    let expr: String
    let celpy: Result
    /// The right result, where cel-python departs from the specification.
    let spec: Result?
    let why: String?
  }

  /// A result in the form of the fixture.
  enum Result: Equatable, Decodable {
    case value(Value)
    case error
    /// Refused when it is loaded.
    case fault
    /// What no implementation should make: a map with other keys, a duration out of range.
    case unlawful
    /// In RFC 3339.
    case timestamp(String)

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init?(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      let key = try #require(container.allKeys.first)
      func text() throws -> String { try container.decode(String.self, forKey: key) }
      func value(_ result: Result) throws -> Value {
        guard case .value(let value) = result else { throw CocoaError(.coderReadCorrupt) }
        return value
      }
      switch key.stringValue {
      case "error": self = .error
      case "fault": self = .fault
      case "null": self = .value(.null)
      case "bool": self = .value(.bool(try container.decode(Bool.self, forKey: key)))
      case "int": self = .value(.int(try #require(Int64(try text()))))
      case "uint": self = .value(.uint(try #require(UInt64(try text()))))
      case "double": self = .value(.double(try #require(Double(try text()))))
      case "string": self = .value(.string(try text()))
      case "type": self = .value(.type(try text()))
      case "duration": self = Int64(try text()).map { .value(.duration($0)) } ?? .unlawful
      case "timestamp":
        self = .timestamp(try text())
      case "bytes":
        let digits = Array(try text())
        self = .value(
          .bytes(
            try stride(from: 0, to: digits.count, by: 2).map {
              try #require(UInt8(String(digits[$0...($0 + 1)]), radix: 16))
            }))
      case "list":
        let results = try container.decode([Result].self, forKey: key)
        self = .value(.list(try results.map(value)))
      case "map":
        let entries = try container.decode([[Result]].self, forKey: key)
        let pairs = try entries.map { (key: try value($0[0]), value: try value($0[1])) }
        self = MapValue(entries: pairs).map { .value(.map($0)) } ?? .unlawful
      default: throw CocoaError(.coderReadCorrupt)
      }
    }
  }

  static let payer = ObjectType(
    "payer", [.required("name", .string), .optional("email", .string), .optional("phone", .string)])
  static let payin = ObjectType(
    "payin",
    [
      .optional("method", .string), .required("amount", .int), .required("currency", .string),
      .optional("payer", .object(payer)),
      .required("metadata", .map(key: .string, value: .string)),
    ])
  static let declarations = Declarations([
    "x": .int, "y": .int, "u": .uint, "d": .double, "b": .bool, "s": .string, "t": .string,
    "l": .list(.int), "m": .map(key: .string, value: .int), "now": .timestamp,
    "payin": .object(payin),
  ])
  static let activation = Activation(
    declarations,
    [
      "x": .int(7), "y": .int(-3), "u": .uint(5), "d": .double(2.5), "b": .bool(true),
      "s": .string("hello"), "t": .string("niño 🎉"),
      "l": .list([.int(1), .int(2), .int(3), .int(4), .int(5)]),
      "m": .map(MapValue([("a", .int(1)), ("b", .int(2))])),
      "now": .timestamp(Timestamp(seconds: 1_782_919_845)!),
      "payin": .object(
        ObjectValue(
          payin,
          [
            "method": .string("spei"), "amount": .int(150_000), "currency": .string("MXN"),
            "payer": .object(ObjectValue(payer, ["name": .string("Ana")])),
            "metadata": .map(MapValue([("tier", .string("vip")), ("channel", .string("web"))])),
          ])),
    ])

  static func result(of source: String) -> Result {
    do {
      let expression = try Expression(
        source, declarations: declarations, expecting: .dyn)
      switch expression.evaluate(activation) {
      case .value(.timestamp(let timestamp)): return .timestamp(timestamp.description)
      case .value(let value): return .value(value)
      case .error: return .error
      }
    } catch {
      return .fault
    }
  }

  static func cases() throws -> [Case] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/expressions/crosscheck.jsonl")
    let decoder = JSONDecoder()
    return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
      .map { try decoder.decode(Case.self, from: $0) }
  }

  /// NaN stands for NaN here.
  static func agree(_ found: Result, _ expected: Result) -> Bool {
    if case .value(.double(let a)) = found, case .value(.double(let b)) = expected {
      return a == b || (a.isNaN && b.isNaN)
    }
    return found == expected
  }

  @Test("evaluates what cel-python evaluates, and where that errs what the specification says")
  func agreesWithCelPython() throws {
    let cases = try Self.cases()
    #expect(cases.count >= 2_000)
    for line in cases {
      let found = Self.result(of: line.expr)
      if let spec = line.spec {
        #expect(line.why?.isEmpty == false)
        #expect(Self.agree(found, spec), "\(line.expr): \(found), \(spec) by the specification")
      } else if line.celpy == .error {
        // cel-python knows no checker: what ours refuses when loaded, it refuses when evaluated.
        #expect(found == .error || found == .fault, "\(line.expr): \(found)")
      } else {
        #expect(Self.agree(found, line.celpy), "\(line.expr): \(found), cel-python \(line.celpy)")
      }
    }
  }
}
