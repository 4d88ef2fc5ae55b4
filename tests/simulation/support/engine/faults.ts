/** What can befall a call of a port. */
export const FAULTS = [
  'slow', // nothing but late
  'fail-before', // fails at once, and nothing has happened
  'fail-midway', // breaks off in the middle of a body
  'fail-after', // happens, then fails: the caller cannot know
  'hang-before', // times out, and nothing has happened
  'hang-after', // happens, then times out
  'late', // times out, and happens after all when the caller no longer waits
  'crash-before', // the instance dies, and nothing has happened
  'crash-after', // happens, then the instance dies
] as const
export type Fault = (typeof FAULTS)[number]

export const CALLS = [
  'index.find',
  'index.load',
  'index.commit',
  'index.list',
  'blobs.put',
  'blobs.open',
  'blobs.delete',
  'blobs.list',
  'upload.chunk',
  'download.chunk',
  'clock.sleep',
] as const
export type CallName = (typeof CALLS)[number]

const READ = ['slow', 'fail-before', 'hang-before', 'crash-before'] as const

/** Where a fault would be the same as another one, only one of them is tried. */
export const FAULTS_OF: Readonly<Record<CallName, readonly Fault[]>> = {
  'index.find': READ,
  'index.load': READ,
  'index.commit': FAULTS.filter((fault) => fault !== 'fail-midway'),
  'index.list': READ,
  'blobs.put': FAULTS.filter((fault) => fault !== 'late'),
  'blobs.open': READ,
  'blobs.delete': FAULTS.filter((fault) => fault !== 'fail-midway'),
  'blobs.list': READ,
  'upload.chunk': ['slow', 'fail-before', 'crash-before'],
  'download.chunk': READ,
  'clock.sleep': ['slow', 'crash-before'],
}

/** Whether the caller notices more than time. */
export function isDisturbing(fault: Fault): boolean {
  return fault !== 'slow'
}
