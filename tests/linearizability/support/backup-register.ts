import type { Operation } from './history.ts'
import type { SequentialModel } from './linearization.ts'

/** What is asked of one backup. Factors are named by their public keys, contents by their hash, proofs by their token. */
export type Call =
  | { readonly kind: 'retrieve'; readonly proofs: readonly string[] }
  | { readonly kind: 'retrieve-metadata'; readonly by: string; readonly proofs: readonly string[] }
  | {
      readonly kind: 'sync'
      readonly by: string
      readonly proofs: readonly string[]
      readonly from: string
      readonly to: string
    }
  | { readonly kind: 'add-sync-factor'; readonly factor: string; readonly proofs: readonly string[] }
  | {
      readonly kind: 'delete-factor'
      readonly by: string
      readonly factor: string
      readonly proofs: readonly string[]
    }

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'read'; readonly state: ReadState }
  | {
      readonly kind: 'refused'
      readonly code: string
      /** The content that stands in the way, where the refusal tells. */
      readonly current?: string
    }

type Refusal = Extract<Outcome, { kind: 'refused' }>

/** What a client was shown. */
export interface ReadState {
  readonly manifestHash: string
  /** Of the bytes, where they were asked for. */
  readonly contentHash?: string
  /** In their order. */
  readonly syncFactors: readonly string[]
}

export interface RegisterState {
  readonly content: string
  /** In the order in which they were added. */
  readonly syncFactors: readonly string[]
  /** Challenges and tokens. */
  readonly used: ReadonlySet<string>
}

export type BackupOperation = Operation<Call, Outcome>

const MAX_SYNC_FACTORS = 25

/** A backup as somebody sees it who is alone with it. */
export class BackupRegister implements SequentialModel<RegisterState, Call, Outcome> {
  readonly initial: RegisterState
  /** Proofs of reads whose outcome nobody knows: those change nothing that would tell whether they happened. */
  readonly #perhapsUsed: ReadonlySet<string>

  constructor(initial: Omit<RegisterState, 'used'>, history: readonly BackupOperation[]) {
    this.initial = { ...initial, used: new Set() }
    const unknownReads = history.filter(({ call, outcome }) => outcome === 'unknown' && isRead(call))
    this.#perhapsUsed = new Set(unknownReads.flatMap(({ call }) => call.proofs))
  }

  apply(state: RegisterState, call: Call, outcome: Outcome | 'unknown'): RegisterState | undefined {
    if (outcome === 'unknown') return isRead(call) ? undefined : this.#succeed(state, call)
    switch (outcome.kind) {
      case 'done':
        return isRead(call) ? undefined : this.#succeed(state, call)
      case 'read':
        return isRead(call) && shows(outcome.state, state) ? this.#succeed(state, call) : undefined
      case 'refused':
        return this.#mayRefuse(state, call, outcome) ? state : undefined
    }
  }

  /** A read uses its proof up, which nobody minds: of those with the same proof no other can succeed, before or after. */
  leavesNoTrace(call: Call, outcome: Outcome | 'unknown'): boolean {
    return outcome !== 'unknown' && (outcome.kind === 'refused' || isRead(call))
  }

  /** Which proofs are used follows from which operations happened. */
  keyOf({ content, syncFactors }: RegisterState): string {
    return [content, ...syncFactors].join()
  }

  #succeed(state: RegisterState, call: Call): RegisterState | undefined {
    const isFactor = (key: string): boolean => state.syncFactors.includes(key)
    if (call.proofs.some((proof) => state.used.has(proof))) return undefined
    if ('by' in call && !isFactor(call.by)) return undefined
    const used = new Set([...state.used, ...call.proofs])
    switch (call.kind) {
      case 'retrieve':
      case 'retrieve-metadata':
        return { ...state, used }
      case 'sync':
        return state.content === call.from ? { ...state, used, content: call.to } : undefined
      case 'add-sync-factor':
        if (isFactor(call.factor) || state.syncFactors.length >= MAX_SYNC_FACTORS) return undefined
        return { ...state, used, syncFactors: [...state.syncFactors, call.factor] }
      case 'delete-factor':
        if (!isFactor(call.factor)) return undefined
        return { ...state, used, syncFactors: state.syncFactors.filter((key) => key !== call.factor) }
    }
  }

  #mayRefuse({ content, syncFactors, used }: RegisterState, call: Call, { code, current = content }: Refusal): boolean {
    switch (code) {
      case 'conflict':
        return true
      case 'already_used':
        return call.proofs.some((proof) => used.has(proof) || this.#perhapsUsed.has(proof))
      case 'backup_untraceable':
      case 'unauthorized_factor':
        return 'by' in call && !syncFactors.includes(call.by)
      case 'manifest_hash_mismatch':
        return call.kind === 'sync' && content !== call.from && content === current
      case 'factor_already_exists':
        return call.kind === 'add-sync-factor' && syncFactors.includes(call.factor)
      case 'too_many_factors':
        return call.kind === 'add-sync-factor' && syncFactors.length >= MAX_SYNC_FACTORS
      case 'factor_not_found':
        return call.kind === 'delete-factor' && !syncFactors.includes(call.factor)
      default:
        return false
    }
  }
}

function isRead({ kind }: Call): boolean {
  return kind === 'retrieve' || kind === 'retrieve-metadata'
}

function shows(read: ReadState, { content, syncFactors }: RegisterState): boolean {
  return (
    read.manifestHash === content &&
    (read.contentHash ?? content) === content &&
    read.syncFactors.join() === syncFactors.join()
  )
}
