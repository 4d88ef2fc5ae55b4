import { Device } from '../device.ts'
import { passkeyFactor } from '../main-factors.ts'
import { expectSame } from '../narrator.ts'
import { recover } from '../recover.ts'
import type { Stage } from '../stage.ts'
import { short, shortId } from '../summary.ts'
import type { Household } from './create.ts'

/** The user's passkey is on the tablet too: it recovers the backup, and makes the tablet a sync factor. */
export async function joinSecondDevice({ narrator, client }: Stage, { passkey, phone }: Household): Promise<Device> {
  narrator.chapter('A second device joins')

  const recovered = await narrator.step(
    'retrieve with the passkey, open the backup key with its PRF output, open the sealed bytes',
    async () => {
      const result = await recover(client, passkeyFactor(client, 'the passkey', passkey))
      expectSame('the files', result.files, phone.state.files)
      return result
    },
    ({ files, metadata }) => `${Object.keys(files).join(', ')} | manifest ${short(metadata.manifestHash)}`,
  )

  const { answer } = await passkeyFactor(client, 'the passkey', passkey).answer('verify-factor')
  await narrator.step(
    'verify-factor: does the passkey still lead to the backup?',
    () => client.verifyFactor(answer),
    ({ backupId }) => `yes, to ${shortId(backupId)}`,
  )
  await narrator.refused('the same answer to the same challenge again', '400 already_used', () =>
    client.verifyFactor(answer),
  )

  const { backupKey, files, metadata, syncFactorToken } = recovered
  const state = { backupId: metadata.id, backupKey, files, manifestHash: metadata.manifestHash }
  const tablet = new Device(client, state)
  await narrator.step('add-sync-factor: the keypair of the tablet, with the token of the retrieval', () =>
    tablet.join(syncFactorToken),
  )
  await narrator.refused('a third device with the same token', '400 already_used', () =>
    new Device(client, state).join(syncFactorToken),
  )
  return tablet
}
