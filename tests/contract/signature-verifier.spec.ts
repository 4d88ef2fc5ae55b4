import { NodeSignatureVerifier } from '../../adapters/crypto/node-signature-verifier.ts'
import { describeKeysOfSignatureVerifier } from './signature-verifier-keys.contract.ts'
import { describeSignatureVerifier } from './signature-verifier.contract.ts'

const open = () => new NodeSignatureVerifier()

describeSignatureVerifier('node', open)
describeKeysOfSignatureVerifier('node', open)
