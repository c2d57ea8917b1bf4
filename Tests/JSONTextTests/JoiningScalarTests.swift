import JSONText
import TestSupport
import Testing

@Suite("JSON, whatever joins with its signs")
struct JoiningScalarTests {
  @Test("a string ends at its quote only, and reads back byte by byte")
  func strings() throws {
    for text in JoiningScalars.texts(around: "\"\\\n\r\u{1}") {
      let written = JSON.array([.string(text), .object(JSONObject([(text, JSON(true))]))]).bytes
      #expect(!written.contains { $0 < 0x20 })
      let read = try JSON(parsing: written)
      #expect(read.array?[0].string.map { Array($0.utf8) } == Array(text.utf8))
      #expect(read.array?[1].object?.keys.map { Array($0.utf8) } == [Array(text.utf8)])
    }
  }

  @Test("a JSON5 string ends at its quote only")
  func json5() throws {
    for text in JoiningScalars.ahead + JoiningScalars.behind {
      let read = try JSON5.parse("{ a: '\(text)', b: '\(text)' }").value
      #expect(read["b"]?.string?.unicodeScalars.elementsEqual([text]) == true)
    }
  }
}
