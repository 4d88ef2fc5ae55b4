import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { describeRandom } from './random.contract.ts'

describeRandom('node', () => new NodeRandom())
