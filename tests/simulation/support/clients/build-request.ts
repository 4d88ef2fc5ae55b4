import type { Desk } from './desk.ts'
import { buildDeleteBackup, buildReset, buildUndelete } from './deletion-requests.ts'
import { buildAddFactor, buildAddSyncFactor, buildDeleteFactor } from './factor-requests.ts'
import { buildSweep, buildVerify } from './operator-requests.ts'
import { buildRetrieve, buildRetrieveMetadata, buildStatus, buildVerifyFactor } from './reading-requests.ts'
import type { OperationKind, Request } from './request.ts'
import { buildCreate, buildSync } from './upload-requests.ts'

const BUILDERS: Readonly<Record<OperationKind, (desk: Desk) => Promise<Request | undefined>>> = {
  create: buildCreate,
  sync: buildSync,
  retrieve: buildRetrieve,
  'verify-factor': buildVerifyFactor,
  'retrieve-metadata': buildRetrieveMetadata,
  'add-factor': buildAddFactor,
  'add-sync-factor': buildAddSyncFactor,
  'delete-factor': buildDeleteFactor,
  'delete-backup': buildDeleteBackup,
  undelete: buildUndelete,
  reset: buildReset,
  status: buildStatus,
  sweep: buildSweep,
  verify: buildVerify,
}

/** With all its challenges, ready to be sent, any number of times; a retrieval where `kind` makes no sense at the time. */
export async function buildRequest(kind: OperationKind, desk: Desk): Promise<Request> {
  return (await BUILDERS[kind](desk)) ?? buildRetrieve(desk)
}
