/// Why and where a JSON or JSON5 text was refused.
public struct JSONFault: Error, Sendable, Equatable {
  /// What is wrong, in words for the author of the text; without the place.
  public let message: String
  /// Bytes from the start of the text.
  public let offset: Int
  /// Line and column, both from 1; columns in Unicode scalars.
  public let position: SourcePosition
  /// RFC 6901 pointer of the value being read, or of the duplicate member.
  public private(set) var pointer: String

  public var line: Int { position.line }
  public var column: Int { position.column }

  init(_ message: String, at offset: Int, of bytes: [UInt8]) {
    self.message = message
    self.offset = offset
    let before = String(decoding: bytes[..<offset], as: UTF8.self)
    position = PositionCursor.after(before.unicodeScalars)
    pointer = ""
  }

  init(_ message: String, at index: Int, of scalars: [Unicode.Scalar]) {
    self.message = message
    offset = scalars[..<index].reduce(0) { $0 + UTF8.width($1) }
    position = PositionCursor.after(scalars[..<index])
    pointer = ""
  }

  /// The same fault, seen from the object that holds the faulty value.
  func within(_ key: String) -> JSONFault {
    var fault = self
    fault.pointer = "/\(JSONPointer.escaped(key))\(pointer)"
    return fault
  }

  /// The same fault, seen from the array that holds the faulty value.
  func within(_ index: Int) -> JSONFault {
    within(String(index))
  }
}

extension JSONFault: CustomStringConvertible {
  public var description: String {
    let place = pointer.isEmpty ? "" : " (at \(pointer))"
    return "line \(line), column \(column): \(message)\(place)"
  }
}
