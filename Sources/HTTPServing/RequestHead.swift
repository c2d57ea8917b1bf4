/// The head of a request, complete and checked.
struct RequestHead: Equatable {
  let line: RequestLine
  let section: HeaderSection

  /// RFC 9112 section 9.3.
  var persistence: Persistence {
    if section.asksToClose { return .close }
    guard line.isLegacy else { return .keep }
    return section.asksToKeepAlive ? .keepAnnounced : .close
  }
}
