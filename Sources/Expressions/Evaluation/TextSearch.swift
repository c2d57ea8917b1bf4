/// Finds a text in others in time linear in both (the algorithm of Knuth, Morris and Pratt).
struct TextSearch {
  private let sought: [UInt8]
  /// For each prefix of the text: how long the longest shorter one is that also ends it.
  private let borders: [Int]

  init(_ sought: some Sequence<UInt8>) {
    self.sought = Array(sought)
    var borders = [0]
    var length = 0
    for byte in self.sought.dropFirst() {
      while length > 0, self.sought[length] != byte { length = borders[length - 1] }
      if self.sought[length] == byte { length += 1 }
      borders.append(length)
    }
    self.borders = borders
  }

  /// The first place in `text` from `start` on; nil where there is none.
  func first(in text: [UInt8], from start: Int = 0) -> Int? {
    guard !sought.isEmpty else { return start <= text.count ? start : nil }
    var length = 0
    for place in start..<max(start, text.count) {
      while length > 0, sought[length] != text[place] { length = borders[length - 1] }
      if sought[length] == text[place] { length += 1 }
      if length == sought.count { return place + 1 - length }
    }
    return nil
  }

  /// Up to `limit` places in `text` from the left, none of which overlaps another. The empty text
  /// is before every code point and at the end.
  func all(in text: [UInt8], limit: Int) -> [Int] {
    guard !sought.isEmpty else {
      let starts = text.indices.lazy.filter { text[$0] & 0xC0 != 0x80 }
      return Array((Array(starts) + [text.count]).prefix(limit))
    }
    var places: [Int] = []
    var start = 0
    while places.count < limit, let place = first(in: text, from: start) {
      places.append(place)
      start = place + sought.count
    }
    return places
  }
}
