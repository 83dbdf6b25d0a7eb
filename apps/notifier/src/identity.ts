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

export function createIdentity(
  { authentication, connections, clock, events, limits }: StreamContext,
  connectionId: string,
  refuse: (code: ProblemCode, message: string, closeCode: number) => void,
): Identity {
  let accountId: string | null = null
  let assumed = false
  let over = false
  /** While a client may still send its credential. Thousands of connections that need none should not each keep one. */
  let patience: AbortController | null = null

  function endPatience(): void {
    patience?.abort(IN_TIME)
    patience = null
  }

  function unauthenticated(message: string): void {
    events.credentialRefused(connectionId, message)
    refuse('UNAUTHENTICATED', message, CLOSE_CODES.unauthenticated)
  }

  function take(account: string): void {
    if (accountId === account) return
    if (!connections.admit(account)) {
      events.connectionLimitReached(account)
      refuse('RATE_LIMITED', 'too many connections of this account', CLOSE_CODES.slowConsumer)
      return
    }
    if (accountId !== null) connections.release(accountId)
    accountId = account
    endPatience()
  }

  async function asked<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      const answer = await question()
      return over ? undefined : answer
    } catch (error) {
      events.readFailed('credential', error)
      refuse('DEPENDENCY_UNAVAILABLE', 'the credential cannot be checked now', TRY_AGAIN_LATER)
      return undefined
    }
  }

  function waitForAuth(): void {
    patience = new AbortController()
    clock.sleep(limits.authTimeoutMs, patience.signal).then(
      () => unauthenticated(`no credential within ${limits.authTimeoutMs} ms: ${NO_ACCOUNT}`),
      () => undefined,
    )
  }

  return {
    get accountId() {
      return accountId
    },
    async begin(credential) {
      if (credential.kind === 'none') {
        const demo = await asked(() => authentication.demoAccount())
        if (demo === undefined) return
        if (demo === null) return waitForAuth()
        assumed = true
        return take(demo)
      }
      const account = await asked(() => authentication.accountOf(credential))
      if (account === undefined) return
      if (account === null)
        return unauthenticated(
          credential.kind === 'malformed' ? credential.reason : 'the credential is wrong',
        )
      take(account)
    },
    async present(secret, mayChange) {
      const account = await asked(() => authentication.accountOf({ kind: 'secret', secret }))
      if (account === undefined) return
      if (account === null) return unauthenticated('the credential is wrong')
      if (accountId !== null && accountId !== account && !(assumed && mayChange))
        return refuse('FORBIDDEN', "the connection is another account's already", CLOSE_CODES.protocolError)
      assumed = false
      take(account)
    },
    end() {
      over = true
      endPatience()
      if (accountId !== null) connections.release(accountId)
      accountId = null
    },
  }
}
