import { existsSync } from 'node:fs'
import { chromium, type BrowserContext, type CDPSession, type Page } from 'playwright-core'
import type { JsonObject } from '../../domain/json.ts'
import { makeTemporaryFolder, type TemporaryFolder } from './temporary-folder.ts'

const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // No name but that of the page is looked up, whatever else the browser would like to know.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
]

/** A platform authenticator whose user always consents (CDP domain WebAuthn). */
const AUTHENTICATOR = {
  protocol: 'ctap2',
  ctap2Version: 'ctap2_1',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  hasPrf: true,
  automaticPresenceSimulation: true,
  defaultBackupEligibility: true,
  defaultBackupState: true,
} as const

export interface CeremonyOptions {
  /** Whether the page asks for PRF values, and leaves them in what it hands on. */
  readonly evaluatesPrf?: boolean
}

/** A real browser on a page, with a virtual authenticator: what is JSON here went through the browser's own WebAuthn. */
export class BrowserPasskeys {
  readonly #folder: TemporaryFolder
  readonly #context: BrowserContext
  readonly #page: Page
  readonly #devTools: CDPSession
  #authenticatorId: string | undefined

  private constructor(folder: TemporaryFolder, context: BrowserContext, page: Page, devTools: CDPSession) {
    this.#folder = folder
    this.#context = context
    this.#page = page
    this.#devTools = devTools
  }

  /** @param url of a {@link BrowserPage} */
  static async open(url: string): Promise<BrowserPasskeys> {
    if (!existsSync(EXECUTABLE)) {
      throw new Error(
        `there is no Chromium at ${EXECUTABLE}: install it (Debian: apt-get install chromium), or name another by CHROMIUM_PATH`,
      )
    }
    const folder = await makeTemporaryFolder()
    const context = await chromium.launchPersistentContext(folder.path, { executablePath: EXECUTABLE, args: ARGUMENTS })
    const page = await context.newPage()
    await page.goto(url)
    const devTools = await context.newCDPSession(page)
    await devTools.send('WebAuthn.enable', { enableUI: false })
    return new BrowserPasskeys(folder, context, page, devTools)
  }

  async close(): Promise<void> {
    await this.#context.close()
    await this.#folder.remove()
  }

  /** An authenticator without passkeys, in place of the one before. */
  async renewAuthenticator(): Promise<void> {
    const authenticatorId = this.#authenticatorId
    if (authenticatorId !== undefined)
      await this.#devTools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    const added = await this.#devTools.send('WebAuthn.addVirtualAuthenticator', { options: AUTHENTICATOR })
    this.#authenticatorId = added.authenticatorId
  }

  /** Whether the user of the authenticator can verify who they are. */
  async setUserVerified(isUserVerified: boolean): Promise<void> {
    const authenticatorId = this.#authenticatorId ?? ''
    await this.#devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
  }

  /** `parseCreationOptionsFromJSON`, `navigator.credentials.create`, `toJSON`. */
  create(options: JsonObject, { evaluatesPrf = false }: CeremonyOptions = {}): Promise<JsonObject> {
    return this.#call('create', options, evaluatesPrf)
  }

  /** `parseRequestOptionsFromJSON`, `navigator.credentials.get`, `toJSON`. */
  get(options: JsonObject, { evaluatesPrf = false }: CeremonyOptions = {}): Promise<JsonObject> {
    return this.#call('get', options, evaluatesPrf)
  }

  /** `startRegistration` of SimpleWebAuthn. */
  register(options: JsonObject): Promise<JsonObject> {
    return this.#call('register', options)
  }

  /** `startAuthentication` of SimpleWebAuthn. */
  authenticate(options: JsonObject): Promise<JsonObject> {
    return this.#call('authenticate', options)
  }

  #call(ceremony: string, ...parameters: readonly (JsonObject | boolean)[]): Promise<JsonObject> {
    return this.#page.evaluate<JsonObject>(`ceremonies.${ceremony}(...${JSON.stringify(parameters)})`)
  }
}
