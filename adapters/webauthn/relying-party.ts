/** Who asks for passkeys (WebAuthn Level 3 §4, "Relying Party"). */
export interface RelyingParty {
  /** The domain that the passkeys belong to, as `example.org`. */
  readonly relyingPartyId: string
  /** Shown while a passkey is created. */
  readonly relyingPartyName: string
  /** The exact origins that may use them: `https://example.org`, or `android:apk-key-hash:` and a base64url SHA-256. */
  readonly origins: readonly string[]
}
