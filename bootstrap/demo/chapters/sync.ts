import type { Device } from '../device.ts'
import { passkeyFactor } from '../main-factors.ts'
import { recover } from '../recover.ts'
import type { Stage } from '../stage.ts'
import { short, summaryOf } from '../summary.ts'
import type { Household } from './create.ts'

/** Each sync names the state that it starts from, so that no device overwrites what it has not seen. */
export async function keepInSync(
  { narrator, client }: Stage,
  { passkey, phone }: Household,
  tablet: Device,
): Promise<void> {
  narrator.chapter('Both devices keep it up to date')

  await narrator.step(
    'the tablet syncs: new sealed bytes, from the manifest hash that it knows to a new one',
    () => tablet.sync({ ...tablet.state.files, 'drawing.svg': '<svg/>' }),
    () => `manifest ${short(tablet.state.manifestHash)}`,
  )
  await narrator.refused('the phone syncs without having seen that', '412 manifest_hash_mismatch', () =>
    phone.sync({ ...phone.state.files, 'notes.txt': 'water the plants, feed the cat' }),
  )
  await narrator.step(
    'the phone retrieves the current state and merges its change',
    async () => {
      const { files, metadata } = await recover(client, passkeyFactor(client, 'the passkey', passkey))
      phone.catchUp({ files, manifestHash: metadata.manifestHash })
    },
    () => Object.keys(phone.state.files).join(', '),
  )
  await narrator.step(
    'the phone syncs again',
    () => phone.sync({ ...phone.state.files, 'notes.txt': 'water the plants, feed the cat' }),
    () => `manifest ${short(phone.state.manifestHash)}`,
  )
  await narrator.step(
    'retrieve-metadata: a sync factor sees what the backup consists of, not the sealed bytes',
    () => phone.metadata(),
    summaryOf,
  )
}
