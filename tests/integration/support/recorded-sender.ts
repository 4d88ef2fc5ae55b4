import type { BackupOperation, Call, Outcome, ReadState } from '../../linearizability/support/backup-register.ts'
import { HistoryRecorder } from '../../linearizability/support/history.ts'
import { manifestHashOf, type MetadataJson, type RetrievedJson } from '../../support/http-backup-client.ts'
import type { Answer, HttpClient } from '../../support/http-client.ts'
import { isBrokenOff } from './roaming-http-client.ts'
import type { SignedCall } from './signed-calls.ts'

/** As openapi.yaml has it. */
interface RefusalJson {
  readonly error: { readonly details?: { readonly currentManifestHash?: string } }
}

/** Sends requests and writes down what came of them. */
export class RecordedSender {
  readonly #recorder = new HistoryRecorder<Call, Outcome>()

  get history(): readonly BackupOperation[] {
    return this.#recorder.operations
  }

  /** @returns `undefined` where no whole answer came */
  async send({ call, request }: SignedCall, http: HttpClient): Promise<Answer | undefined> {
    let answer: Answer | undefined
    await this.#recorder.record(`${call.kind} at ${http.url}`, call, async () => {
      answer = await http.send(request).catch((error: unknown) => {
        if (isBrokenOff(error)) return undefined
        throw error
      })
      return outcomeOf(call, answer)
    })
    return answer
  }
}

/** The metadata in an answer, if it is one that has it. */
export function metadataIn({ kind }: Call, { status, body }: Answer): MetadataJson | undefined {
  if (status !== 200) return undefined
  if (kind === 'retrieve') return (body as RetrievedJson).metadata
  return kind === 'retrieve-metadata' ? (body as MetadataJson) : undefined
}

/** @throws {Error} for an answer that no client should ever get */
function outcomeOf(call: Call, answer: Answer | undefined): Outcome | 'unknown' {
  // Unavailable is who has lost sight of what was asked of a backend.
  if (answer === undefined || answer.status === 503) return 'unknown'
  const { status, outcome, body } = answer
  if (status >= 500) throw new Error(`${call.kind} is answered ${outcome}`)
  if (status >= 400) return { kind: 'refused', code: outcome.split(' ')[1] ?? '', ...currentIn(body) }
  const metadata = metadataIn(call, answer)
  if (metadata === undefined) return { kind: 'done' }
  return { kind: 'read', state: { ...stateOf(metadata), ...contentOf(body as Partial<RetrievedJson>) } }
}

function currentIn(body: unknown): { readonly current?: string } {
  const current = (body as RefusalJson).error.details?.currentManifestHash
  return current === undefined ? {} : { current }
}

function stateOf({ manifestHash, syncFactors }: MetadataJson): ReadState {
  return { manifestHash, syncFactors: publicKeysOf(syncFactors) }
}

function contentOf({ backup }: Partial<RetrievedJson>): Pick<ReadState, 'contentHash'> {
  return backup === undefined ? {} : { contentHash: manifestHashOf(Buffer.from(backup, 'base64')) }
}

export function publicKeysOf(factors: MetadataJson['syncFactors']): string[] {
  return factors.map(({ kind }) => kind.publicKey ?? '')
}
