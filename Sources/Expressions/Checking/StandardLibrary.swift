/// One way to call a function or apply an operator.
struct Overload: Sendable {
  let parameters: [ExpressionType]
  let result: ExpressionType

  init(_ parameters: ExpressionType..., to result: ExpressionType) {
    self.parameters = parameters
    self.result = result
  }
}

/// A function of the language: its ways to be called, and what they evaluate to.
struct Function: Sendable {
  /// Whether the first parameter stands before the dot, as in `text.startsWith('a')`.
  enum Style {
    case function, method
    /// Both ways are the same.
    case either
  }

  let style: Style
  let operation: Operation
  /// What the operation reads of a time.
  var field: TimeField?
  let overloads: [Overload]
}

/// The functions that expressions may call.
enum StandardLibrary {
  static let functions = [conversions, texts, times, optionals].reduce(into: [:]) {
    $0.merge($1) { first, _ in first }
  }

  /// The names of types, which are values.
  static let typeNames: Set<String> = [
    "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type",
    ExpressionType.optionalName,
  ]

  private static let anyList = ExpressionType.list(.dyn)
  private static let anyOptional = ExpressionType.optional(.dyn)
  private static let anyMap = ExpressionType.map(key: .dyn, value: .dyn)

  private static let conversions: [String: Function] = [
    "bool": conversion(.toBool, to: .bool, from: [.bool, .string]),
    "int": conversion(.toInt, to: .int, from: [.int, .uint, .double, .string, .timestamp]),
    "uint": conversion(.toUInt, to: .uint, from: [.uint, .int, .double, .string]),
    "double": conversion(.toDouble, to: .double, from: [.double, .int, .uint, .string]),
    "string": conversion(
      .toString, to: .string,
      from: [.string, .bool, .int, .uint, .double, .bytes, .timestamp, .duration]),
    "bytes": conversion(.toBytes, to: .bytes, from: [.bytes, .string]),
    "timestamp": conversion(.toTimestamp, to: .timestamp, from: [.timestamp, .string, .int]),
    "duration": conversion(.toDuration, to: .duration, from: [.duration, .string]),
    "type": conversion(.toType, to: .type, from: [.dyn]),
  ]

  private static func conversion(
    _ operation: Operation, to result: ExpressionType, from types: [ExpressionType]
  ) -> Function {
    Function(
      style: .function, operation: operation, overloads: types.map { Overload($0, to: result) })
  }

  private static let texts: [String: Function] = [
    "size": Function(
      style: .either, operation: .size,
      overloads: [.string, .bytes, anyList, anyMap].map { Overload($0, to: .int) }),
    "startsWith": method(.startsWith, Overload(.string, .string, to: .bool)),
    "endsWith": method(.endsWith, Overload(.string, .string, to: .bool)),
    "contains": method(.contains, Overload(.string, .string, to: .bool)),
    "charAt": method(.charAt, Overload(.string, .int, to: .string)),
    "indexOf": method(
      .indexOf, Overload(.string, .string, to: .int), Overload(.string, .string, .int, to: .int)),
    "lastIndexOf": method(
      .lastIndexOf, Overload(.string, .string, to: .int),
      Overload(.string, .string, .int, to: .int)),
    "lowerAscii": method(.lowerAscii, Overload(.string, to: .string)),
    "replace": method(
      .replace, Overload(.string, .string, .string, to: .string),
      Overload(.string, .string, .string, .int, to: .string)),
    "split": method(
      .split, Overload(.string, .string, to: .list(.string)),
      Overload(.string, .string, .int, to: .list(.string))),
    "substring": method(
      .substring, Overload(.string, .int, to: .string), Overload(.string, .int, .int, to: .string)),
    "trim": method(.trim, Overload(.string, to: .string)),
    "upperAscii": method(.upperAscii, Overload(.string, to: .string)),
    "matches": Function(
      style: .either, operation: .matches, overloads: [Overload(.string, .string, to: .bool)]),
  ]

  private static func method(_ operation: Operation, _ overloads: Overload...) -> Function {
    Function(style: .method, operation: operation, overloads: overloads)
  }

  /// The checker knows what they answer: it depends on what the optional has.
  private static let optionals: [String: Function] = [
    "optional.none": Function(
      style: .function, operation: .constant, overloads: [Overload(to: anyOptional)]),
    "optional.of": Function(
      style: .function, operation: .optionalOf, overloads: [Overload(.dyn, to: anyOptional)]),
    "optional.ofNonZeroValue": Function(
      style: .function, operation: .optionalOfNonZero,
      overloads: [Overload(.dyn, to: anyOptional)]),
    "hasValue": method(.hasValue, Overload(anyOptional, to: .bool)),
    "or": method(.otherwise, Overload(anyOptional, anyOptional, to: anyOptional)),
    "orValue": method(.orValue, Overload(anyOptional, .dyn, to: .dyn)),
    "value": method(.optionalValue, Overload(anyOptional, to: .dyn)),
  ]

  private static let times: [String: Function] = [
    "getFullYear": getter(.fullYear),
    "getMonth": getter(.month),
    "getDayOfMonth": getter(.dayOfMonth),
    "getDate": getter(.date),
    "getDayOfWeek": getter(.dayOfWeek),
    "getDayOfYear": getter(.dayOfYear),
    "getHours": getter(.hours, ofDurations: true),
    "getMinutes": getter(.minutes, ofDurations: true),
    "getSeconds": getter(.seconds, ofDurations: true),
    "getMilliseconds": getter(.milliseconds, ofDurations: true),
    "hour": zoned(.hours, to: .int),
    "minute": zoned(.minutes, to: .int),
    "weekday": zoned(.dayOfWeek, to: .int),
    "date": zoned(.isoDate, to: .string),
  ]

  private static func getter(_ field: TimeField, ofDurations: Bool = false) -> Function {
    var overloads = [
      Overload(.timestamp, to: .int), Overload(.timestamp, .string, to: .int),
    ]
    if ofDurations { overloads.append(Overload(.duration, to: .int)) }
    return Function(style: .method, operation: .timeField, field: field, overloads: overloads)
  }

  /// The short forms for rules: `hour(now, 'America/Mexico_City')`.
  private static func zoned(_ field: TimeField, to result: ExpressionType) -> Function {
    Function(
      style: .function, operation: .timeField, field: field,
      overloads: [Overload(.timestamp, .string, to: result)])
  }
}

extension BinaryOperator {
  /// The ways to apply an arithmetic operator; relations have rules of their own.
  var overloads: [Overload] {
    switch self {
    case .add: Self.additions
    case .subtract: Self.subtractions
    case .multiply, .divide: Self.products
    case .remainder: Self.remainders
    default: []
    }
  }

  private static let remainders = [
    Overload(.int, .int, to: .int), Overload(.uint, .uint, to: .uint),
  ]
  private static let products = remainders + [Overload(.double, .double, to: .double)]
  private static let additions =
    products + [
      Overload(.string, .string, to: .string),
      Overload(.bytes, .bytes, to: .bytes),
      Overload(.list(.dyn), .list(.dyn), to: .list(.dyn)),
      Overload(.timestamp, .duration, to: .timestamp),
      Overload(.duration, .timestamp, to: .timestamp),
      Overload(.duration, .duration, to: .duration),
    ]
  private static let subtractions =
    products + [
      Overload(.timestamp, .timestamp, to: .duration),
      Overload(.timestamp, .duration, to: .timestamp),
      Overload(.duration, .duration, to: .duration),
    ]

  var operation: Operation {
    switch self {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .isIn: .isIn
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .remainder: .remainder
    }
  }
}
