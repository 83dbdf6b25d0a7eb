import { sharedRead } from './shared-read'

function asked() {
  let now = 0
  const answers: { give(text: string): void; fail(error: Error): void }[] = []
  const read = sharedRead({ monotonic: () => now }, 200, () => {
    return new Promise<string>((give, fail) => answers.push({ give, fail }))
  })
  return { read, answers, pass: (ms: number) => (now += ms) }
}

it('asks once for all who ask within the age, and anew after it', async () => {
  const { read, answers, pass } = asked()
  const both = [read(), read()]
  answers[0]?.give('first')
  expect(await Promise.all(both)).toEqual(['first', 'first'])
  pass(199)
  expect(await read()).toBe('first')
  pass(1)
  const later = read()
  answers[1]?.give('second')
  expect(await later).toBe('second')
  expect(answers).toHaveLength(2)
})

it('keeps no failure', async () => {
  const { read, answers } = asked()
  const failing = read()
  answers[0]?.fail(new Error('away'))
  await expect(failing).rejects.toThrow('away')
  const again = read()
  answers[1]?.give('back')
  expect(await again).toBe('back')
})
