import { createHash } from 'node:crypto'
import { parseBackupId, type BackupId } from '../../../../domain/backup-id.ts'
import type { CredentialReference } from '../../../../domain/credential.ts'
import { AccountHolder, KeypairHolder, PasskeyHolder, type CredentialHolder } from './credential-holders.ts'

/** The owner of one account, and all that they may make a factor of its backup. */
export interface Person {
  readonly name: string
  readonly id: BackupId
  readonly mains: readonly CredentialHolder[]
  readonly devices: readonly KeypairHolder[]
}

/** Few people with few credentials, so that they get in one another's way. */
export class Population {
  readonly people: readonly Person[]
  readonly mains: readonly CredentialHolder[]
  readonly devices: readonly KeypairHolder[]
  /** Everything that may ever lead to a backup. */
  readonly references: readonly CredentialReference[]
  readonly #holders: ReadonlyMap<CredentialReference, CredentialHolder>

  constructor(size: number) {
    this.people = Array.from({ length: size }, (_, index) => person(['ann', 'ben', 'cay', 'dan'][index]!, index))
    this.mains = this.people.flatMap(({ mains }) => mains)
    this.devices = this.people.flatMap(({ devices }) => devices)
    this.#holders = new Map([...this.mains, ...this.devices].map((holder) => [holder.reference, holder]))
    this.references = [...this.#holders.keys()]
  }

  /** @throws {Error} for a credential that nobody has */
  holder(reference: CredentialReference): CredentialHolder {
    const holder = this.#holders.get(reference)
    if (holder === undefined) throw new Error('nobody holds this credential')
    return holder
  }

  /** @throws {Error} for a credential that is no device */
  device(reference: CredentialReference): KeypairHolder {
    const device = this.devices.find((holder) => holder.reference === reference)
    if (device === undefined) throw new Error('no device holds this credential')
    return device
  }
}

function person(name: string, index: number): Person {
  const point = createHash('sha256').update(name).digest('hex')
  const spare = new KeypairHolder(`${name}-key-2`)
  return {
    name,
    id: parseBackupId(`backup_account_02${point}`),
    mains: [
      new KeypairHolder(`${name}-key-1`),
      new PasskeyHolder(`${name}-passkey`, index % 2 === 0),
      new AccountHolder(`${name}-account`),
      spare,
    ],
    // One key may be tried in either role, which it can have in two backups but never in one.
    devices: [...['phone', 'tablet', 'laptop'].map((device) => new KeypairHolder(`${name}-${device}`)), spare],
  }
}
