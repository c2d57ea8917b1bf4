import Foundation
import JSONText
import MerchantAPI

/// Reads a merchant's `display`.
struct DisplayReader {
  /// The merchant's name.
  let merchant: String
  /// What a logo's relative path is read from.
  let folder: String

  func read(_ outer: inout ObjectReader) -> Display {
    var display = Display(name: merchant)
    _ = outer.optionalObject("display") { reader in
      if let name = text("name", &reader) { display.name = name }
      display.beneficiary = text("beneficiary", &reader)
      if let written = reader.optionalString("colour") {
        if let colour = Colour(written) {
          display.colour = colour
        } else {
          reader.report("colour", "must be # and six hexadecimal digits, such as #1d3b5c")
        }
      }
      if let path = reader.optionalString("logo") { display.logo = logo(path, &reader) }
    }
    return display
  }

  private func text(_ key: String, _ reader: inout ObjectReader) -> String? {
    guard let text = reader.optionalString(key) else { return nil }
    if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) || text.utf8.count > 120 {
      reader.report(key, "must be 1 to 120 bytes of text")
    }
    return text
  }

  private func logo(_ path: String, _ reader: inout ObjectReader) -> Logo? {
    let isAbsolute = path.utf8.first == UInt8(ascii: "/")
    let place = isAbsolute ? path : "\(folder)/\(path)"
    guard let file = FileHandle(forReadingAtPath: place),
      let data = try? file.read(upToCount: Logo.mostBytes + 1)
    else {
      reader.report("logo", "\(path) cannot be read")
      return nil
    }
    guard data.count <= Logo.mostBytes else {
      reader.report("logo", "\(path) is larger than \(Logo.mostBytes) bytes")
      return nil
    }
    guard let logo = Logo([UInt8](data)) else {
      reader.report("logo", "\(path) is neither a PNG nor an SVG file")
      return nil
    }
    return logo
  }
}
