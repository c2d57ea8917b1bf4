import JSONText
import TestSupport
import Testing

@Suite("JSON, whatever joins with its signs")
struct JoiningScalarTests {
  @Test("a string ends at its quote only, and reads back byte by byte")
  func strings() throws {
    let faults = try JoiningScalars.texts(around: "\"\\\n").filter { text in
      let written = JSON.object(JSONObject([(text, JSON(text))])).bytes
      let read = try JSON(parsing: written).object?.members.first
      return written.contains { $0 < 0x20 } || read?.key.utf8.elementsEqual(text.utf8) != true
        || read?.value != .string(text)
    }
    #expect(faults.isEmpty)
  }

  @Test("a JSON5 string ends at its quote only")
  func json5() throws {
    let scalars = JoiningScalars.ahead + JoiningScalars.behind
    let members = scalars.map { "{ a: '\($0)', b: '\($0)' }" }
    let read = try JSON5.parse("[\(members.joined(separator: ","))]").value
    #expect(read == .array(scalars.map { ["a": JSON("\($0)"), "b": JSON("\($0)")] }))
  }
}
