import { SWEEP_GRACE } from '../limits.ts'
import type { Desk } from './desk.ts'
import type { Request } from './request.ts'

// What operators have done from time to time, in the midst of everything else.

export async function buildSweep({ person, now }: Desk): Promise<Request> {
  return {
    kind: 'sweep',
    intent: { kind: 'sweep', grace: SWEEP_GRACE },
    target: person.id,
    proofs: [],
    oldestTokenAt: now,
    text: 'sweep',
    send: async ({ sweepBlobs }, { answered }) => {
      await sweepBlobs.execute({ grace: SWEEP_GRACE, evenAll: true })
      answered()
      return {}
    },
  }
}

export async function buildVerify({ person, now }: Desk): Promise<Request> {
  return {
    kind: 'verify',
    intent: { kind: 'verify' },
    target: person.id,
    proofs: [],
    oldestTokenAt: now,
    text: 'verify',
    send: async ({ verifyBackups }, { answered }) => {
      const faults: string[] = []
      await verifyBackups.execute({ onFault: (fault) => faults.push(fault) })
      answered()
      return { faults }
    },
  }
}
