import JSONText
import Testing

@Suite("Object reader")
struct ObjectReaderTests {
  private func object(_ text: String) throws -> JSONObject {
    try #require(try JSON(parsing: text).object)
  }

  @Test("reads what is right without problems")
  func right() throws {
    var reader = ObjectReader(
      try object(#"{"s":"x","i":5,"b":false,"a":[1],"o":{"k":1},"n":null,"any":null}"#))
    #expect(reader.string("s") == "x")
    #expect(reader.int64("i") == 5)
    #expect(reader.bool("b") == false)
    #expect(reader.array("a") == [1])
    #expect(reader.object("o") == ["k": 1])
    #expect(reader.optionalString("n") == nil)
    #expect(reader.optionalInt64("absent") == nil)
    #expect(reader.any("any") == JSON.null)
    #expect(reader.finish() == [])
  }

  @Test("reads optional members that are there")
  func optionals() throws {
    var reader = ObjectReader(try object(#"{"s":"x","i":5,"b":true,"a":[1],"o":{}}"#))
    #expect(reader.optionalString("s") == "x")
    #expect(reader.optionalInt64("i") == 5)
    #expect(reader.optionalBool("b") == true)
    #expect(reader.optionalArray("a") == [1])
    #expect(reader.optionalObject("o") == [:])
    #expect(reader.finish() == [])
  }

  @Test("collects every problem with its pointer")
  func problems() throws {
    var reader = ObjectReader(
      try object(
        #"{"s":5,"i":"5","f":1.5,"b":null,"a":{},"o":[],"os":true,"x/y":1,"z":{"k":"v"}}"#),
      pointer: "/payer")
    #expect(reader.string("s") == nil)
    #expect(reader.int64("i") == nil)
    #expect(reader.int64("f") == nil)
    #expect(reader.bool("b") == nil)
    #expect(reader.array("a") == nil)
    #expect(reader.object("o") == nil)
    #expect(reader.optionalString("os") == nil)
    #expect(reader.string("absent") == nil)
    let z = reader.object("z")
    let inner = try #require(z)
    var further = ObjectReader(inner, pointer: reader.pointer(to: "z"))
    #expect(further.int64("k") == nil)
    reader.report(further.finish())
    reader.report("s", "also wrong")
    let problems = reader.finish()
    #expect(
      problems.map { "\($0.pointer): \($0.detail)" } == [
        "/payer/s: expected a string, found a number",
        "/payer/i: expected an integer, found a string",
        "/payer/f: expected an integer, found the number 1.5",
        "/payer/b: expected a boolean, found null",
        "/payer/a: expected an array, found an object",
        "/payer/o: expected an object, found an array",
        "/payer/os: expected a string, found a boolean",
        "/payer/absent: missing: expected a string",
        "/payer/z/k: expected an integer, found a string",
        "/payer/s: also wrong",
        "/payer/x~1y: unknown member",
      ])
  }
}
