/// The tables in PostgreSQL. Times are milliseconds since 1970, amounts centavos, documents JSON in
/// their own bytes. Texts are compared by their bytes; a zero byte in one stands as `\0`, and a
/// backslash as `\\` (`String.kept`).
enum PostgreSQLSchema {
  /// What is written again has room beside it in its page, so that its indexes can stay as they are
  /// where none of their columns change.
  static let version1 = """
    CREATE TABLE payins (
      number bigint PRIMARY KEY,
      id text COLLATE "C" NOT NULL,
      merchant text COLLATE "C" NOT NULL,
      reference text COLLATE "C" NOT NULL,
      status text COLLATE "C" NOT NULL,
      method text COLLATE "C" NOT NULL,
      account text COLLATE "C" NOT NULL,
      amount bigint NOT NULL,
      created_ms bigint NOT NULL,
      token text COLLATE "C" NOT NULL,
      version bigint NOT NULL,
      body bytea NOT NULL,
      checksum bigint NOT NULL,
      -- 1 where a provider's books and ours differ; where it took money back.
      discrepant bigint,
      disputed bigint,
      -- The one attempt that is asked about, if it is one.
      watched text COLLATE "C"
    ) WITH (fillfactor = 80);
    CREATE SEQUENCE payin_numbers;
    CREATE UNIQUE INDEX payins_by_id ON payins (id);
    CREATE UNIQUE INDEX payins_by_reference ON payins (merchant, reference);
    CREATE UNIQUE INDEX payins_by_token ON payins (token);
    -- Lists are read from these alone until a pay-in fits every filter.
    CREATE INDEX payins_by_time ON payins (merchant, created_ms, id, method, account, amount);
    CREATE INDEX payins_by_status
      ON payins (merchant, status, created_ms, id, method, account, amount);
    CREATE INDEX payins_discrepant
      ON payins (merchant, created_ms, id, method, account, amount) WHERE discrepant = 1;
    CREATE INDEX payins_disputed ON payins (created_ms, id) WHERE disputed = 1;

    -- What never changes of a pay-in.
    CREATE TABLE payin_openings (
      number bigint PRIMARY KEY,
      content bytea NOT NULL,
      checksum bigint NOT NULL
    );

    CREATE TABLE payin_secrets (
      number bigint NOT NULL,
      -- 1: the payer; 2: providers' answers kept as evidence.
      kind bigint NOT NULL,
      -- Which key seals it; 0 for none.
      key bigint NOT NULL,
      content bytea NOT NULL,
      PRIMARY KEY (number, kind)
    );
    CREATE INDEX payin_secrets_by_key ON payin_secrets (key, number, kind);

    -- Payers' e-mail addresses as keyed digests.
    CREATE TABLE payer_emails (
      digest bytea NOT NULL,
      number bigint NOT NULL,
      PRIMARY KEY (digest, number)
    );

    CREATE TABLE attempts (
      account text COLLATE "C" NOT NULL,
      order_number text COLLATE "C" NOT NULL,
      payin text COLLATE "C" NOT NULL,
      attempt text COLLATE "C" NOT NULL,
      provider_order_id text COLLATE "C",
      PRIMARY KEY (account, order_number)
    ) WITH (fillfactor = 90);
    CREATE INDEX attempts_by_provider_order
      ON attempts (account, provider_order_id, attempt) WHERE provider_order_id IS NOT NULL;

    CREATE TABLE events (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      payin text COLLATE "C" NOT NULL,
      sequence bigint NOT NULL,
      id text COLLATE "C" NOT NULL,
      type text COLLATE "C" NOT NULL,
      at_ms bigint NOT NULL,
      data bytea NOT NULL,
      -- Only where the merchant is told.
      announcement_sequence bigint,
      announcement_body bytea,
      merchant text COLLATE "C",
      checksum bigint NOT NULL
    );
    CREATE UNIQUE INDEX events_by_payin ON events (payin, sequence);
    CREATE INDEX events_announced ON events (merchant, number, type)
      WHERE announcement_sequence IS NOT NULL;
    CREATE UNIQUE INDEX events_announced_by_id ON events (id)
      WHERE announcement_sequence IS NOT NULL;

    CREATE TABLE jobs (
      kind text COLLATE "C" NOT NULL,
      subject text COLLATE "C" NOT NULL,
      payin text COLLATE "C" NOT NULL,
      account text COLLATE "C" NOT NULL,
      due_ms bigint NOT NULL,
      tries bigint NOT NULL,
      -- None of these is in an index: who takes a lease and lets it run out changes none.
      lease text COLLATE "C",
      -- When it runs out; the due time stays as it was, and is never later.
      lease_ms bigint,
      -- `count first last word`, in milliseconds since 1970.
      silence text COLLATE "C",
      PRIMARY KEY (kind, subject)
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0.2,
      autovacuum_vacuum_cost_delay = 0);
    CREATE INDEX jobs_by_due ON jobs (account, due_ms, kind, subject);
    -- Every account that has jobs, by one search each, however many jobs there are.
    CREATE VIEW job_accounts (account) AS
      WITH RECURSIVE found (account) AS (
        (SELECT account FROM jobs ORDER BY account LIMIT 1)
        UNION ALL
        SELECT (SELECT jobs.account FROM jobs WHERE jobs.account > found.account
          ORDER BY jobs.account LIMIT 1)
        FROM found WHERE found.account IS NOT NULL
      )
      SELECT account FROM found WHERE account IS NOT NULL;

    CREATE TABLE idempotency_keys (
      merchant text COLLATE "C" NOT NULL,
      operation text COLLATE "C" NOT NULL,
      key text COLLATE "C" NOT NULL,
      request_hash bytea NOT NULL,
      subject text COLLATE "C" NOT NULL,
      created_ms bigint NOT NULL,
      answer_status bigint,
      answer_body bytea,
      checksum bigint NOT NULL,
      answer_checksum bigint,
      PRIMARY KEY (merchant, operation, key)
    ) WITH (fillfactor = 90);

    CREATE TABLE callback_notices (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id text COLLATE "C" NOT NULL,
      account text COLLATE "C" NOT NULL,
      digest bytea NOT NULL,
      received_ms bigint NOT NULL,
      last_ms bigint NOT NULL,
      count bigint NOT NULL,
      payin text COLLATE "C",
      order_number text COLLATE "C",
      provider_order_id text COLLATE "C",
      amount bigint,
      grade text COLLATE "C" NOT NULL,
      notice bytea NOT NULL,
      checksum bigint NOT NULL
    );
    CREATE UNIQUE INDEX callback_notices_by_key ON callback_notices (account, digest);
    CREATE INDEX callback_notices_unknown ON callback_notices (id) WHERE payin IS NULL;

    -- Payments at store chains' tills.
    CREATE TABLE store_payments (
      id text COLLATE "C" PRIMARY KEY,
      merchant text COLLATE "C" NOT NULL,
      transaction_key text COLLATE "C" NOT NULL,
      status text COLLATE "C" NOT NULL,
      -- Since when Paynet has something to say; null where it has not.
      unresolved_ms bigint,
      -- 1 where an operator is to look.
      held bigint,
      version bigint NOT NULL,
      body bytea NOT NULL,
      checksum bigint NOT NULL
    ) WITH (fillfactor = 80);
    CREATE UNIQUE INDEX store_payments_by_key ON store_payments (transaction_key);
    CREATE INDEX store_payments_by_time ON store_payments (merchant, id, status);
    CREATE INDEX store_payments_unresolved ON store_payments (unresolved_ms)
      WHERE unresolved_ms IS NOT NULL;
    CREATE INDEX store_payments_held ON store_payments (id) WHERE held = 1;

    CREATE TABLE webhook_endpoints (
      merchant text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      body bytea NOT NULL,
      checksum bigint NOT NULL,
      key bigint NOT NULL,
      PRIMARY KEY (merchant, id)
    );
    -- How often a merchant's endpoints were changed.
    CREATE TABLE endpoint_revisions (
      merchant text COLLATE "C" PRIMARY KEY,
      revision bigint NOT NULL
    );
    CREATE TABLE delivery_tries (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      payin text COLLATE "C" NOT NULL,
      event text COLLATE "C" NOT NULL,
      endpoint text COLLATE "C" NOT NULL,
      at_ms bigint NOT NULL,
      status bigint,
      failure text COLLATE "C",
      took_ms bigint NOT NULL
    );
    CREATE INDEX delivery_tries_by_payin ON delivery_tries (payin, number);

    -- The store's own.
    CREATE TABLE secrets (
      name text COLLATE "C" PRIMARY KEY,
      content bytea NOT NULL
    );

    -- Those that serve the store.
    CREATE TABLE gateways (
      id text COLLATE "C" PRIMARY KEY,
      name text COLLATE "C" NOT NULL,
      version text NOT NULL,
      since_ms bigint NOT NULL,
      rules text NOT NULL,
      configuration text NOT NULL,
      seen timestamptz NOT NULL
    ) WITH (fillfactor = 20);

    -- Each gateway's last commit, by which one whose answer was lost is found.
    CREATE SEQUENCE writer_numbers;
    CREATE TABLE writers (
      writer bigint PRIMARY KEY,
      last_commit bigint NOT NULL,
      at timestamptz NOT NULL
    ) WITH (fillfactor = 20);

    -- Documents are neither compressed nor moved elsewhere while a row fits into a page: both cost
    -- more than writing them does.
    ALTER TABLE payins SET (toast_tuple_target = 8160), ALTER body SET STORAGE EXTERNAL;
    ALTER TABLE payin_openings
      SET (toast_tuple_target = 8160), ALTER content SET STORAGE EXTERNAL;
    ALTER TABLE payin_secrets
      SET (toast_tuple_target = 8160), ALTER content SET STORAGE EXTERNAL;
    ALTER TABLE events SET (toast_tuple_target = 8160),
      ALTER data SET STORAGE EXTERNAL, ALTER announcement_body SET STORAGE EXTERNAL;
    ALTER TABLE idempotency_keys
      SET (toast_tuple_target = 8160), ALTER answer_body SET STORAGE EXTERNAL;
    ALTER TABLE store_payments
      SET (toast_tuple_target = 8160), ALTER body SET STORAGE EXTERNAL;

    -- Ends the transaction with a conflict unless what it expects holds.
    CREATE FUNCTION pasarela_expect(holds boolean, conflict text) RETURNS void
      LANGUAGE plpgsql AS $$
      BEGIN
        IF holds IS NOT TRUE THEN
          RAISE EXCEPTION USING ERRCODE = 'PA001', MESSAGE = conflict;
        END IF;
      END $$;
    """
}
