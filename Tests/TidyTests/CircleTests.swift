import Testing

@Suite("tidy: circles of files")
struct CircleTests {
  private static let limit = 4

  @Test("files that name each other in a circle are four at most")
  func circles() {
    let targets = Dictionary(grouping: SourceTree.sources, by: \.module)
    var links = 0
    for (target, files) in targets {
      let graph = FileCircles(files.map { ($0.path, $0.lines.joined(separator: "\n")) })
      links += graph.linkCount
      let large = graph.circles.filter { $0.count > Self.limit }
      #expect(
        large.isEmpty,
        "\(target): move what both sides need below them, or pass it as a value: \(large)")
    }
    #expect(links > 1_000, "names are no longer seen")
  }

  @Test("a circle is found through types, and through nothing else")
  func finding() {
    let files = [
      ("a", "struct A { let b: B }\nprivate struct Hidden {}\nstruct D { struct Inner {} }"),
      ("b", "enum B { static let text = \"\\(C.name) A\" }"),
      ("c", "extension A {} /* B */ // B\nfinal class C { let name = \"B\" }"),
      ("d", "let x = y.B\nstruct Hidden {}\nlet inner: Inner"),
      ("e", "protocol E { associatedtype B }\nfunc f(_ a: A, _ hidden: Hidden) {}"),
    ]
    #expect(FileCircles(files).circles == [["a", "b", "c"]])
    #expect(FileCircles(files).linkCount == 5)
    #expect(FileCircles([files[0], files[2]]).circles.isEmpty)
  }
}
