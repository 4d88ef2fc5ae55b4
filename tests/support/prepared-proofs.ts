import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { JweTokenSealer } from '../../adapters/jose/jwe-token-sealer.ts'
import { formatKeyring, generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import { challengeInBase64 } from '../../application/challenge.ts'
import { Challenges } from '../../application/challenges.ts'
import type { KeypairOwner } from './keypair-owner.ts'
import type { LoadRequest } from './load-generator.ts'

const BATCH = 200

/** Signed requests made ahead, with challenges sealed by the keyring of the service, so that sending them costs next to nothing. */
export class PreparedProofs {
  readonly #keyring = [generateKeyringEntry(new Date())]
  readonly #challenges = new Challenges(new JweTokenSealer(this.#keyring), new SystemClock(), new NodeRandom())
  readonly #ready: Uint8Array[] = []

  /** The `CHALLENGE_KEYS` of the service. */
  get challengeKeys(): string {
    return formatKeyring(this.#keyring)
  }

  /** Makes so many in all, by these owners in turn. */
  async prepare(count: number, owners: readonly KeypairOwner[]): Promise<void> {
    while (this.#ready.length < count) {
      const batch = Array.from({ length: BATCH }, (_, index) =>
        this.#make(owners[index % owners.length]!, index % 2 === 0 ? 'retrieve' : 'retrieve-metadata'),
      )
      this.#ready.push(...(await Promise.all(batch)))
    }
  }

  /** A `/retrieve-metadata` or a `/retrieve/from-challenge`. One that was refused for overload was not used up, and comes again. */
  next(): LoadRequest {
    const bytes = this.#ready.pop()
    if (bytes === undefined) throw new Error('too few proofs were prepared')
    return {
      bytes,
      done: (outcome) => {
        if (outcome === 503) this.#ready.push(bytes)
      },
    }
  }

  async #make(owner: KeypairOwner, operation: 'retrieve' | 'retrieve-metadata'): Promise<Uint8Array> {
    const { challenge, token } = await this.#challenges.issue('keypair', { operation })
    const [keypair, path] =
      operation === 'retrieve' ? [owner.main, '/v1/retrieve/from-challenge'] : [owner.device, '/v1/retrieve-metadata']
    return rawPost(path, { authorization: keypair.authorize(challengeInBase64(challenge)), challengeToken: token })
  }
}

/** A request as it goes over the wire. */
export function rawPost(path: string, json: object): Uint8Array {
  const body = JSON.stringify(json)
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json`
  return Buffer.from(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
