/** Timed progress lines: `[ 3.1 s] postgres       ready`. A closed pipe (`npm start | head`) is not an error. */
export function createProgress(stream = process.stdout) {
  const began = performance.now()
  let open = true
  stream.on('error', () => (open = false))
  const write = (text) => {
    if (open) stream.write(`${text}\n`)
  }
  return {
    say(subject, text) {
      const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5)
      write(`[${seconds} s] ${subject.padEnd(13)} ${text}`)
    },
    /** Free text, as it is. */
    print: write,
  }
}
