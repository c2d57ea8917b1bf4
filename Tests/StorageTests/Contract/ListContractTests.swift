import Payins
import TestSupport
import Testing

@testable import Storage

@Suite("The store contract: lists")
struct ListContractTests {
  /// Pay-ins of two merchants, differing in everything that is filtered by, many in the same
  /// millisecond.
  private func population(_ store: any Database) async throws -> [Payin] {
    var random = SeededEntropy(seed: 42)
    let authors = [Author(seed: 3), Author(seed: 4, merchant: "other")]
    var payins: [Payin] = []
    for index in 0..<120 {
      let author = authors[index % 5 == 0 ? 1 : 0]
      let now = Author.noon.adding(milliseconds: Int64.random(in: 0..<20, using: &random))
      let opened = author.open(
        "order-\(index)", amount: Int64.random(in: 100..<110, using: &random),
        accounts: [
          ["openpay-main", "cashypay-main", "smilepayz-main"].randomElement(using: &random) ?? "",
          "spare",
        ],
        method: Method.allCases.randomElement(using: &random) ?? .spei, at: now)
      try await store.commit(author.change(opened))
      let refusal = Refusal(code: "no", message: "no")
      let inputs: [PayinInput?] = [
        nil, .cancelled, .sent(opened.payin.attempts[0].id, .declined(refusal)),
      ]
      guard let input = inputs.randomElement(using: &random) ?? nil else {
        payins.append(opened.payin)
        continue
      }
      let next = opened.payin.apply(input, author.context(now))
      try await store.commit(author.change(next, before: opened.payin))
      payins.append(next.payin)
    }
    return payins.sorted { ($0.createdAt, $0.id.text) > ($1.createdAt, $1.id.text) }
  }

  private func randomQuery(_ random: inout SeededEntropy) -> PayinQuery {
    func maybe<Value>(_ value: Value?) -> Value? { Bool.random(using: &random) ? value : nil }
    var query = PayinQuery(merchant: "demo", limit: Int.random(in: 0...40, using: &random))
    query.status = maybe([.processing, .cancelled, .pending].randomElement(using: &random))
    query.method = maybe(Method.allCases.randomElement(using: &random))
    query.account = maybe(
      ["openpay-main", "cashypay-main", "spare", "none"].randomElement(using: &random))
    query.merchantReference = Int.random(in: 0..<8, using: &random) == 0 ? "order-7" : nil
    query.createdFrom = maybe(
      Author.noon.adding(milliseconds: Int64.random(in: -1...8, using: &random)))
    query.createdTo = maybe(
      Author.noon.adding(milliseconds: Int64.random(in: 8...21, using: &random)))
    query.amountFrom = maybe(Int64.random(in: 99...105, using: &random))
    query.amountTo = maybe(Int64.random(in: 104...111, using: &random))
    return query
  }

  private func expected(_ query: PayinQuery, _ all: [Payin]) -> [Payin] {
    var found = all.filter { payin in
      let target = payin.currentAttempt.target
      return payin.merchant == query.merchant && (query.status.map { $0 == payin.status } ?? true)
        && (query.method.map { $0 == target.method } ?? true)
        && (query.account.map { $0 == target.account } ?? true)
        && (query.merchantReference.map { $0 == payin.request.merchantReference } ?? true)
        && (query.createdFrom.map { payin.createdAt >= $0 } ?? true)
        && (query.createdTo.map { payin.createdAt < $0 } ?? true)
        && (query.amountFrom.map { payin.request.amount >= $0 } ?? true)
        && (query.amountTo.map { payin.request.amount <= $0 } ?? true)
    }
    if let before = query.before {
      guard let place = all.firstIndex(where: { $0.id == before && $0.merchant == query.merchant })
      else { return [] }
      let older = Set(all[(place + 1)...].map(\.id))
      found = found.filter { older.contains($0.id) }
    }
    return Array(found.prefix(query.limit))
  }

  @Test(
    "every mixture of filters and cursor gives exactly what fits, newest first",
    arguments: DatabaseKind.allCases)
  func filters(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let all = try await population(store)
      var random = SeededEntropy(seed: 9)
      var sizes: Set<Int> = []
      for _ in 0..<600 {
        var query = randomQuery(&random)
        if Bool.random(using: &random) { query.before = all.randomElement(using: &random)?.id }
        let found = try await store.payins(query)
        #expect(found == expected(query, all), "\(query)")
        sizes.insert(found.count)
      }
      #expect(sizes.count > 10, "the queries were too alike to show anything")
    }
  }

  @Test("each filter alone tells pay-ins apart", arguments: DatabaseKind.allCases)
  func eachFilter(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let all = try await population(store)
      let plain = PayinQuery(merchant: "demo", limit: 1000)
      let settings: [(inout PayinQuery) -> Void] = [
        { $0.status = .cancelled }, { $0.method = .store }, { $0.account = "spare" },
        { $0.merchantReference = "order-7" },
        { $0.createdFrom = Author.noon.adding(milliseconds: 10) },
        { $0.createdTo = Author.noon.adding(milliseconds: 10) }, { $0.amountFrom = 105 },
        { $0.amountTo = 105 },
        { $0.before = all[60].id },
      ]
      #expect(try await store.payins(plain).count == 96)
      for set in settings {
        var query = plain
        set(&query)
        let found = try await store.payins(query)
        #expect(found == expected(query, all))
        #expect(!found.isEmpty && found.count < 96)
      }
    }
  }

  @Test("pages follow one another without gap or repeat", arguments: DatabaseKind.allCases)
  func paging(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let all = try await population(store)
      var query = PayinQuery(merchant: "demo", limit: 7)
      var walked: [Payin] = []
      while true {
        let page = try await store.payins(query)
        walked += page
        guard let last = page.last else { break }
        query.before = last.id
      }
      #expect(walked == all.filter { $0.merchant == "demo" })
    }
  }

  @Test("a cursor that is not the merchant's has nothing older", arguments: DatabaseKind.allCases)
  func foreignCursor(kind: DatabaseKind) async throws {
    try await withDatabase(kind) { store in
      let all = try await population(store)
      var query = PayinQuery(merchant: "demo", limit: 7)
      query.before = try #require(all.first { $0.merchant == "other" }?.id)
      #expect(try await store.payins(query).isEmpty)
      query.before = PayinID(unchecked: "payin_unknown")
      #expect(try await store.payins(query).isEmpty)
    }
  }
}
