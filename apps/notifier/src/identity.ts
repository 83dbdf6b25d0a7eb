import { IN_TIME } from '@fillstream/runtime'
import { CLOSE_CODES, type ProblemCode } from '@fillstream/types'
import { type Credential } from './authentication'
import { type StreamContext } from './context'

/** Close code for what may work later: a dependency is away (RFC 6455, 1013 of the IANA registry). */
export const TRY_AGAIN_LATER = 1013
const NO_ACCOUNT = 'show an API key or a stream token'

/** Whose connection it is. Everything refused ends the connection through `refuse`. */
export interface Identity {
  /** Null until known. */
  readonly accountId: string | null
  /** Judges the handshake. Without a credential: the demo account, else time to send one. */
  begin(credential: Credential): Promise<void>
  /** Judges an `auth` message. `mayChange`: whether the demo account may still give way to the one shown. */
  present(secret: string, mayChange: boolean): Promise<void>
  /** The connection is over. */
  end(): void
}

/** The connection whose identity it is. */
export interface Judged {
  readonly connectionId: string
  fail(code: ProblemCode, message: string, closeCode: number): void
}

export function createIdentity(context: StreamContext, judged: Judged): Identity {
  return new ConnectionIdentity(context, judged)
}

class ConnectionIdentity implements Identity {
  accountId: string | null = null
  readonly #context: StreamContext
  readonly #judged: Judged
  #assumed = false
  #over = false
  /** While a client may still send its credential. Thousands of connections that need none should not each keep one. */
  #patience: AbortController | null = null

  constructor(context: StreamContext, judged: Judged) {
    this.#context = context
    this.#judged = judged
  }

  async begin(credential: Credential): Promise<void> {
    const { authentication } = this.#context
    if (credential.kind === 'none') {
      const demo = await this.#asked(authentication.demoAccount())
      if (demo === undefined) return
      if (demo === null) return this.#waitForAuth()
      this.#assumed = true
      return this.#take(demo)
    }
    const account = await this.#asked(authentication.accountOf(credential))
    if (account === undefined) return
    if (account === null)
      return this.#unauthenticated(
        credential.kind === 'malformed' ? credential.reason : 'the credential is wrong',
      )
    this.#take(account)
  }

  async present(secret: string, mayChange: boolean): Promise<void> {
    const account = await this.#asked(this.#context.authentication.accountOf({ kind: 'secret', secret }))
    if (account === undefined) return
    if (account === null) return this.#unauthenticated('the credential is wrong')
    if (this.accountId !== null && this.accountId !== account && !(this.#assumed && mayChange)) {
      const message = "the connection is another account's already"
      return this.#judged.fail('FORBIDDEN', message, CLOSE_CODES.protocolError)
    }
    this.#assumed = false
    this.#take(account)
  }

  end(): void {
    this.#over = true
    this.#endPatience()
    if (this.accountId !== null) this.#context.connections.release(this.accountId)
    this.accountId = null
  }

  #take(account: string): void {
    const { connections, events } = this.#context
    if (this.accountId === account) return
    if (!connections.admit(account)) {
      events.connectionLimitReached(account)
      this.#judged.fail('RATE_LIMITED', 'too many connections of this account', CLOSE_CODES.slowConsumer)
      return
    }
    if (this.accountId !== null) connections.release(this.accountId)
    this.accountId = account
    this.#endPatience()
  }

  #unauthenticated(message: string): void {
    const { connectionId } = this.#judged
    this.#context.events.credentialRefused(connectionId, message)
    this.#judged.fail('UNAUTHENTICATED', message, CLOSE_CODES.unauthenticated)
  }

  async #asked<Answer>(question: Promise<Answer>): Promise<Answer | undefined> {
    try {
      const answer = await question
      return this.#over ? undefined : answer
    } catch (error) {
      this.#context.events.readFailed('credential', error)
      this.#judged.fail('DEPENDENCY_UNAVAILABLE', 'the credential cannot be checked now', TRY_AGAIN_LATER)
      return undefined
    }
  }

  #waitForAuth(): void {
    const { clock, limits } = this.#context
    const patience = new AbortController()
    this.#patience = patience
    clock.sleep(limits.authTimeoutMs, patience.signal).then(
      () => this.#unauthenticated(`no credential within ${limits.authTimeoutMs} ms: ${NO_ACCOUNT}`),
      () => undefined,
    )
  }

  #endPatience(): void {
    this.#patience?.abort(IN_TIME)
    this.#patience = null
  }
}
