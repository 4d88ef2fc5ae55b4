import { randomBytes, randomInt } from 'node:crypto'
import { expect } from 'chai'
import type { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { Refusal } from '../../bootstrap/demo/client/refusal.ts'
import type { Answer, CreatePayload } from '../../bootstrap/demo/client/wire.ts'
import { hashOf, KeypairOwner } from './keypair-owner.ts'

type Bytes = Uint8Array<ArrayBuffer>
/** The sealed bytes, or nothing where there is no backup. */
type State = Bytes | undefined

const SIZES = [1, 1000, 65_536, 200_000] // bytes

/** Someone who changes a backup all the time, and knows at any moment what a crash may leave of it. */
export class RestlessOwner {
  readonly #owner = new KeypairOwner()
  /** The last acknowledged state, and what an unanswered request may have made of it. */
  #possible: readonly State[] = [undefined]
  #usedCreation: { readonly payload: CreatePayload; readonly sealed: Bytes } | undefined
  #usedAnswer: Answer | undefined

  /**
   * One change after the other, until the service is gone.
   * @param acknowledged told of each that was answered
   * @throws {Refusal} for a request that nothing speaks against; otherwise what becomes of one without an answer
   */
  async work(client: BackupClient, acknowledged: () => void): Promise<never> {
    for (;;) {
      await this.#changeSomething(client)
      acknowledged()
    }
  }

  /** Whether what the service has is what it may have, and nothing works twice. */
  async lookAround(client: BackupClient): Promise<void> {
    const found = await this.#retrieve(client)
    expect(this.#possible.map(nameOf), 'the last acknowledged state, or the one that was under way').to.include(
      nameOf(found),
    )
    this.#possible = [found]
    await this.#replay(client, found)
    expect(nameOf(await this.#retrieve(client)), 'after all that was refused').to.equal(nameOf(found))
  }

  async #changeSomething(client: BackupClient): Promise<void> {
    const [current] = this.#possible
    const sealed = randomBytes(SIZES[randomInt(SIZES.length)]!)
    if (current === undefined) return this.#become(sealed, () => this.#create(client, sealed))
    const dice = randomInt(10)
    if (dice === 0) return this.#become(undefined, () => this.#delete(client))
    if (dice === 1) return this.#verifyFactor(client)
    return this.#become(sealed, () => this.#owner.sync(client, current, sealed))
  }

  async #become(next: State, change: () => Promise<void>): Promise<void> {
    this.#possible = [...this.#possible, next]
    await change()
    this.#possible = [next]
  }

  async #create(client: BackupClient, sealed: Bytes): Promise<void> {
    const payload = await this.#owner.creation(client, sealed)
    await client.createBackup(payload, sealed)
    this.#usedCreation = { payload, sealed }
  }

  async #delete(client: BackupClient): Promise<void> {
    const { challenge, token } = await client.deleteBackupChallengeKeypair()
    await client.deleteBackup({ authorization: this.#owner.device.authorize(challenge), challengeToken: token })
  }

  async #verifyFactor(client: BackupClient): Promise<void> {
    const { challenge, token } = await client.verifyFactorChallengeKeypair()
    const answer = { authorization: this.#owner.main.authorize(challenge), challengeToken: token }
    await client.verifyFactor(answer)
    this.#usedAnswer = answer
  }

  async #retrieve(client: BackupClient): Promise<State> {
    try {
      const { sealed, manifestHash } = await this.#owner.retrieve(client)
      expect(manifestHash, 'the hash is that of the bytes').to.equal(hashOf(sealed))
      return Uint8Array.from(sealed)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'backup_untraceable') return undefined
      throw error
    }
  }

  /** What was used before the crash. Where something else speaks against it as well, that may be told instead. */
  async #replay(client: BackupClient, found: State): Promise<void> {
    const [answer, creation] = [this.#usedAnswer, this.#usedCreation]
    if (answer !== undefined) {
      const code = await codeOf(client.verifyFactor(answer))
      expect(code).to.equal(found === undefined ? 'backup_untraceable' : 'already_used')
    }
    if (creation !== undefined) {
      const code = await codeOf(client.createBackup(creation.payload, creation.sealed))
      expect(code).to.equal(found === undefined ? 'already_used' : 'backup_account_id_already_exists')
    }
  }
}

function nameOf(state: State): string {
  return state === undefined ? 'no backup' : `${state.byteLength} bytes of ${hashOf(state)}`
}

/** Of the refusal that has to come. */
async function codeOf(request: Promise<unknown>): Promise<string> {
  try {
    await request
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
  return 'no refusal'
}
