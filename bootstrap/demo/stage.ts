import type { BackupClient } from './client/backup-client.ts'
import type { LocalIssuer } from './client/local-issuer.ts'
import type { Narrator } from './narrator.ts'

/** What every chapter works with. */
export interface Stage {
  readonly narrator: Narrator
  readonly client: BackupClient
  /** Of the page or app that uses the passkeys: one of the service's `WEBAUTHN_ORIGINS`. */
  readonly origin: string
  /** Absent where the service is not ours to configure. */
  readonly issuer: LocalIssuer | undefined
}
