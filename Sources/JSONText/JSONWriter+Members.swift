/// Members by the types of their values; nothing is null.
extension JSONWriter {
  public mutating func member(_ name: StaticString, _ value: String?) {
    key(name)
    if let value { string(value) } else { null() }
  }

  public mutating func member(_ name: StaticString, _ value: Int64?) {
    key(name)
    if let value { int64(value) } else { null() }
  }

  public mutating func member(_ name: StaticString, _ value: Int) {
    key(name)
    int64(Int64(value))
  }

  public mutating func member(_ name: StaticString, _ value: Bool) {
    key(name)
    bool(value)
  }

  public mutating func member(_ name: StaticString, _ value: JSON) {
    key(name)
    write(value)
  }

  /// An object of what `members` writes, or null where there is nothing to write it of.
  @inlinable
  public mutating func member<Value>(
    _ name: StaticString, _ value: Value?, _ members: (Value, inout JSONWriter) -> Void
  ) {
    key(name)
    guard let value else { return null() }
    beginObject()
    members(value, &self)
    endObject()
  }

  /// An array of such objects.
  @inlinable
  public mutating func member<Value>(
    _ name: StaticString, each values: [Value], _ members: (Value, inout JSONWriter) -> Void
  ) {
    key(name)
    beginArray()
    for value in values {
      beginObject()
      members(value, &self)
      endObject()
    }
    endArray()
  }

  /// An array of texts.
  public mutating func member(_ name: StaticString, each values: [String]) {
    key(name)
    beginArray()
    for value in values { string(value) }
    endArray()
  }

  /// The bytes of one object.
  public static func object(capacity: Int = 512, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter(capacity: capacity)
    json.beginObject()
    members(&json)
    json.endObject()
    return json.bytes
  }
}
