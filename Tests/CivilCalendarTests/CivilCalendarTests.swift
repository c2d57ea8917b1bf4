import CivilCalendar
import Foundation
import TestSupport
import Testing

@Suite struct CivilCalendarTests {
  /// The cases of toml-lang/toml-test and of the JSON Schema test suite (both MIT).
  struct Case: Decodable {
    let name: String
    let text: String
    let valid: Bool
  }

  @Test("reads every public case of RFC 3339, and refuses what is none")
  func publicCases() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/rfc3339.jsonl")
    let cases = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(Case.self, from: $0) }
    #expect(cases.count == 74)
    for line in cases {
      #expect((RFC3339(line.text) != nil) == line.valid, "\(line.name): \(line.text)")
    }
  }

  @Test(
    "means the instant that is written",
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0), ("1969-12-31t23:59:59.5z", -1, 500_000_000),
      ("2026-01-02 03:04:05.678-06:00", 1_767_344_645, 678_000_000),
      ("0000-03-01T00:00:00Z", -62_162_035_200, 0),
      ("9999-12-31T23:59:59.9999999999Z", 253_402_300_799, 999_999_999),
      // The second 60 is the one before it.
      ("1998-12-31T23:59:60Z", 915_148_799, 0), ("1999-01-01T05:29:60+05:30", 915_148_799, 0),
    ])
  func instants(text: String, seconds: Int64, nanoseconds: Int) throws {
    let time = try #require(RFC3339(text))
    #expect(time.seconds == seconds && time.nanoseconds == nanoseconds)
  }

  @Test("a text without an offset stands on the clock that is named, or is refused")
  func assumedOffset() throws {
    #expect(RFC3339("2026-01-02T03:04:05") == nil)
    let there = try #require(RFC3339("2026-01-02T03:04:05", assumingOffset: -21_600))
    #expect(there.seconds == RFC3339("2026-01-02T03:04:05-06:00")?.seconds)
    #expect(RFC3339("2026-01-02T03:04:05Z", assumingOffset: -21_600)?.seconds == 1_767_323_045)
    #expect(RFC3339("2026-01-02T03:04:05+", assumingOffset: 0) == nil)
  }

  @Test("an instant at any offset is read back from its own text")
  func roundTrip() throws {
    var random = SeededRandom(seed: 3339)
    for _ in 0..<Campaign.rounds(2_000) {
      let seconds = Int64.random(in: -62_135_510_400..<253_402_214_400, using: &random)
      let offset = Int.random(in: -1_439...1_439, using: &random)
      let text = RFC3339.text(
        secondsSinceEpoch: seconds, fraction: ".07", offsetMinutes: offset)
      let read = try #require(RFC3339(text), "\(text)")
      #expect(read.seconds == seconds && read.nanoseconds == 70_000_000, "\(text)")
      if offset != 0 {
        #expect(RFC3339.offset(String(text.suffix(6))) == offset * 60)
      }
    }
  }

  @Test("days agree with Foundation's calendar from 1600 to 2400")
  func foundation() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    for day in stride(from: Int64(-135_140), through: 157_000, by: 61) {
      let seconds = day * 86_400 + 43_210
      let parts = calendar.dateComponents(
        [.year, .month, .day, .weekday, .dayOfYear],
        from: Date(timeIntervalSince1970: Double(seconds)))
      let time = CivilTime(secondsSinceEpoch: seconds)
      let date = time.date
      #expect([date.year, date.month, date.day] == [parts.year, parts.month, parts.day])
      #expect([time.dayOfWeek + 1, time.dayOfYear + 1] == [parts.weekday, parts.dayOfYear])
      #expect(time.text == "\(date.text) 12:00:10" && time.clockText == "12:00:10")
      #expect(
        CivilDate.daysSinceEpoch(year: date.year, month: date.month, day: date.day) == day)
    }
    #expect(CivilDate.daysSinceEpoch(year: 2026, month: 2, day: 29) == nil)
    #expect(CivilDate.daysSinceEpoch(year: 2026, month: 13, day: 1) == nil)
    #expect(CivilDate.daysSinceEpoch(year: 2026, month: 1, day: 0) == nil)
  }
}
