import JSONText
import TestSupport
import Testing

@Suite("Random and mutated texts")
struct FuzzTests {
  private static func text(_ random: inout SeededRandom) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0x10FFFF,
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      let range = ranges[Int.random(in: 0..<ranges.count, using: &random)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
        text.append(scalar)
      }
    }
    return String(text)
  }

  private static func value(_ random: inout SeededRandom, depth: Int) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .number(JSONNumber(Int64(bitPattern: random.next())))
    case 3:
      let places = Int.random(in: 0...6, using: &random)
      return .number(.decimal(Int64.random(in: -99_999...99_999, using: &random), places: places))
    case 4: return .string(text(&random))
    case 5:
      return .array(
        (0..<Int.random(in: 0...5, using: &random)).map { _ in value(&random, depth: depth - 1) })
    default:
      let count = Int.random(in: 0...20, using: &random)
      return .object(
        JSONObject((0..<count).map { _ in (text(&random), value(&random, depth: depth - 1)) }))
    }
  }

  @Test("what is written reads back equal and writes the same bytes")
  func roundTrip() throws {
    var random = SeededRandom(seed: 20_251_120)
    for _ in 0..<Campaign.rounds(1_000) {
      let value = Self.value(&random, depth: 4)
      let bytes = value.bytes
      let again = try JSON(parsing: bytes)
      #expect(again == value)
      #expect(again.hashValue == value.hashValue)
      #expect(again.bytes == bytes)
      #expect(try JSON(parsing: value.pretty).bytes == bytes)
      #expect(try JSON5.parse(value.text).value.bytes == bytes)
    }
  }

  private static let seeds: [String] = [
    #"{"id":"pi_1","amount":15250,"ok":true,"n":null,"d":-1.5e-3,"l":[1,[2,{"k":"\u00e9\ud83d\ude00"}]]}"#,
    "// rules\n{ name: 'x', \"a\\\nb\": [+.5, 0xFF, 1.,], /* c */ \\u0061: '\\x41\\v', }",
    "[\"\u{E9}\u{20AC}\u{1F600}\",\"\\\"\\\\\\/\\b\",[[[[]]]],{\"a\":{\"b\":{}}}]",
  ]

  private static func mutated(_ seed: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = seed
    for _ in 0...Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.remove(at: place)
      case 2:
        bytes.insert(
          Array("{}[],:\"'\\/*u0xe+-. \n".utf8).randomElement(using: &random) ?? 0, at: place)
      case 3: bytes.removeSubrange(place...)
      default: bytes += bytes[place...].prefix(40)
      }
    }
    return bytes
  }

  @Test("mutated texts are read or refused, never more", arguments: seeds)
  func mutations(_ seed: String) throws {
    var random = SeededRandom(seed: 42)
    var read = 0
    for _ in 0..<Campaign.rounds(10_000) {
      let bytes = Self.mutated(Array(seed.utf8), &random)
      do throws(JSONFault) {
        let value = try JSON(parsing: bytes)
        read += 1
        #expect(String(validating: bytes, as: UTF8.self) != nil)
        #expect(try JSON(parsing: value.bytes) == value)
        #expect(
          try JSON5.parse(String(decoding: bytes, as: UTF8.self)).value.object?.count
            == value.object?.count)
      } catch {
        #expect(error.offset <= bytes.count)
        #expect(error.line >= 1 && error.column >= 1)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      do throws(JSONFault) {
        let value = try JSON5.parse(text).value
        read += 1
        #expect(try JSON(parsing: value.bytes) == value)
      } catch {
        #expect(error.offset <= text.utf8.count)
      }
    }
    #expect(read > 0)
  }
}
