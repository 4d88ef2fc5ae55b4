import type { JsonObject } from '../../domain/json.ts'
import { newParts, type MetadataJson } from './matrix-backup-parts.ts'
import { MatrixBackups } from './matrix-backups.ts'
import { accepted, type Answer, type MatrixClient } from './matrix-client.ts'
import type { BrowserPasskeys } from './browser-passkeys.ts'

/** As `…/challenge/passkey` answers it. */
export interface PasskeyChallengeJson {
  readonly challenge: { readonly publicKey: JsonObject; readonly mediation?: string }
  readonly token: string
}

/** As `/add-factor/challenge` answers it for a passkey. */
export interface AnnouncedPasskeyJson {
  readonly existingFactorChallenge: string
  readonly existingFactorToken: string
  readonly newFactorChallenge: { readonly publicKey: JsonObject }
  readonly newFactorToken: string
}

export interface CreatedJson {
  readonly backupId: string
  readonly backupMetadata: MetadataJson
}

/** What is said of whom a passkey is for. */
export const USER = { name: 'somebody', displayName: 'Some Body', platform: 'ANDROID' }

/** Somebody whose passkeys are in a browser: the ceremonies take place there, the requests come from here. */
export class BrowserOwner {
  readonly #browser: BrowserPasskeys
  readonly #client: MatrixClient
  readonly #backups: MatrixBackups

  constructor(browser: BrowserPasskeys, client: MatrixClient) {
    this.#browser = browser
    this.#client = client
    this.#backups = new MatrixBackups(client)
  }

  async creationChallenge(): Promise<PasskeyChallengeJson> {
    return accepted(await this.#client.post<PasskeyChallengeJson>('/create/challenge/passkey', USER))
  }

  async challengeFor(operation: 'retrieve' | 'verify-factor'): Promise<PasskeyChallengeJson> {
    return accepted(await this.#client.post<PasskeyChallengeJson>(`/${operation}/challenge/passkey`, {}))
  }

  async announce(): Promise<AnnouncedPasskeyJson> {
    const newFactor = { kind: 'PASSKEY', ...USER }
    return accepted(await this.#client.post<AnnouncedPasskeyJson>('/add-factor/challenge', { newFactor }))
  }

  /** @returns what sends a request to create one and the same backup, whatever the credential */
  async creationRequest(challengeToken: string): Promise<{
    readonly content: Buffer
    readonly send: (credential: JsonObject) => Promise<Answer<CreatedJson>>
  }> {
    const parts = newParts()
    const payload = await this.#backups.createPayload(parts)
    const send = (credential: JsonObject) => {
      const authorization = { kind: 'PASSKEY', credential, label: 'laptop' }
      return this.#client.upload<CreatedJson>('/create', { ...payload, authorization, challengeToken }, parts.content)
    }
    return { content: parts.content, send }
  }

  async createBackup(create: 'create' | 'register') {
    const { challenge, token } = await this.creationChallenge()
    const credential = await this.#browser[create](challenge.publicKey)
    const { content, send } = await this.creationRequest(token)
    return { credential, content, created: accepted(await send(credential)) }
  }

  async verify(get: 'get' | 'authenticate'): Promise<Answer> {
    const { challenge, token } = await this.challengeFor('verify-factor')
    const credential = await this.#browser[get](challenge.publicKey)
    return this.#client.post('/verify-factor', {
      authorization: { kind: 'PASSKEY', credential },
      challengeToken: token,
    })
  }
}
