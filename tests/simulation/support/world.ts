import { MemoryBackupIndex } from '../../../adapters/memory/memory-backup-index.ts'
import { MemoryBlobStore } from '../../../adapters/memory/memory-blob-store.ts'
import type { BackupIndex } from '../../../application/ports/backup-index.ts'
import type { BlobStore } from '../../../application/ports/blob-store.ts'
import type { Clock } from '../../../application/ports/clock.ts'
import { assembleInstance, type Workshop } from './assemble-instance.ts'
import { Population } from './clients/population.ts'
import type { FaultPlan } from './engine/fault-plan.ts'
import { Instance } from './engine/instance.ts'
import { PortCalls } from './engine/port-calls.ts'
import type { Recorder } from './engine/recorder.ts'
import type { VirtualTime } from './engine/virtual-time.ts'
import { ControlledBlobs } from './fakes/controlled-blobs.ts'
import { ControlledIndex } from './fakes/controlled-index.ts'
import { InstanceClock } from './fakes/instance-clock.ts'
import { KeyedTokenSealer } from './fakes/keyed-token-sealer.ts'
import { StreamedRandom } from './fakes/streamed-random.ts'
import { TelltaleLog } from './fakes/telltale-log.ts'
import { StoreComparison } from './model/compare-stores.ts'
import { Model } from './model/model.ts'
import { Witness } from './model/witness.ts'
import type { Plan } from './plan.ts'

/** What a bug can be planted into: every part may be replaced. */
export interface Variant extends Workshop {
  readonly index?: (shipped: BackupIndex) => BackupIndex
  readonly blobs?: (shipped: BlobStore) => BlobStore
}

/** The stores that all share, and the instances in front of them. */
export class World {
  readonly population: Population
  readonly witness: Witness
  readonly calls: PortCalls
  readonly comparison: StoreComparison
  readonly #plan: Plan
  readonly #variant: Variant
  readonly #time: VirtualTime
  readonly #index: BackupIndex
  readonly #blobs: BlobStore
  readonly #instances: Instance[] = []
  #started = 0

  constructor(plan: Plan, faults: FaultPlan, variant: Variant, time: VirtualTime, recorder: Recorder) {
    this.#plan = plan
    this.#variant = variant
    this.#time = time
    this.population = new Population(plan.people)
    this.witness = new Witness(
      new Model(
        this.population.people.map(({ id }) => id),
        plan,
      ),
      time,
      recorder,
    )
    this.calls = new PortCalls(time, faults, recorder)
    const clock: Clock = { now: () => time.now(), sleep: (milliseconds) => this.calls.sleep(milliseconds) }
    const [index, blobs] = [new MemoryBackupIndex(), new MemoryBlobStore(clock)]
    this.#index = variant.index?.(index) ?? index
    this.#blobs = variant.blobs?.(blobs) ?? blobs
    const stores = { index: this.#index, blobs: this.#blobs }
    this.comparison = new StoreComparison(stores, this.witness, this.population.references)
  }

  /** The instance that now runs there: another one after each crash. */
  instance(place: number): Instance {
    const running = this.#instances[place]
    if (running !== undefined && !running.crashed) return running
    const started = this.#start(place)
    this.#instances[place] = started
    return started
  }

  #start(place: number): Instance {
    this.#started += 1
    const clock = new InstanceClock(this.#time, this.calls, this.#plan.skews[place] ?? 0)
    const application = assembleInstance(
      {
        index: new ControlledIndex(this.#index, this.calls, this.witness),
        blobs: new ControlledBlobs(this.#blobs, this.calls, this.witness),
        clock,
        random: new StreamedRandom(),
        log: new TelltaleLog(this.witness),
        sealer: new KeyedTokenSealer(`keyring of ${this.#plan.seed}`),
      },
      this.#plan,
      this.#variant,
    )
    return new Instance(`instance ${place}/${this.#started}`, clock, application)
  }
}
