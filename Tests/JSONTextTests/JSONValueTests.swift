import JSONText
import Testing

@Suite("JSON values, pointers and writing")
struct JSONValueTests {
  @Test("literals build values and accessors read them")
  func literals() {
    let value: JSON = ["s": "x", "i": -5, "b": true, "n": nil, "a": [1, "2"], "o": ["k": "v"]]
    #expect(value["s"]?.string == "x")
    #expect(value["i"]?.int64 == -5)
    #expect(value["b"]?.bool == true)
    #expect(value["n"]?.isNull == true)
    #expect(value["a"]?.array?.count == 2)
    #expect(value["o"]?.object?["k"] == "v")
    #expect(value["missing"] == nil)
    #expect(value["s"]?["x"] == nil)
    #expect(value["s"]?.int64 == nil)
    #expect(value["i"]?.string == nil)
    #expect(value["i"]?.bool == nil)
    #expect(value["i"]?.isNull == false)
    #expect(value.array == nil)
    #expect(value["a"]?.object == nil)
    #expect(JSON(Int64?.none) == nil as JSON)
    #expect(JSON(String?.some("x")) == "x")
    #expect(value.text == #"{"s":"x","i":-5,"b":true,"n":null,"a":[1,"2"],"o":{"k":"v"}}"#)
  }

  @Test("objects keep their order and equal in any")
  func objects() {
    var object = JSONObject([("b", 1), ("a", 2), ("b", 3)])
    #expect(object.keys == ["b", "a"])
    #expect(object["b"] == 3)
    object["c"] = 4
    object["a"] = nil
    object["b"] = .null
    #expect(object.keys == ["b", "c"])
    #expect(object["b"] == JSON.null)
    #expect(object == ["c": 4, "b": nil])
    #expect(object.hashValue == (["c": 4, "b": nil] as JSONObject).hashValue)
    #expect(object != ["c": 4, "b": 5])
    #expect(object != ["c": 4])
    #expect(object != ["c": 4, "d": nil])
    let left = JSONObject((0..<50).map { ("k\($0)", JSON($0)) })
    let right = JSONObject((0..<50).reversed().map { ("k\($0)", JSON($0)) })
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
    #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
  }

  @Test("resolves the pointers of RFC 6901, section 5")
  func pointers() throws {
    let text =
      #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#
    let value = try JSON(parsing: text)
    #expect(value.at(pointer: "") == value)
    #expect(value.at(pointer: "/foo") == ["bar", "baz"])
    #expect(value.at(pointer: "/foo/0") == "bar")
    let keys = ["", "a/b", "c%d", "e^f", "g|h", "i\\j", "k\"l", " ", "m~n"]
    for (number, key) in keys.enumerated() {
      let pointer = JSONPointer.appending(key, to: "")
      #expect(value.at(pointer: pointer) == JSON(number))
      #expect(JSONPointer.tokens(pointer) == [key])
    }
    #expect(JSONPointer.escaped("a/b~1") == "a~1b~01")
    #expect(JSONPointer.tokens("/~01/~10") == ["~1", "/0"])
    for bad in [
      "foo", "/foo/2", "/foo/00", "/foo/-", "/foo/+1", "/foo/", "/x", "/~", "/~2", "/foo/0/1",
    ] {
      #expect(value.at(pointer: bad) == nil)
    }
    #expect(JSONPointer.appending(3, to: "/a") == "/a/3")
  }

  @Test("escapes only what must be escaped")
  func escaping() throws {
    var all = ""
    for value in UInt32(0)..<0x80 { all.unicodeScalars.append(Unicode.Scalar(UInt8(value))) }
    all += "\u{E9}\u{2028}\u{1F600}"
    let expected =
      #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
      + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d"#
      + ##"\u001e\u001f !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"##
      + "abcdefghijklmnopqrstuvwxyz{|}~\u{7F}\u{E9}\u{2028}\u{1F600}\""
    #expect(JSON.string(all).text == expected)
    #expect(try JSON(parsing: expected) == .string(all))
  }

  @Test("writes by appending as the tree does")
  func appending() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("amount")
    writer.number(.decimal(15_250, places: 2))
    writer.key("list")
    writer.beginArray()
    writer.int64(1)
    writer.beginArray()
    writer.endArray()
    writer.bool(false)
    writer.write(["k": nil])
    writer.endArray()
    writer.key("e")
    writer.beginObject()
    writer.endObject()
    writer.key("s")
    writer.string("x")
    writer.key("n")
    writer.null()
    writer.endObject()
    let expected = #"{"amount":152.50,"list":[1,[],false,{"k":null}],"e":{},"s":"x","n":null}"#
    #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
  }

  @Test("writes members by the types of their values, and null for none")
  func members() {
    let written = JSONWriter.object { json in
      json.member("text", "a\"b")
      json.member("none", String?.none)
      json.member("least", Int64.min)
      json.member("most", Int64.max)
      json.member("no number", Int64?.none)
      json.member("zero", 0)
      json.member("true", true)
      json.member("tree", ["k": [1]])
      json.member("object", "x") { $1.member("inner", $0) }
      json.member("no object", Int?.none) { $1.member("inner", $0) }
      json.member("each", each: [1, 2]) { $1.member("n", $0) }
      json.member("none of them", each: [Int]()) { $1.member("n", $0) }
      json.member("texts", each: ["", "\u{1}"])
    }
    let tree: JSON = [
      "text": "a\"b", "none": nil, "least": JSON(Int64.min), "most": JSON(Int64.max),
      "no number": nil, "zero": 0, "true": true, "tree": ["k": [1]], "object": ["inner": "x"],
      "no object": nil, "each": [["n": 1], ["n": 2]], "none of them": [],
      "texts": ["", "\u{1}"],
    ]
    #expect(written == tree.bytes)
  }

  @Test("writes for people")
  func pretty() {
    let value: JSON = ["a": [1, [], [:]], "b": ["c": "d"], "e": nil]
    let expected = """
      {
        "a": [
          1,
          [],
          {}
        ],
        "b": {
          "c": "d"
        },
        "e": null
      }
      """
    #expect(value.pretty == expected)
  }
}
