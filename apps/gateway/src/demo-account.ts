import { type AccountsRepository } from '@fillstream/store'
import { type Dependencies } from './dependencies'

/** The account that requests without a credential act as: the oldest one. It never changes once it is there. */
export function createDemoAccount(
  accounts: Pick<AccountsRepository, 'first'>,
  dependencies: Pick<Dependencies, 'assertUp'>,
): () => Promise<string | null> {
  let known: string | null = null
  return async () => {
    if (known !== null) return known
    dependencies.assertUp('postgres')
    known = (await accounts.first())?.id ?? null
    return known
  }
}
