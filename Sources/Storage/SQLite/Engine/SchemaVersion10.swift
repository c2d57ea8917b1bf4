extension Schema {
  /// What questions taught nothing is kept with the job that asks them.
  static let version10 = """
    -- `count first last word`, in milliseconds since 1970.
    ALTER TABLE jobs ADD COLUMN silence TEXT;
    -- The one attempt that is asked about, if it is one.
    ALTER TABLE payins ADD COLUMN watched TEXT;
    UPDATE payins SET watched = asked.subject FROM (
        SELECT payin, min(subject) AS subject FROM jobs WHERE kind = 'query_attempt'
        GROUP BY payin HAVING count(*) = 1
      ) AS asked WHERE payins.id = asked.payin;
    """
}
