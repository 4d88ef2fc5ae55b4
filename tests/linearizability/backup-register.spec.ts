import { expect } from 'chai'
import { BackupRegister } from './support/backup-register.ts'
import {
  addFactor,
  deleteFactor,
  DEVICE,
  DONE,
  metadataBy,
  operationsOf,
  overtaken,
  refused,
  retrieve,
  shown,
  sync,
  TABLET,
  type Timed,
} from './support/hand-made-histories.ts'
import { findLinearization } from './support/linearization.ts'

const LINEARIZABLE: Readonly<Record<string, readonly Timed[]>> = {
  'nothing at all': [],
  'one after the other': [
    [1, 2, retrieve(), shown('a')],
    [3, 4, sync('a', 'b'), DONE],
    [5, 6, retrieve(), shown('b')],
    [7, 8, sync('a', 'c'), refused('manifest_hash_mismatch')],
  ],
  'a read during a write shows the state before it': [
    [1, 4, sync('a', 'b'), DONE],
    [2, 3, retrieve(), shown('a')],
  ],
  'a read during a write shows the state after it': [
    [1, 4, sync('a', 'b'), DONE],
    [2, 3, retrieve(), shown('b')],
  ],
  'of two syncs at once one wins': [
    [1, 3, sync('a', 'b'), DONE],
    [2, 4, sync('a', 'c'), overtaken('b')],
    [5, 6, retrieve(), shown('b')],
  ],
  'syncs in an order that is not the one in which they began': [
    [1, 6, sync('b', 'c'), DONE],
    [2, 3, sync('a', 'b'), DONE],
    [4, 5, retrieve(), shown('b')],
  ],
  'a sync without an answer that happened': [
    [1, Infinity, sync('a', 'b'), 'unknown'],
    [3, 4, retrieve(), shown('b')],
  ],
  'a sync without an answer that happened late': [
    [1, Infinity, sync('a', 'b'), 'unknown'],
    [3, 4, retrieve(), shown('a')],
    [5, 6, retrieve(), shown('b')],
  ],
  'a sync without an answer that never happened': [
    [1, Infinity, sync('a', 'b'), 'unknown'],
    [3, 4, sync('a', 'c'), DONE],
    [5, 6, retrieve(), shown('c')],
  ],
  'factors added at the same time, in either order': [
    [1, 3, addFactor('x'), DONE],
    [2, 4, addFactor('y'), DONE],
    [5, 6, retrieve(), shown('a', [DEVICE, 'y', 'x'])],
  ],
  'a device that is removed while it syncs, and still did': [
    [1, 2, addFactor(TABLET), DONE],
    [3, 6, sync('a', 'b', { by: TABLET }), DONE],
    [4, 5, deleteFactor(TABLET), DONE],
    [7, 8, retrieve(), shown('b')],
  ],
  'a device that was removed and can do nothing': [
    [1, 2, addFactor(TABLET), DONE],
    [3, 4, deleteFactor(TABLET), DONE],
    [5, 6, metadataBy(TABLET), refused('backup_untraceable')],
    [7, 8, sync('a', 'b', { by: TABLET }), refused('backup_untraceable')],
    [9, 10, deleteFactor(TABLET), refused('factor_not_found')],
  ],
  'of three uses of a challenge one': [
    [1, 4, sync('a', 'b', { proof: 'once' }), refused('already_used')],
    [2, 5, sync('a', 'b', { proof: 'once' }), DONE],
    [3, 6, sync('a', 'b', { proof: 'once' }), refused('manifest_hash_mismatch')],
  ],
  'a challenge that a read without an answer may have used': [
    [1, Infinity, retrieve('once'), 'unknown'],
    [2, 3, retrieve('once'), refused('already_used')],
  ],
  'a sync that met others and changed nothing': [
    [1, 2, sync('a', 'b'), refused('conflict')],
    [3, 4, retrieve(), shown('a')],
  ],
}

const VIOLATED: Readonly<Record<string, readonly Timed[]>> = {
  'an acknowledged sync is lost': [
    [1, 2, sync('a', 'b'), DONE],
    [3, 4, retrieve(), shown('a')],
  ],
  'a read is stale after another one was not, during one sync': [
    [1, 6, sync('a', 'b'), DONE],
    [2, 3, retrieve(), shown('b')],
    [4, 5, retrieve(), shown('a')],
  ],
  'a read is stale after a sync without an answer was seen': [
    [1, Infinity, sync('a', 'b'), 'unknown'],
    [2, 3, retrieve(), shown('b')],
    [4, 5, retrieve(), shown('a')],
  ],
  'a read shows what is not yet written': [
    [1, 2, retrieve(), shown('b')],
    [3, 4, sync('a', 'b'), DONE],
  ],
  'a read shows what nobody wrote': [[1, 2, retrieve(), shown('z')]],
  'a read shows the bytes of another state than its hash': [
    [1, 4, sync('a', 'b'), DONE],
    [2, 3, retrieve(), shown('b', [DEVICE], 'a')],
  ],
  'two syncs from one state win': [
    [1, 3, sync('a', 'b'), DONE],
    [2, 4, sync('a', 'c'), DONE],
  ],
  'two syncs from one state win, one unseen': [
    [1, 4, sync('a', 'b'), DONE],
    [2, 5, sync('a', 'c'), DONE],
    [6, 7, retrieve(), shown('c')],
  ],
  'a sync is refused that nothing stood in the way of': [
    [1, 2, sync('a', 'b'), refused('manifest_hash_mismatch')],
    [3, 4, retrieve(), shown('a')],
  ],
  'a sync is told of a state that is over': [
    [1, 2, sync('a', 'b'), DONE],
    [3, 4, sync('b', 'c'), DONE],
    [5, 6, sync('a', 'd'), overtaken('b')],
  ],
  'a refused sync happened': [
    [1, 3, sync('a', 'b'), DONE],
    [2, 4, sync('a', 'c'), refused('manifest_hash_mismatch')],
    [5, 6, retrieve(), shown('c')],
  ],
  'a state comes back': [
    [1, 2, sync('a', 'b'), DONE],
    [3, 4, sync('b', 'c'), DONE],
    [5, 6, retrieve(), shown('b')],
  ],
  'a factor is lost between two that are added at once': [
    [1, 3, addFactor('x'), DONE],
    [2, 4, addFactor('y'), DONE],
    [5, 6, retrieve(), shown('a', [DEVICE, 'y'])],
  ],
  'a factor is added twice': [
    [1, 3, addFactor('x'), DONE],
    [2, 4, addFactor('x'), DONE],
  ],
  'factors change their places': [
    [1, 2, addFactor('x'), DONE],
    [3, 4, addFactor('y'), DONE],
    [5, 6, retrieve(), shown('a', [DEVICE, 'y', 'x'])],
  ],
  'a sync takes a factor away': [
    [1, 3, sync('a', 'b'), DONE],
    [2, 4, addFactor('x'), DONE],
    [5, 6, retrieve(), shown('b')],
  ],
  'a new factor takes a sync back': [
    [1, 3, sync('a', 'b'), DONE],
    [2, 4, addFactor('x'), DONE],
    [5, 6, retrieve(), shown('a', [DEVICE, 'x'])],
  ],
  'a device syncs after it was removed': [
    [1, 2, addFactor(TABLET), DONE],
    [3, 4, deleteFactor(TABLET), DONE],
    [5, 6, sync('a', 'b', { by: TABLET }), DONE],
  ],
  'a device reads after it was removed': [
    [1, 2, addFactor(TABLET), DONE],
    [3, 4, deleteFactor(TABLET), DONE],
    [5, 6, metadataBy(TABLET), { kind: 'read', state: { manifestHash: 'a', syncFactors: [DEVICE] } }],
  ],
  'a device is refused before it is removed': [[1, 2, metadataBy(DEVICE), refused('backup_untraceable')]],
  'a factor is removed twice': [
    [1, 2, addFactor(TABLET), DONE],
    [3, 5, deleteFactor(TABLET), DONE],
    [4, 6, deleteFactor(TABLET), DONE],
  ],
  'one challenge serves two reads': [
    [1, 3, retrieve('once'), shown('a')],
    [2, 4, retrieve('once'), shown('a')],
  ],
  'one challenge serves two syncs': [
    [1, 2, sync('a', 'b', { proof: 'once' }), DONE],
    [3, 4, sync('b', 'c', { proof: 'once' }), DONE],
  ],
  'one challenge serves a sync that is seen and one that is answered': [
    [1, Infinity, sync('a', 'b', { proof: 'once' }), 'unknown'],
    [2, 3, retrieve(), shown('b')],
    [4, 5, sync('b', 'c', { proof: 'once' }), DONE],
  ],
  'one token adds two factors': [
    [1, 2, addFactor('x', { token: 'once' }), DONE],
    [3, 4, addFactor('y', { token: 'once' }), DONE],
  ],
  'a fresh challenge is told to be used': [[1, 2, retrieve(), refused('already_used')]],
  'a challenge is told to be used by what comes later': [
    [1, 2, retrieve('once'), refused('already_used')],
    [3, 4, retrieve('once'), shown('a')],
  ],
  'a backup that is there is told to be gone': [[1, 2, retrieve(), refused('backup_missing')]],
}

function verdictOn(history: readonly Timed[]): string {
  const operations = operationsOf(history)
  const register = new BackupRegister({ content: 'a', syncFactors: [DEVICE] }, operations)
  return findLinearization(register, operations).kind
}

describe('A history of one backup', function () {
  this.timeout(60_000)

  for (const [title, history] of Object.entries(LINEARIZABLE)) {
    it(`is linearizable: ${title}`, () => {
      expect(verdictOn(history)).to.equal('linearizable')
    })
  }

  for (const [title, history] of Object.entries(VIOLATED)) {
    it(`is not: ${title}`, () => {
      expect(verdictOn(history)).to.equal('violated')
    })
  }
})
