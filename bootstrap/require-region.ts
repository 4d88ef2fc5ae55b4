import { StartFault } from './start-fault.ts'

/** What a client of the SDK found by itself; it looks for a region only once it needs one. */
interface RegionalClient {
  readonly config: { readonly region: () => Promise<string> }
}

/** @throws {StartFault} where the SDK finds no region, or none that could be one */
export async function requireRegion({ config }: RegionalClient): Promise<void> {
  try {
    await config.region()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartFault('AWS_REGION', `has to be set, or the region of a profile of the SDK: ${reason}`)
  }
}
