extension SandboxCredentials {
  public static let smilepayzMerchant = "sandbox-20001"
  public static let smilepayzMerchantSecret = "demo-merchant-secret-0001"
}

/// SmilePayz's two RSA key pairs, as the one-line Base64 of DER that it hands out.
extension SandboxCredentials {
  /// Signs requests: PKCS#8 DER.
  public static let smilepayzMerchantPrivateKey = """
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDeLl6GfBukwQ0PL9llUYR5vXcF8xYTRuOd\
    tLLVJP//5feo2JnJ4ehAOIt1F6e6doQEQfas7d8BtwnVMWH24eR0wB/WTo5qfl9MhrqsYK96krEcxhNDdHmd\
    VxD0qCZq+b/2VGBYnZqtl92/irE3uO0Z6J2yR1fIqZb9CrR1417qLleb4hkFF8Y2+9abDO4/6WjAGpXXM6mN\
    Ve5mqdHw5ZKyvSBvHnUzpT32NMRmHJ239kDDRBdGKxD1FBcDr+SRjoGtz2h8CxA9R0jpCEmV2+KNEPFs/k4m\
    /MA55ljhpbPMm3S/erh50JGlxsdCtjuf6MfhDcRXh287JC+Coo65IF7JAgMBAAECggEAWhHiMBLQAhJhAO8c\
    6n4JfnDYd4j8QgRS8fP3K4E8ZrkLlV95uOXkCWTi5C0ayfSRwEgdgC1OYpuZWNwUIsmgm9PnFDH0eieQ6q0T\
    sB3iBYbCVi/WT1pAkxBgx04DhQqKT4oVJNd/hTAzrRrEjRpixEYQ590UMTzPAPX+AmySZcxyQL79JhQ+yZMw\
    HxZH/elI+Ayksgk8X2nqFQ2LjPZ0enpvowjXefrZhC0MbyyoCxGZ47VboK1T9S0JCfolKuVtaNR5esAQJe1i\
    w9zlX0VmdTelDjHyhVyETje81eFsbl6ckjohxBwz0xnQVLo8S8utI3GC3ROfFHPYb2r9Cno3oQKBgQDzFYLS\
    WTTsCMcuVl4tOyOjN3GJZp4j4dM6azCrq+/oPl+P93Xhq0RqpVpd5UdZh5dYxImQflr9i5WAd4dojSoYjssi\
    e2zRDV+9cqhNkeR/b/rSqUaCF4MybCQKkozRpPtLKXcRmwhh9dDEtGfShCf5UKJ7qG8LWsDxEIAdSOUC9wKB\
    gQDp/IgmyVG7Itrp7EgCHYEtM1ma5+6SJslMd4HG98craLxvk48Jcie/qyI86ePEE3KrWtpKwASacPZRkNRk\
    iOBwE1vR62ekfxhBhpDr8Q3DhaHakJ68zeJzagyCcQgOexRg7NMgc1hCWUNLG2yx+RCofhX3ht8TZhoyd1fl\
    tRN8PwKBgEUeibtcKEMxX8maP18nIMQJQNxr9G2JifFjh0xZMHdePPgHylonw+V7LQ3j4vzfJDbWc7NFaoQL\
    y6/izPr6oMyo1bPxWoi6/80zrA2afVmLMsvx3B2jp+ePflQPRcFa4yWFHdlAtwp7xigYkCj48RDgT8NPqnuV\
    C6XAJl2tW4kTAoGBAIztPFOgDUnYxGD/np8nhhXjR6S07Eu6cKNNlyxvL9ZFTrkk9pGJ38bhG830UOpXjEkI\
    f1FmNV+Picu2nzWt+v+FqVfVoKbCpalRkxeIJ/ILGmC5meG9XxaEWOR3j5KpLqzx9nclAZN0j8M80Uqf6BiT\
    WEetQ847QKwElTwUw5ehAoGAGBWvI8pYHzKldTgEvjNWRvgsoGfF0tkFVTtWizTTZcsQ9ebu+HbX6zz1QdCK\
    ab110yv9/5QvTZo/LtlH/KS0wiIzv2FR/HbtNz4UrMkR7eKlYc1Bx8aLjsCR0j2SAaHi6N+zVdt+hxka2aA0\
    KprKu1Hi4HTk2lP0cVJ3wcMWN/c=
    """

  /// The sandbox checks requests with it: SubjectPublicKeyInfo DER.
  public static let smilepayzMerchantPublicKey = """
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3i5ehnwbpMENDy/ZZVGEeb13BfMWE0bjnbSy1ST/\
    /+X3qNiZyeHoQDiLdRenunaEBEH2rO3fAbcJ1TFh9uHkdMAf1k6Oan5fTIa6rGCvepKxHMYTQ3R5nVcQ9Kgm\
    avm/9lRgWJ2arZfdv4qxN7jtGeidskdXyKmW/Qq0deNe6i5Xm+IZBRfGNvvWmwzuP+lowBqV1zOpjVXuZqnR\
    8OWSsr0gbx51M6U99jTEZhydt/ZAw0QXRisQ9RQXA6/kkY6Brc9ofAsQPUdI6QhJldvijRDxbP5OJvzAOeZY\
    4aWzzJt0v3q4edCRpcbHQrY7n+jH4Q3EV4dvOyQvgqKOuSBeyQIDAQAB
    """

  /// The sandbox signs callbacks with it: PKCS#8 DER.
  public static let smilepayzPlatformPrivateKey = """
    MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDe0lcGR4lTLuAJ4o5mi46uGz+IfzYO+XHG\
    qNR5LHTD2MHj0+TnPygBM1ieMzQUsuRI5AQSdry5vC6dbwW2i37Vyke1k1Pfn0nXloeRqJlpidVzx9RVj4OI\
    xaPZvMxOCVCE6utK+UzP9xsxTairvYQX4yok7daIxId/IPtOOIqZvcrvFCx0YXH/YhDSlxDtrJo+0CF7+vBi\
    DkLN8S37GbC7kSWzTLP7tX96WCPP7KJWZLE/kBPCoMfL7ycTlgtHCt2HCoQyclXkt/vZEv93nMpYxY5dvXlL\
    FDZTW4adhR8dIRFvwSS1dgNBWM3Fk9McfnmRrVHO8ZOPZR1gAExDISBnAgMBAAECggEAAv7HcUvd4VbxRU2L\
    1vXHoOv8g2pgfI2k/Lk4u9MO7Y/3yv6GbOT1WAJBHvAWzPgHlI+oGsGzhH0dZdVf/doYhhQv7EA6gsUijVfH\
    cASUnK/O3ugg/qv55hpWkHvDhdbBWSq5hXMeIJTfNmfBAcn/sBIdf65zc5ZWUwK6UlnCBiNZytAcw8tVcnEd\
    0Q+oVTS/tgrHadjkNrmI1QgY+L456z///m1EmEAgNf+RD5M9UVPZs+LK9OE6SIF5XWsjhZy6scxsbM55q8cE\
    VyNmC47qYjAEESPqSU1HcTPr4TBz1Wnf0lFjBpkCcVuAn8DAWJJMF/uvWnyqRMIKmWqnGVQnAQKBgQD9QI9L\
    9vrcAW7/DdGcFbK5x2mAXzlgKiJy4t4KpdOAJIe8ZUNjoItPjLKBQDX2NTGwInC89ONvsTEs7uekJV0gpFiy\
    sczWAaNFWOYfvwfuCIcK9EKVZHlyaUHrYpnHSQqvkN245GHFhvmxXhHG1qH+1k3xDZDDcDClXkhaiUCXZwKB\
    gQDhPUFmEnRRnRPSPhSpzLnTaW+kDx3HYxa5t6QzFLmfhlUAGn8wtJyw2ySYjY2sF0A/GIDbvy+HFUgfVM1H\
    41UOuhgM/LpwMIbQC/7tQXN4J+kVW+et6fdQpwNuBV0rj+cuKFjYdBIC3TW1EGzksBuTnLPBLmbwHmretCUd\
    RYKPAQKBgAZdS/ydvVowEwkH4N+qT+6JS2Z1fiyjgnAesXPVDQaoZFzgspvbWgTqxUWoRnLkjVYe13R4NwsE\
    ifbWHi4q3jdGyg/blgk+y0qf3FCp7VoXDsXAs7erab3tVUHEHZc7h7A31Mqjuq1LIhVKBupXVITh/91x+NRg\
    imhtgSX9Uwk7AoGAS2Ii9zSJ9Z6quZzJcaLxNo59LN1aTBcfzfxmWio/jeJ5pFU56GUqZA6UCvKlTcliWTus\
    NN+h2oYG42WQZtTw7MLftckH5PB4zjyVj3ZuXPKOkfV2bsB1Y2riPPpSmnfJGaurQJZoSMkcZoMeztMaB6dU\
    if0ruoWTowGLwmY3MgECgYAF2zuK8lK6KeJMAGfhLw/s39T0EAlwkB+wUXXjfACn3v/NNnrA38MZhcFSkOmv\
    y6LTauqVTWNhGpeJ3g6BGczEKhQ3Wspyw00cEeNDYFUkycbzDeIof25bYe43LdOmkefsRg0hhO+mUe3fUv6W\
    2/cpmnUEhwJjA0ASUaWqoFX/xQ==
    """

  /// Checks callbacks: SubjectPublicKeyInfo DER.
  public static let smilepayzPlatformPublicKey = """
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3tJXBkeJUy7gCeKOZouOrhs/iH82DvlxxqjUeSx0\
    w9jB49Pk5z8oATNYnjM0FLLkSOQEEna8ubwunW8Ftot+1cpHtZNT359J15aHkaiZaYnVc8fUVY+DiMWj2bzM\
    TglQhOrrSvlMz/cbMU2oq72EF+MqJO3WiMSHfyD7TjiKmb3K7xQsdGFx/2IQ0pcQ7ayaPtAhe/rwYg5CzfEt\
    +xmwu5Els0yz+7V/elgjz+yiVmSxP5ATwqDHy+8nE5YLRwrdhwqEMnJV5Lf72RL/d5zKWMWOXb15SxQ2U1uG\
    nYUfHSERb8EktXYDQVjNxZPTHH55ka1RzvGTj2UdYABMQyEgZwIDAQAB
    """
}
