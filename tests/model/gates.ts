import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** What a process does side by side; each part is moved on by itself. `aside`: what nobody waits for, such as news. */
export type TaskKind = 'job' | 'watch' | 'sweep' | 'expiry' | 'finality' | 'request' | 'aside'

/** How a call ends: `unreached`: never carried out; `unanswered`: carried out, the answer lost; `refused`: a plain no. */
export type Fault = 'none' | 'unreached' | 'unanswered' | 'refused'

interface Task {
  readonly process: string
  readonly kind: TaskKind
  done: boolean
}

/** A call of a port that has not happened yet. */
export interface PortCall {
  readonly task: Task
  readonly port: string
  /** Lets it happen. */
  pass(fault: Fault): Promise<void>
}

/** More turns of the event loop than any task needs from one port to the next. */
const MAX_TURNS = 100_000

/**
 * Holds every call of a port until it is let through, one at a time: so a test decides how the tasks of all processes
 * interleave. A process whose calls are forgotten has crashed: its promises never go on.
 */
export class Gates {
  private readonly current = new AsyncLocalStorage<Task>()
  private tasks = new Set<Task>()
  private waiting: PortCall[] = []

  /** Starts `work` as a task; ports that it calls wait in its name. */
  run<Result>(process: string, kind: TaskKind, work: () => Result): Result {
    const task: Task = { process, kind, done: false }
    this.tasks.add(task)
    const result = this.current.run(task, work)
    if (result instanceof Promise) void result.catch(() => undefined).finally(() => this.end(task))
    return result
  }

  /** Holds a call of the running task. */
  hold<Answer>(
    port: string,
    effect: () => Promise<Answer>,
    failure: (fault: Fault) => Error,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const task = this.current.getStore()
    if (task === undefined) throw new Error(`${port} was called outside of any task`)
    return new Promise((resolve, reject) => {
      const call: PortCall = {
        task,
        port,
        async pass(fault) {
          if (fault === 'unreached' || fault === 'refused') return reject(failure(fault))
          try {
            const answer = await effect()
            if (fault === 'none') resolve(answer)
            else reject(failure(fault))
          } catch (error) {
            reject(error as Error)
          }
        },
      }
      this.waiting.push(call)
      signal?.addEventListener('abort', () => {
        this.forgetCall(call)
        reject(new DOMException('aborted', 'AbortError'))
      })
    })
  }

  calls(process: string, kind: TaskKind): readonly PortCall[] {
    return this.waiting.filter(({ task }) => task.process === process && task.kind === kind)
  }

  callsOf(task: Task): readonly PortCall[] {
    return this.waiting.filter((call) => call.task === task)
  }

  has(call: PortCall): boolean {
    return this.waiting.includes(call)
  }

  /** Lets one call through and waits until every task is at a port again, or has ended. */
  async release(call: PortCall, fault: Fault = 'none'): Promise<void> {
    this.forgetCall(call)
    await call.pass(fault)
    await this.settle()
  }

  /** Resolves when every task waits at a port or has ended. */
  async settle(): Promise<void> {
    for (let turn = 0, calm = 0; calm < 2; turn++) {
      if (turn > MAX_TURNS) throw new Error('a task neither came to a port nor ended')
      await nextTurn()
      calm = [...this.tasks].every((task) => this.callsOf(task).length > 0) ? calm + 1 : 0
    }
  }

  /** The process is gone; what it had begun never goes on. */
  crash(process: string): void {
    this.waiting = this.waiting.filter(({ task }) => task.process !== process)
    this.tasks = new Set([...this.tasks].filter((task) => task.process !== process))
  }

  private end(task: Task): void {
    task.done = true
    this.tasks.delete(task)
    this.waiting = this.waiting.filter((call) => call.task !== task)
  }

  private forgetCall(call: PortCall): void {
    this.waiting = this.waiting.filter((other) => other !== call)
  }
}

/** A port with every method held at the gates. */
export function gated<Port extends object>(
  gates: Gates,
  name: string,
  port: Port,
  failure: (fault: Fault) => Error,
): Port {
  return new Proxy(port, {
    get:
      (target, method) =>
      (...given: unknown[]) =>
        gates.hold(
          `${name}.${String(method)}`,
          () =>
            (Reflect.get(target, method) as (...given: unknown[]) => Promise<unknown>).apply(target, given),
          failure,
        ),
  })
}
