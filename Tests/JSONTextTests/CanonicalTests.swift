import JSONText
import Testing

@Suite("the canonical text of a JSON value")
struct CanonicalTests {
  private func canonical(_ text: String) throws -> [UInt8] {
    try JSON(parsing: Array(text.utf8)).canonicalBytes
  }

  @Test(
    "is the same however the value is spelt",
    arguments: [
      (#"{"a":1,"b":[true,null]}"#, "{ \"b\" : [ true,\tnull ],\n \"a\" : 1.0 }"),
      ("15000", "1.5e4"), ("15000", "15000.000"), ("0", "-0.0e9"), ("-12e-1", "-1.2"),
      (#"{"x":{"z":1,"y":2}}"#, #"{"x":{"y":2,"z":1}}"#), (#""\u00e9\/""#, "\"é/\""),
      ("9007199254740993", "9007199254740993.0"),
    ])
  func same(left: String, right: String) throws {
    #expect(try canonical(left) == canonical(right))
  }

  @Test(
    "differs where the value does",
    arguments: [
      ("1", "10"), ("1", "-1"), ("1", "\"1\""), ("[1,2]", "[2,1]"), ("[12]", "[1,2]"),
      ("9007199254740993", "9007199254740992"), ("\"e\u{301}\"", "\"\u{E9}\""),
      (#"{"a":1}"#, #"{"a":1,"b":null}"#), (#"{"a":{"b":1}}"#, #"{"a":1,"b":1}"#),
      (#"["a,b"]"#, #"["a","b"]"#), ("null", "false"), ("{}", "[]"), ("0.1", "0.01"),
    ])
  func different(left: String, right: String) throws {
    #expect(try canonical(left) != canonical(right))
  }
}
