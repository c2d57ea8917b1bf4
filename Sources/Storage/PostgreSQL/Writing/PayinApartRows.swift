import Payins
import PostgreSQLClient

/// What is kept apart of pay-ins, by their numbers: what never changes, the payer, providers'
/// answers, and the digest of an e-mail address.
struct PayinApartRows {
  /// Of a new pay-in, behind its own.
  static let columns: [RowColumn] = [
    .bytes("opening"), .integer("opening_checksum"), .integer("payer_key"), .bytes("payer"),
    .integer("answers_key"), .bytes("answers"), .bytes("email"),
  ]

  static func cells(_ row: OperationRow) -> [Cell] {
    let secrets = row.secrets
    return [
      .bytes(row.opening), .integer(row.openingChecksum), .integer(secrets?.payer?.key),
      .bytes(secrets?.payer?.bytes), .integer(secrets?.answers?.key),
      .bytes(secrets?.answers?.bytes), .bytes(secrets?.email),
    ]
  }

  /// A statement that makes pay-ins and what stands apart of them, with one number.
  static func inserting(_ names: String, _ rows: String) -> String {
    """
    WITH fresh AS MATERIALIZED (SELECT nextval('payin_numbers') AS number, new.* FROM \(rows)),
      kept AS (INSERT INTO payins (number, \(names)) SELECT number, \(names) FROM fresh),
      openings AS (
        INSERT INTO payin_openings (number, content, checksum)
        SELECT number, opening, opening_checksum FROM fresh),
      secrets AS (
        INSERT INTO payin_secrets (number, kind, key, content)
        SELECT number, \(PayinSecret.payer.rawValue), payer_key, payer
        FROM fresh WHERE payer IS NOT NULL
        UNION ALL SELECT number, \(PayinSecret.answers.rawValue), answers_key, answers
        FROM fresh WHERE answers IS NOT NULL)
    INSERT INTO payer_emails (digest, number)
      SELECT email, number FROM fresh WHERE email IS NOT NULL
    """
  }

  private static let putSecret = RowStatement([
    .text("payin"), .integer("kind"), .integer("key"), .bytes("content"),
  ]) {
    """
    INSERT INTO payin_secrets (number, kind, key, content)
    SELECT payins.number, new.kind, new.key, new.content
    FROM \($0) JOIN payins ON payins.id = new.payin
    ON CONFLICT (number, kind) DO UPDATE SET key = excluded.key, content = excluded.content
    """
  }
  /// Of one kind, or of all where it is null.
  private static let removeSecrets = RowStatement([.text("payin"), .integer("kind")]) {
    """
    DELETE FROM payin_secrets USING \($0) JOIN payins ON payins.id = new.payin
    WHERE payin_secrets.number = payins.number
      AND payin_secrets.kind = coalesce(new.kind, payin_secrets.kind)
    """
  }
  private static let removeEmail = RowStatement([.text("payin"), .bytes("digest")]) {
    """
    DELETE FROM payer_emails USING \($0) JOIN payins ON payins.id = new.payin
    WHERE payer_emails.number = payins.number AND payer_emails.digest = new.digest
    """
  }
  private static let rewriteOpening = RowStatement([
    .text("payin"), .bytes("content"), .integer("checksum"),
  ]) {
    """
    UPDATE payin_openings SET content = new.content, checksum = new.checksum
    FROM \($0) JOIN payins ON payins.id = new.payin WHERE payin_openings.number = payins.number
    """
  }
  private static let removeOpening = RowStatement([.text("payin")]) {
    """
    DELETE FROM payin_openings USING \($0) JOIN payins ON payins.id = new.payin
    WHERE payin_openings.number = payins.number
    """
  }

  private var putSecret = RowSet(Self.putSecret)
  private var removeSecrets = RowSet(Self.removeSecrets)
  private var removeEmail = RowSet(Self.removeEmail)
  private var rewriteOpening = RowSet(Self.rewriteOpening)
  private var removeOpening = RowSet(Self.removeOpening)

  /// Of a pay-in that is there.
  mutating func add(_ row: OperationRow) {
    guard let secrets = row.secrets else { return }
    let id = Cell.text(row.id.text)
    if row.isWithdrawn { removeOpening.add([id]) }
    // What never changes is only erased.
    if let opening = row.opening {
      rewriteOpening.add([id, .bytes(opening), .integer(row.openingChecksum)])
    }
    if row.isWithdrawn || secrets.isErasing {
      removeSecrets.add([id, .integer(nil)])
      if let email = secrets.email { removeEmail.add([id, .bytes(email)]) }
    } else if let answers = secrets.answers {
      putSecret.add([
        id, .number(PayinSecret.answers.rawValue), .integer(answers.key), .bytes(answers.bytes),
      ])
    } else if secrets.hadAnswers {
      removeSecrets.add([id, .number(PayinSecret.answers.rawValue)])
    }
  }

  var queries: [PostgreSQLQuery] {
    [removeOpening, rewriteOpening, removeSecrets, removeEmail, putSecret]
      .compactMap { $0.query() }
  }
}
