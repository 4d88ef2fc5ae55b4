import { randomBytes } from 'node:crypto'
import { BackupClient, manifestHashOf } from '../../support/http-backup-client.ts'
import { jsonRequest, type HttpClient, type HttpRequest } from '../../support/http-client.ts'
import { P256Keypair } from '../../support/keypair.ts'
import { observeBackup, type BackupState } from './observed-backup.ts'
import type { ExpectedRequests } from './request-waves.ts'

/** A request that is valid once, and what it is about. */
export interface PreparedRequest {
  readonly request: HttpRequest
  readonly before: BackupState
  /** What the backup becomes. */
  readonly after: BackupState
  readonly observe: () => Promise<BackupState>
}

/** An operation of the contract, and what it asks of its backends. */
export interface BackendOperation extends ExpectedRequests {
  readonly name: string
  /** How the same request is answered when it is sent again; as before where absent. */
  readonly repeated?: string
  /** It is about what an instance deleted that keeps it for a while. */
  readonly ofWhatIsKept?: true
  readonly prepare: (http: HttpClient) => Promise<PreparedRequest>
}

const LOOK_UP = [['GetItem'], ['Query']]

export const BACKEND_OPERATIONS: readonly BackendOperation[] = [
  {
    name: 'a challenge',
    waves: [],
    prepare: unchanged(async () => jsonRequest('/v1/sync/challenge/keypair', {})),
  },
  { name: 'status', waves: [['Query']], prepare: unchanged(async (owner) => owner.statusRequest()) },
  {
    name: 'create',
    waves: [['GetItem', 'GetItem', 'Query'], ['PutObject'], ['TransactWriteItems']],
    repeated: '409 backup_account_id_already_exists',
    prepare: async (http) => {
      const owner = new BackupClient(http)
      const observe = () => observeBackup(owner, { mains: [owner.main], devices: [owner.device] })
      return { request: await owner.createRequest(), before: 'gone', after: stateOf(owner), observe }
    },
  },
  {
    name: 'sync',
    waves: [...LOOK_UP, ['PutObject'], ['TransactWriteItems']],
    behind: ['DeleteObject'],
    repeated: '412 manifest_hash_mismatch',
    prepare: changing(async (owner, before) => {
      const newer = randomBytes(2000)
      return { request: await owner.syncRequest(newer), after: { ...before, content: manifestHashOf(newer) } }
    }),
  },
  {
    name: 'retrieve',
    waves: [...LOOK_UP, ['GetObject', 'PutItem']],
    repeated: '400 already_used',
    prepare: unchanged((owner) => owner.retrieveRequest()),
  },
  {
    name: 'verify-factor',
    waves: [...LOOK_UP, ['PutItem']],
    repeated: '400 already_used',
    prepare: unchanged((owner) => owner.verifyFactorRequest()),
  },
  {
    name: 'retrieve-metadata',
    waves: [...LOOK_UP, ['PutItem']],
    repeated: '400 already_used',
    prepare: unchanged((owner) => owner.metadataRequest()),
  },
  {
    name: 'add-sync-factor',
    waves: [['Query'], ['TransactWriteItems']],
    repeated: '400 factor_already_exists',
    prepare: changing(async (owner, before, other) => ({
      request: await owner.addSyncFactorRequest(other),
      after: { ...before, syncFactors: [...before.syncFactors, other.publicKey] },
    })),
  },
  {
    name: 'add-factor',
    waves: [...LOOK_UP, ['TransactWriteItems']],
    repeated: '400 factor_already_exists',
    prepare: changing(async (owner, before, other) => ({
      request: await owner.addFactorRequest(other),
      after: { ...before, mainFactors: [...before.mainFactors, other.publicKey] },
    })),
  },
  {
    name: 'delete-factor',
    waves: [...LOOK_UP, ['TransactWriteItems']],
    repeated: '400 factor_not_found',
    prepare: changing(async (owner, after, other) => {
      await owner.http.succeed(await owner.addSyncFactorRequest(other))
      const { syncFactors } = await owner.metadata()
      return {
        request: await owner.deleteFactorRequest(syncFactors[1]!.id, 'SYNC'),
        before: { ...after, syncFactors: [...after.syncFactors, other.publicKey] },
        after,
      }
    }),
  },
  {
    name: 'delete-factor of the last one',
    waves: [...LOOK_UP, ['TransactWriteItems']],
    behind: ['DeleteObject', 'DeleteObject'],
    repeated: '400 backup_untraceable',
    prepare: changing(async (owner) => {
      const { factors } = await owner.metadata()
      return { request: await owner.deleteFactorRequest(factors[0]!.id, 'MAIN', owner.encryptionKey), after: 'gone' }
    }),
  },
  {
    name: 'delete-backup',
    waves: [...LOOK_UP, ['TransactWriteItems']],
    behind: ['DeleteObject', 'DeleteObject'],
    repeated: '400 backup_untraceable',
    prepare: changing(async (owner) => ({ request: await owner.deleteBackupRequest(), after: 'gone' })),
  },
  {
    name: 'undelete',
    waves: [...LOOK_UP, ['TransactWriteItems']],
    repeated: '400 nothing_to_undelete',
    ofWhatIsKept: true,
    prepare: changing(async (owner, state, other) => {
      await owner.http.succeed(await owner.addSyncFactorRequest(other))
      await owner.http.succeed(await owner.deleteBackupRequest())
      const after = { ...state, syncFactors: [other.publicKey] }
      return { request: await owner.undeleteRequest(), before: 'gone', after }
    }),
  },
  {
    name: 'reset',
    waves: [['Query'], ['TransactWriteItems']],
    behind: ['DeleteObject', 'DeleteObject'],
    repeated: '404 not_found',
    prepare: changing(async (owner) => ({ request: await owner.resetRequest(), after: 'gone' })),
  },
]

type LiveState = Exclude<BackupState, 'gone'>
type Change = Pick<PreparedRequest, 'request' | 'after'> & Partial<Pick<PreparedRequest, 'before'>>

/** A backup that was synced once, so that the next sync has an old blob to remove. @param other somebody else's key */
function changing(
  change: (owner: BackupClient, state: LiveState, other: P256Keypair) => Promise<Change>,
): BackendOperation['prepare'] {
  return async (http) => {
    const owner = new BackupClient(http)
    await owner.create()
    await owner.sync(randomBytes(1000))
    const [before, other] = [stateOf(owner), new P256Keypair()]
    const candidates = { mains: [owner.main, other], devices: [owner.device, other] }
    return { before, ...(await change(owner, before, other)), observe: () => observeBackup(owner, candidates) }
  }
}

function unchanged(request: (owner: BackupClient) => Promise<HttpRequest>): BackendOperation['prepare'] {
  return changing(async (owner, state) => ({ request: await request(owner), after: state }))
}

function stateOf({ content, main, device }: BackupClient): LiveState {
  return {
    content: manifestHashOf(content),
    mainFactors: [main.publicKey],
    syncFactors: [device.publicKey],
  }
}
