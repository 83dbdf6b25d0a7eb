import { EventEmitter } from 'node:events'
import { gatherLines } from './log-lines'

const immediate = () => new Promise((resolve) => setImmediate(resolve))

test('lines of a turn are written together, in their order, and those of the next by themselves', async () => {
  const written: string[] = []
  const lines = gatherLines((text) => written.push(text), new EventEmitter())
  lines.write('first\n')
  await Promise.resolve()
  lines.write('second\n')
  expect(written).toEqual([])
  await immediate()
  lines.write('third\n')
  await immediate()
  expect(written).toEqual(['first\nsecond\n', 'third\n'])
})

test('what waits when the process ends is written then, and once', async () => {
  const written: string[] = []
  const ending = new EventEmitter()
  const lines = gatherLines((text) => written.push(text), ending)
  lines.write('the last words\n')
  ending.emit('exit')
  await immediate()
  expect(written).toEqual(['the last words\n'])
  expect(ending.listenerCount('exit')).toBe(0)
})
