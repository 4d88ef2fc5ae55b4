// Mocha passes over rejections that nobody handles, but they end a Node process: here they fail the running test.
process.on('unhandledRejection', (reason) => {
  throw reason instanceof Error ? reason : new Error('unhandled rejection', { cause: reason })
})
