import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'

/** The bundle for pages, as `@simplewebauthn/browser` ships it: defines `SimpleWebAuthnBrowser`. */
const SIMPLE_WEBAUTHN = readFileSync(
  new URL('../dist/bundle/index.umd.min.js', import.meta.resolve('@simplewebauthn/browser')),
)

/** What a client's page does, in the page's own language: text here, because the types of this project know no DOM. */
const CEREMONIES = `
  const salt = (byte) => new Uint8Array(32).fill(byte)

  const ceremonies = {
    async create(options, evaluatesPrf) {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
      if (evaluatesPrf) publicKey.extensions.prf.eval = { first: salt(1) }
      return (await navigator.credentials.create({ publicKey })).toJSON()
    },

    async get(options, evaluatesPrf) {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
      if (evaluatesPrf) publicKey.extensions = { prf: { eval: { first: salt(1) } } }
      return (await navigator.credentials.get({ publicKey })).toJSON()
    },

    register: (optionsJSON) => SimpleWebAuthnBrowser.startRegistration({ optionsJSON }),
    authenticate: (optionsJSON) => SimpleWebAuthnBrowser.startAuthentication({ optionsJSON }),
  }
`

const HTML = `<!doctype html><title>passkeys</title><script src="/simplewebauthn.js"></script><script>${CEREMONIES}</script>`

/** A web page that holds the ceremonies, on an origin that passkeys are allowed on: http://localhost. */
export class BrowserPage {
  readonly origin: string
  readonly #server: Server

  private constructor(server: Server, port: number) {
    this.origin = `http://localhost:${port}`
    this.#server = server
  }

  static async serve(): Promise<BrowserPage> {
    const server = createServer((request, response) => {
      const [type, body] =
        request.url === '/simplewebauthn.js' ? ['text/javascript', SIMPLE_WEBAUTHN] : ['text/html', HTML]
      response.setHeader('content-type', `${type}; charset=utf-8`).end(body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('listens on no port')
    return new BrowserPage(server, address.port)
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}
