import type { BackupMetadata, Factor } from './client/wire.ts'

/** Long values by their two ends. */
export function short(text: string): string {
  return text.length <= 24 ? text : `${text.slice(0, 12)}…${text.slice(-6)}`
}

/** `backup_account_` is the same for all of them. */
export function shortId(backupId: string): string {
  return `backup_account_${short(backupId.replace('backup_account_', ''))}`
}

/** What there is to open a backup with, who may write, and in which state it is. */
export function summaryOf({ factors, syncFactors, keys, manifestHash }: BackupMetadata): string {
  const mains = factors.map(nameOf).join(', ')
  const kinds = keys.map(({ kind }) => kind).join(', ')
  return `factors: ${mains} | keys: ${kinds} | sync factors: ${syncFactors.length} | manifest ${short(manifestHash)}`
}

function nameOf({ kind: factor }: Factor): string {
  switch (factor.kind) {
    case 'PASSKEY':
      return `passkey "${factor.label ?? ''}"`
    case 'OIDC_ACCOUNT':
      return `account ${factor.account.maskedEmail}`
    case 'EC_KEYPAIR':
      return 'EC keypair'
  }
}
