import JSONText
import Payins
import Testing

@testable import Storage

/// Lists end, and a look through many pay-ins for few does too.
@Suite("The store contract: pages")
struct PageContractTests {
  let author = Author()

  private func fill(_ store: any Database, _ count: Int) async throws -> [Payin] {
    var all: [Payin] = []
    for index in 0..<count {
      let opened = author.open("order-\(index)", at: Author.noon.adding(seconds: Int64(index)))
      try await store.commit(author.change(opened))
      all.append(opened.payin)
    }
    return all.reversed()
  }

  @Test(
    "what few fit is looked for in steps, and every step goes on where the one before ended",
    arguments: DatabaseKind.allCases)
  func sifting(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let all = try await fill(store, 10)
      // None fits.
      var query = PayinQuery(merchant: "demo", limit: 3)
      query.scan = 4
      query.account = "another"
      var ends: [PayinID?] = []
      repeat {
        let page = try await store.page(query)
        #expect(page.payins == [])
        ends.append(page.lookedTo)
        query.before = page.lookedTo
      } while query.before != nil
      #expect(ends == [all[3].id, all[7].id, nil])
      // All fit: pages are full, and end like any.
      query.account = all[0].currentAttempt.target.account
      var found: [PayinID] = []
      for _ in 0..<9 {
        let page = try await store.page(query)
        found += page.payins.map(\.id)
        guard let next = page.payins.count == query.limit ? found.last : page.lookedTo else {
          break
        }
        query.before = next
      }
      #expect(found == all.map(\.id))
    }
  }

  @Test(
    "a page that the index alone decides is never short", arguments: DatabaseKind.allCases)
  func indexed(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let all = try await fill(store, 6)
      var query = PayinQuery(merchant: "demo", limit: 5)
      query.scan = 2
      query.status = .processing
      query.createdFrom = Author.noon
      let page = try await store.page(query)
      #expect(page == PayinPage(Array(all.prefix(5))))
      query = PayinQuery(merchant: "demo", limit: 5)
      query.scan = 2
      query.merchantReference = "order-0"
      query.amountFrom = 1
      #expect(try await store.page(query).payins.map(\.id) == [all[5].id])
      #expect(try await store.page(query).lookedTo == nil)
    }
  }

  @Test("a timeline has pages", arguments: DatabaseKind.allCases)
  func timeline(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let steps = author.fullLife("order-1")
      for step in steps { try await store.commit(step.change) }
      let id = try #require(steps.first?.payin.id)
      let all = try await store.events(of: OperationID(id))
      #expect(all.count > 4)
      var read: [OperationEvent] = []
      while true {
        let page = try await store.events(
          of: OperationID(id), after: read.last?.sequence ?? 0, limit: 2)
        read += page
        if page.count < 2 { break }
      }
      #expect(read == all)
      #expect(try await store.events(of: OperationID(id), after: all.count, limit: 9) == [])
    }
  }
}
