import type { BackupOperation } from '../../linearizability/support/backup-register.ts'
import { BackupClient, type MetadataJson, type RetrievedJson } from '../../support/http-backup-client.ts'
import type { HttpClient } from '../../support/http-client.ts'
import { P256Keypair } from '../../support/keypair.ts'
import type { Instances } from './instances.ts'
import { metadataIn, publicKeysOf, RecordedSender } from './recorded-sender.ts'
import { RoamingHttpClient } from './roaming-http-client.ts'
import {
  signAddSyncFactor,
  signDeleteSyncFactor,
  signMetadata,
  signRetrieve,
  signSyncs,
  type SignedCall,
} from './signed-calls.ts'

/** Uses one backup through all instances at once, in every way that might go wrong, and keeps record of it. */
export class Hammer {
  readonly owner: BackupClient
  /** The state that the history starts from. */
  readonly initial: { readonly content: string; readonly syncFactors: readonly string[] }
  readonly #instances: Instances
  readonly #sender = new RecordedSender()
  /** All there ever were, by their public keys. */
  readonly #devices: Map<string, P256Keypair>
  /** What somebody was shown last, or wrote. */
  #known: Pick<MetadataJson, 'manifestHash' | 'syncFactors'>

  private constructor(owner: BackupClient, created: MetadataJson, instances: Instances) {
    this.owner = owner
    this.initial = { content: created.manifestHash, syncFactors: publicKeysOf(created.syncFactors) }
    this.#instances = instances
    this.#devices = new Map([[owner.device.publicKey, owner.device]])
    this.#known = created
  }

  /** Creates a backup. */
  static async start(instances: Instances): Promise<Hammer> {
    const owner = new BackupClient(new RoamingHttpClient(instances))
    return new Hammer(owner, await owner.create(), instances)
  }

  get history(): readonly BackupOperation[] {
    return this.#sender.history
  }

  /** @param workers at once. @param rounds in each of which a worker does everything there is */
  async strike(workers: number, rounds: number): Promise<void> {
    const acts = [
      () => this.#retrieve(),
      () => this.#syncFromOneState(),
      () => this.#addOneOfTwo(),
      () => this.#syncTwiceWithOneChallenge(),
      () => this.#readByAnybody(),
      () => this.#syncOnceEverywhere(),
      () => this.#removeWhileItSyncs(),
    ] as const
    const work = async (worker: number): Promise<void> => {
      // Seven being a prime, with any step everybody comes to everything, and in an order of their own.
      const step = 1 + (worker % (acts.length - 1))
      for (let turn = 0; turn < rounds * acts.length; turn += 1) await acts[(worker + turn * step) % acts.length]!()
    }
    await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
  }

  /** What everybody gets in the end, one after the other. @returns the codes of the refusals among it */
  async lookAround(): Promise<string[]> {
    const from = this.history.length
    await this.#spread([await signRetrieve(this.owner)])
    for (const device of this.#devices.values()) await this.#spread([await signMetadata(this.owner, device)])
    return this.history.slice(from).flatMap(({ outcome }) => {
      return outcome !== 'unknown' && outcome.kind === 'refused' ? [outcome.code] : []
    })
  }

  async #retrieve(): Promise<void> {
    await this.#sendEverywhere([await signRetrieve(this.owner)])
  }

  async #readByAnybody(): Promise<void> {
    await this.#sendEverywhere([await signMetadata(this.owner, this.#oneOf([...this.#devices.values()])!)])
  }

  async #syncFromOneState(): Promise<void> {
    const from = this.#known.manifestHash
    const syncs = this.#instances.clients.map(() => signSyncs(this.owner, { by: this.#aDevice(), from }))
    await this.#spread((await Promise.all(syncs)).flat())
  }

  async #syncTwiceWithOneChallenge(): Promise<void> {
    await this.#spread(await signSyncs(this.owner, { by: this.#aDevice(), from: this.#known.manifestHash, count: 2 }))
  }

  async #syncOnceEverywhere(): Promise<void> {
    await this.#sendEverywhere(await signSyncs(this.owner, { by: this.#aDevice(), from: this.#known.manifestHash }))
  }

  /** Two devices with one token between them. */
  async #addOneOfTwo(): Promise<void> {
    const [retrieved] = await this.#spread([await signRetrieve(this.owner)])
    if (retrieved === undefined) return
    const { syncFactorToken } = retrieved as RetrievedJson
    const devices = [new P256Keypair(), new P256Keypair()]
    for (const device of devices) this.#devices.set(device.publicKey, device)
    await this.#sendEverywhere(
      await Promise.all(devices.map((device) => signAddSyncFactor(this.owner, device, syncFactorToken))),
    )
  }

  /** Two others remove a device while it goes on. */
  async #removeWhileItSyncs(): Promise<void> {
    const { manifestHash: from, syncFactors } = this.#known
    const victim = this.#oneOf(syncFactors.filter(({ kind }) => kind.publicKey !== this.owner.device.publicKey))
    const device = this.#devices.get(victim?.kind.publicKey ?? '')
    if (victim === undefined || device === undefined) return
    const factor = { id: victim.id, publicKey: device.publicKey }
    await this.#spread([
      await signDeleteSyncFactor(this.owner, this.owner.device, factor),
      ...(await signSyncs(this.owner, { by: device, from })),
      await signDeleteSyncFactor(this.owner, this.#aDevice(), factor),
      await signMetadata(this.owner, device),
    ])
  }

  #aDevice(): P256Keypair {
    return this.#devices.get(this.#oneOf(publicKeysOf(this.#known.syncFactors)) ?? '') ?? this.owner.device
  }

  #oneOf<Item>(items: readonly Item[]): Item | undefined {
    return items[this.history.length % items.length]
  }

  async #sendEverywhere(calls: readonly SignedCall[]): Promise<void> {
    const { clients } = this.#instances
    await Promise.all(calls.flatMap((call) => clients.map((http) => this.#send(call, http))))
  }

  /** Each through another instance, all at once. @returns the bodies of the answers that are no refusals */
  async #spread(calls: readonly SignedCall[]): Promise<unknown[]> {
    const { clients } = this.#instances
    return Promise.all(calls.map((call, index) => this.#send(call, clients[index % clients.length]!)))
  }

  async #send(signed: SignedCall, http: HttpClient): Promise<unknown> {
    const answer = await this.#sender.send(signed, http)
    if (answer === undefined || answer.status >= 300) return undefined
    const { call } = signed
    const metadata = metadataIn(call, answer)
    if (metadata !== undefined) this.#known = metadata
    if (call.kind === 'sync') this.#known = { ...this.#known, manifestHash: call.to }
    return answer.body
  }
}
