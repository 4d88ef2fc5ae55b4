import { generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { JweTokenSealer } from '../../adapters/jose/jwe-token-sealer.ts'
import { describeTokenSealer } from './token-sealer.contract.ts'

describeTokenSealer('jose', () => new JweTokenSealer([generateKeyringEntry(new Date())]))
